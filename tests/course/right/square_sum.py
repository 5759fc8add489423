import numpy as np


def loop(x, scale=1.0):
    total, gradient = 0.0, np.zeros_like(x)
    for i, value in enumerate(x):
        total += scale * float(value) ** 2
        gradient[i] = 2 * scale * value
    return total, gradient


def by_product(x, scale=1.0):
    return scale * float(x @ x), x * scale * 2
