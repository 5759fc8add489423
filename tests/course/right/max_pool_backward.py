import numpy as np


def tap_by_tap(dy, x, size, stride):
    rows, across = dy.shape[1:3]
    taps = [
        np.s_[:, u : u + rows * stride : stride, v : v + across * stride : stride]
        for u in range(size)
        for v in range(size)
    ]
    y = np.maximum.reduce([x[tap] for tap in taps])
    dx = np.zeros_like(x)
    for tap in taps:
        dx[tap] += np.where(x[tap] == y, dy, 0)
    return dx


def by_argmax(dy, x, size, stride):
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        window = x[n, i * stride : i * stride + size, j * stride : j * stride + size, c]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[n, i * stride + u, j * stride + v, c] += dy[n, i, j, c]
    return dx
