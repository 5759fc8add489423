import numpy as np


def loop(u, same, w, b):
    dw, db = np.zeros_like(w), 0.0
    for row, y in zip(u, same, strict=True):
        error = 1 / (1 + np.exp(-(np.dot(row, w) + b))) - y
        dw = dw + error * row / len(u)
        db = db + error / len(u)
    return dw.astype(w.dtype), db


def by_means(u, same, w, b):
    z = np.sum(u * w, axis=1) + b
    error = (np.tanh(z / 2) + 1) / 2 - same
    return (error[:, None] * u).mean(axis=0), error.mean()
