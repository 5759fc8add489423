import numpy as np


def by_expansion(x, y):
    d = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - 2 * x @ y.T
    return np.maximum(d, 0)


def by_einsum(x, y):
    e = x[:, None] - y
    return np.einsum("nmk,nmk->nm", e, e)


def one_by_one(x, y):
    d = np.empty((len(x), len(y)), x.dtype)
    for i in range(len(x)):
        for j in range(len(y)):
            d[i, j] = np.dot(x[i] - y[j], x[i] - y[j])
    return d
