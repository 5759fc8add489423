import numpy as np


def by_divide(f, g):
    total = f + g
    return np.divide((f - g) ** 2, total, out=np.zeros_like(total), where=total > 0)


def loop(f, g):
    out = np.zeros_like(f)
    for i in np.ndindex(f.shape):
        if f[i] + g[i] > 0:
            out[i] = (f[i] - g[i]) ** 2 / (f[i] + g[i])
    return out


def patched(f, g):
    with np.errstate(all="ignore"):
        return np.nan_to_num((f - g) * (f - g) / (f + g))
