import numpy as np


def by_columns(x, y, kernel, steps, lr=0.1):
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel)
    rows = windows.reshape(y.size, -1)
    w, losses = np.zeros(rows.shape[1], x.dtype), []
    for _ in range(steps):
        error = rows @ w - y.ravel()
        losses.append(error @ error / y.size)
        w = w - x.dtype.type(2 * lr / y.size) * (rows.T @ error)
    return w.reshape(kernel), np.array(losses, x.dtype)


def by_einsum(x, y, kernel, steps, lr=0.1):
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel)
    w = np.zeros(kernel, x.dtype)
    losses = np.zeros(steps, x.dtype)
    for step in range(steps):
        error = np.einsum("ijuv,uv->ij", windows, w) - y
        losses[step] = np.mean(error**2)
        w -= lr * 2 * np.einsum("ij,ijuv->uv", error, windows) / y.size
    return w, losses
