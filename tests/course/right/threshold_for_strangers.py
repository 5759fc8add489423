import numpy as np


def stranger_by_stranger(strangers, gallery, share):
    nearest = []
    for stranger in strangers:
        nearest.append(min(np.sum((stranger - person) ** 2) for person in gallery))
    best = min(nearest)
    for tau in nearest:
        inside = sum(d < tau for d in nearest)
        if inside / len(nearest) <= share:
            best = max(best, tau)
    return best


def by_sorting(strangers, gallery, share):
    d = (strangers**2).sum(1)[:, None] + (gallery**2).sum(1) - 2 * strangers @ gallery.T
    nearest = np.sort(d.min(axis=1))
    below = np.searchsorted(nearest, nearest)
    return nearest[np.flatnonzero(below / len(nearest) <= share)[-1]]
