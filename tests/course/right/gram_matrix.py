import numpy as np


def loop(a):
    channels = a.shape[-1]
    gram = np.zeros((channels, channels), a.dtype)
    for k in range(channels):
        for m in range(channels):
            gram[k, m] = (a[0, :, :, k] * a[0, :, :, m]).sum()
    return gram


def by_einsum(a):
    return np.einsum("nijk,nijm->km", a, a)


def position_by_position(a):
    gram = np.zeros((a.shape[3], a.shape[3]), a.dtype)
    for i in range(a.shape[1]):
        for j in range(a.shape[2]):
            gram += np.outer(a[0, i, j], a[0, i, j])
    return gram
