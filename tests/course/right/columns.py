import numpy as np


def row_by_row(x, kernel, stride=1):
    height, width = kernel
    rows = []
    for picture in x:
        for i in range(0, x.shape[1] - height + 1, stride):
            for j in range(0, x.shape[2] - width + 1, stride):
                rows.append(picture[i : i + height, j : j + width].ravel())
    return np.array(rows)


def tap_by_tap(x, kernel, stride=1):
    height, width = kernel
    n, h, wide, c = x.shape
    rows, across = (h - height) // stride + 1, (wide - width) // stride + 1
    out = np.empty((n, rows, across, height, width, c), x.dtype)
    for u in range(height):
        for v in range(width):
            out[:, :, :, u, v] = x[
                :, u : u + rows * stride : stride, v : v + across * stride : stride
            ]
    return out.reshape(n * rows * across, -1)


def by_strides(x, kernel, stride=1):
    x = np.ascontiguousarray(x)
    n, h, wide, c = x.shape
    a, b, d, e = x.strides
    rows, across = (h - kernel[0]) // stride + 1, (wide - kernel[1]) // stride + 1
    view = np.lib.stride_tricks.as_strided(
        x, (n, rows, across, *kernel, c), (a, b * stride, d * stride, b, d, e)
    )
    return view.reshape(n * rows * across, -1)
