import numpy as np


def loop(a, p, n, margin):
    total = 0.0
    for i in range(len(a)):
        violation = np.sum((a[i] - p[i]) ** 2) - np.sum((a[i] - n[i]) ** 2) + margin
        if violation > 0:
            total += violation
    return total


def by_norm(a, p, n, margin):
    v = np.linalg.norm(a - p, axis=1) ** 2 - np.linalg.norm(a - n, axis=1) ** 2 + margin
    return v[v > 0].sum()


def by_einsum(a, p, n, margin):
    v = np.einsum("md,md->m", a - p, a - p) - np.einsum("md,md->m", a - n, a - n) + margin
    return np.clip(v, 0, None).sum()
