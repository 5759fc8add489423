import numpy as np


def from_arrays(height, width, kernel, channels, filters, peak, bandwidth):
    x = np.broadcast_to(np.float32(0), (height, width, channels))
    w = np.broadcast_to(np.float32(0), (kernel, kernel, channels, filters))
    y = np.broadcast_to(np.float32(0), (height, width, filters))
    operations = 2 * y.size * w[..., 0].size
    moved = sum(array.size * array.itemsize for array in (x, w, y))
    return operations, moved, max(operations / peak, moved / bandwidth)


def by_intensity(height, width, kernel, channels, filters, peak, bandwidth):
    outputs = height * width * filters
    operations = outputs * kernel * kernel * channels * 2
    moved = 4 * (height * width * channels + kernel * kernel * channels * filters + outputs)
    speed = min(peak, bandwidth * operations / moved)  # the roof over this intensity
    return operations, moved, operations / speed
