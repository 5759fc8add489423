import numpy as np


def by_counting(d, same, tau):
    wrong_in = wrong_out = 0
    for distance, one in zip(d, same, strict=True):
        if not one and distance < tau:
            wrong_in += 1
        if one and distance >= tau:
            wrong_out += 1
    return wrong_in / np.sum(~same), wrong_out / np.sum(same)


def by_sums(d, same, tau):
    return np.sum((d < tau) & ~same) / np.sum(~same), np.sum((d >= tau) & same) / np.sum(same)
