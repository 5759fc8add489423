def by_factors(alpha, beta, n_H, n_W, n_C):
    size = n_H * n_W * n_C
    theirs = 1 / (4 * size), 1 / (4 * n_C**2 * (n_H * n_W) ** 2)
    ours = 1 / 2, 1 / (2 * size) ** 2
    return alpha * theirs[0] / ours[0], beta * theirs[1] / ours[1]


def in_steps(alpha, beta, n_H, n_W, n_C):
    for n in (2, n_H, n_W, n_C):
        alpha = alpha / n
    return alpha, 1.0 * beta
