import numpy as np


def loop(a, unit, number=9):
    found = []
    for n, picture in enumerate(a[..., unit]):
        i, j = np.unravel_index(picture.argmax(), picture.shape)
        found.append((-picture[i, j], n, int(i), int(j)))
    found = sorted(found)[:number]
    return tuple(np.array([f[k] for f in found], int) for k in (1, 2, 3))


def by_sorting_everything(a, unit, number=9):
    channel = a[..., unit]
    order = np.argsort(-channel, axis=None, kind="stable")
    n, i, j = np.unravel_index(order, channel.shape)
    _, first = np.unique(n, return_index=True)
    keep = np.sort(first)[:number]
    return n[keep], i[keep], j[keep]
