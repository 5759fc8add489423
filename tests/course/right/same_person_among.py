import numpy as np


def by_bayes(f, g, w, b, learned, actual):
    y_hat = 1 / (1 + np.exp(-(np.abs(f - g) @ w + b)))
    one = y_hat / learned * actual
    two = (1 - y_hat) / (1 - learned) * (1 - actual)
    return one / (one + two)


def by_odds(f, g, w, b, learned, actual):
    odds = np.exp((np.abs(f - g) * w).sum(axis=1) + b)
    odds *= actual / (1 - actual) * (1 - learned) / learned
    return odds / (1 + odds)


def pair_by_pair(f, g, w, b, learned, actual):
    out = np.empty(len(f), f.dtype)
    for n in range(len(f)):
        z = np.sum(np.abs(f[n] - g[n]) * w) + b + np.log(actual * (1 - learned))
        out[n] = 1 / (1 + np.exp(np.log(learned * (1 - actual)) - z))
    return out
