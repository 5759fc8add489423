import numpy as np


def loop(f, g, w, b):
    out = np.empty(len(f), f.dtype)
    for i in range(len(f)):
        z = b
        for k in range(len(w)):
            z = z + w[k] * abs(f[i, k] - g[i, k])
        out[i] = 1 / (1 + np.exp(-z))
    return out


def by_tanh(f, g, w, b):
    z = (w * np.maximum(f - g, g - f)).sum(axis=1) + b
    return (np.tanh(z / 2) + 1) / 2
