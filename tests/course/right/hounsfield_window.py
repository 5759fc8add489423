import numpy as np


def by_interpolation(hu, centre, width):
    ends = (centre - width / 2, centre + width / 2)
    return np.interp(hu, ends, (0, 1)).astype(np.result_type(hu, np.float16))


def clipped_first(hu, centre, width):
    low, high = centre - width / 2, centre + width / 2
    return (np.clip(hu, low, high) - low) / width


def by_masks(hu, centre, width):
    grey = (hu - centre) / width + 0.5
    grey[grey < 0] = 0
    grey[grey > 1] = 1
    return grey
