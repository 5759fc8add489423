import numpy as np


def means(a_S, a_G):
    mean = [np.einsum("nijk,nijm->nijkm", a, a).mean(axis=(0, 1, 2)) for a in (a_S, a_G)]
    d = (mean[1] - mean[0]) / (2 * a_G.shape[-1] ** 2)
    rows = a_G.reshape(-1, a_G.shape[-1])
    gradient = (rows @ (d + d.T)).reshape(a_G.shape) / len(rows)
    return ((mean[0] - mean[1]) ** 2).sum() / (2 * a_G.shape[-1]) ** 2, gradient


def loops(a_S, a_G):
    channels, n = a_G.shape[-1], a_G.shape[1] * a_G.shape[2]
    cost, gradient = 0.0, np.zeros_like(a_G)
    for k in range(channels):
        for m in range(channels):
            d = (a_G[..., k] * a_G[..., m]).mean() - (a_S[..., k] * a_S[..., m]).mean()
            cost += d * d / (4 * channels * channels)
            gradient[..., k] += a_G[..., m] * (d / (channels * channels * n))
    return cost, gradient
