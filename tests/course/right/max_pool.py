import numpy as np


def position_by_position(x, size, stride):
    rows = range(0, x.shape[1] - size + 1, stride)
    across = range(0, x.shape[2] - size + 1, stride)
    y = [[x[:, i : i + size, j : j + size].max(axis=(1, 2)) for j in across] for i in rows]
    return np.moveaxis(np.array(y), 2, 0)


def by_windows(x, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    return windows[:, ::stride, ::stride].max(axis=(-2, -1))


def one_axis_after_the_other(x, size, stride):
    def slide(a, axis):
        count = (a.shape[axis] - size) // stride + 1
        rows = [np.take(a, np.arange(count) * stride + u, axis=axis) for u in range(size)]
        return np.maximum.reduce(rows)

    return slide(slide(x, 1), 2)
