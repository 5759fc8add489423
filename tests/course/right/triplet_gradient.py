import numpy as np


def loop(a, p, n, margin):
    da, dp, dn = np.zeros_like(a), np.zeros_like(p), np.zeros_like(n)
    for i in range(len(a)):
        if np.sum((a[i] - p[i]) ** 2) + margin > np.sum((a[i] - n[i]) ** 2):
            da[i] = 2 * (a[i] - p[i]) - 2 * (a[i] - n[i])
            dp[i] = -2 * (a[i] - p[i])
            dn[i] = 2 * (a[i] - n[i])
    return da, dp, dn


def by_where(a, p, n, margin):
    active = np.sum((a - p) ** 2 - (a - n) ** 2, axis=1, keepdims=True) > -margin
    pull, push = np.where(active, 2 * (p - a), 0), np.where(active, 2 * (a - n), 0)
    return -(pull + push), pull, push
