import numpy as np


def where(dy, y):
    zero = np.zeros_like(dy)
    rules = (y > 0, dy > 0, (y > 0) & (dy > 0))
    return tuple(np.where(rule, dy, zero) for rule in rules)


def loop(dy, y):
    results = tuple(np.zeros_like(dy) for _ in range(3))
    for index in np.ndindex(dy.shape):
        for result, go in zip(
            results, (y[index] > 0, dy[index] > 0, y[index] > 0 and dy[index] > 0), strict=True
        ):
            if go:
                result[index] = dy[index]
    return results
