import numpy as np


def number_by_number(a, b, rows, columns):
    (m, depth), n = a.shape, b.shape[1]
    y, fetched = np.empty((m, n), a.dtype), 0
    for top in range(0, m, rows):
        bottom = min(top + rows, m)
        for first in range(0, n, columns):
            last = min(first + columns, n)
            tile = np.zeros((bottom - top, last - first), a.dtype)
            for k in range(depth):
                fetched += bottom - top + last - first
                for i in range(top, bottom):
                    for j in range(first, last):
                        tile[i - top, j - first] += a[i, k] * b[k, j]
            y[top:bottom, first:last] = tile
    return y, fetched


def in_stripes(a, b, rows, columns):
    cuts = range(columns, b.shape[1], columns)
    stripes, fetched = [], 0
    for left in np.split(a, range(rows, len(a), rows)):
        tiles = []
        for right in np.split(b, cuts, axis=1):
            tiles.append(left @ right)
            fetched += left.size + right.size
        stripes.append(np.hstack(tiles))
    return np.vstack(stripes), fetched


def by_formula(a, b, rows, columns):
    tiles_down, tiles_across = -(-len(a) // rows), -(-b.shape[1] // columns)
    return a @ b, tiles_across * a.size + tiles_down * b.size
