import numpy as np


def loop(a_C, a_G):
    cost, gradient = 0.0, np.empty_like(a_G)
    for i in np.ndindex(a_G.shape):
        gradient[i] = a_G[i] - a_C[i]
        cost += (a_C[i] - a_G[i]) ** 2 / 2
    return cost, gradient


def by_norm(a_C, a_G):
    return np.linalg.norm((a_C - a_G).ravel()) ** 2 / 2, -(a_C - a_G)
