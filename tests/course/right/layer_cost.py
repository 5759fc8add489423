import numpy as np

import minidl.functional as F


def by_running(size, kernel, channels, filters, rank):
    w = np.zeros((*[kernel] * rank, channels, filters))
    y, _ = F.conv(np.zeros((1, *[size] * rank, channels)), w)
    return y.size, w.size + filters, y.size * w[..., 0].size


def axis_by_axis(size, kernel, channels, filters, rank):
    positions, taps = 1, 1
    for _ in range(rank):
        positions *= size - kernel + 1
        taps *= kernel
    parameters = filters * (taps * channels + 1)
    return positions * filters, parameters, positions * taps * channels * filters
