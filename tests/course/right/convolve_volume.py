import numpy as np


def place_by_place(x, w, stride=1, padding=0):
    size = [n + 2 * padding for n in x.shape[1:4]]
    padded = np.zeros((len(x), *size, x.shape[4]), x.dtype)
    rows, columns, slices = (slice(padding, padding + n) for n in x.shape[1:4])
    padded[:, rows, columns, slices] = x
    places = [1 + (n - k) // stride for n, k in zip(size, w.shape, strict=False)]
    y = np.empty((len(x), *places, w.shape[-1]), x.dtype)
    for i, j, k in np.ndindex(*places):
        z, r, c = i * stride, j * stride, k * stride
        window = padded[:, z : z + w.shape[0], r : r + w.shape[1], c : c + w.shape[2]]
        y[:, i, j, k] = np.tensordot(window, w, axes=4)
    return y


def by_einsum(x, w, stride=1, padding=0):
    x = np.pad(x, [(0, 0)] + [(padding, padding)] * 3 + [(0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[:3], axis=(1, 2, 3))
    windows = windows[:, ::stride, ::stride, ::stride]
    return np.einsum("nijkctuv,tuvcf->nijkf", windows, w)


def three_loops_over_taps(x, w, stride=1, padding=0):
    p = padding
    x = np.pad(x, ((0, 0), (p, p), (p, p), (p, p), (0, 0)))
    depth, height, width = w.shape[:3]
    d, h, b = x.shape[1] - depth + 1, x.shape[2] - height + 1, x.shape[3] - width + 1
    y = 0
    for t in range(depth):
        for u in range(height):
            for v in range(width):
                y = y + x[:, t : t + d, u : u + h, v : v + b] @ w[t, u, v]
    return y[:, ::stride, ::stride, ::stride]
