import numpy as np


def tap_by_tap(x, w1, b1, w2, b2):
    def conv(x, w, b):
        height, width = x.shape[1:3]
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        return b + sum(
            padded[:, u : u + height, v : v + width] @ w[u, v] for u in range(3) for v in range(3)
        )

    found = conv(np.maximum(conv(x, w1, b1), 0), w2, b2)
    return np.maximum(x + found, 0)


def with_windows(x, w1, b1, w2, b2):
    y = x
    for w, b in ((w1, b1), (w2, b2)):
        padded = np.pad(np.maximum(y, 0) if w is w2 else y, ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        y = np.einsum("nijcuv,uvcf->nijf", windows, w) + b
    y = y + x
    return np.where(y > 0, y, np.zeros_like(y))
