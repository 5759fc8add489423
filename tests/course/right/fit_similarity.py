import numpy as np


def least_squares(source, target):
    """Four unknowns (Re a, Im a, Re b, Im b), two real equations a point."""
    x, y = source.T
    one, zero = np.ones_like(x), np.zeros_like(x)
    equations = np.concatenate([np.stack([x, -y, one, zero], 1), np.stack([y, x, zero, one], 1)])
    p, q, r, s = np.linalg.lstsq(equations, np.concatenate([target[:, 0], target[:, 1]]))[0]
    return np.array([[p, -q, r], [q, p, s]])


def by_singular_values(source, target):
    """Procrustes: the best rotation from a singular value decomposition, then the scale."""
    p, q = source - source.mean(0), target - target.mean(0)
    u, s, v = np.linalg.svd(q.T @ p)
    flip = np.array([1, np.sign(np.linalg.det(u) * np.linalg.det(v))], source.dtype)
    turn = (u * flip) @ v * (s * flip).sum() / (p**2).sum()
    return np.hstack([turn, (target.mean(0) - turn @ source.mean(0))[:, None]])


def without_vectors(source, target):
    mx, my = source.mean(axis=0)
    mu, mv = target.mean(axis=0)
    real = imaginary = size = source.dtype.type(0)
    for (x, y), (u, v) in zip(source, target, strict=True):
        real = real + (x - mx) * (u - mu) + (y - my) * (v - mv)
        imaginary = imaginary + (x - mx) * (v - mv) - (y - my) * (u - mu)
        size = size + (x - mx) ** 2 + (y - my) ** 2
    c, s = real / size, imaginary / size
    return np.array([[c, -s, mu - c * mx + s * my], [s, c, mv - s * mx - c * my]])
