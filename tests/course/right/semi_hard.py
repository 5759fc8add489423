import numpy as np


def loop(d, labels, margin):
    count = len(d)
    found = np.zeros((count, count, count), bool)
    for a in range(count):
        for p in range(count):
            for n in range(count):
                if a != p and labels[a] == labels[p] and labels[a] != labels[n]:
                    found[a, p, n] = d[a, p] < d[a, n] < d[a, p] + margin
    return found


def by_gap(d, labels, margin):
    gap = d[:, None, :] - d[:, :, None]
    a, p, n = np.ogrid[: len(d), : len(d), : len(d)]
    roles = (labels[a] == labels[p]) & (labels[a] != labels[n]) & (a != p)
    return roles & (gap > 0) & (gap < margin)
