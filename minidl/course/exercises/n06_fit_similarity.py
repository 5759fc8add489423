"""The turn, scale and shift that bring points closest to others: one complex line."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Wrong


def fit_similarity(source, target):
    """Return the similarity that brings the source points closest to the target points.

    With points as complex numbers, z for the source and w for the target, it is z ↦ a·z + b with
    the smallest Σ |a·z + b − w|². With dz = z − mean(z) and dw = w − mean(w):

    a = Σ conj(dz)·dw / Σ |dz|²      b = mean(w) − a·mean(z)

    source, target: points (x, y), (K, 2); point k of the one belongs to point k of the other
    Returns the matrix (2, 3) that does the same to (x, y, 1):
    [[Re a, −Im a, Re b],
     [Im a,  Re a, Im b]]
    """
    ### BEGIN SOLUTION
    z = source[:, 0] + 1j * source[:, 1]
    w = target[:, 0] + 1j * target[:, 1]
    dz, dw = z - z.mean(), w - w.mean()
    a = (dz.conj() * dw).sum() / (abs(dz) ** 2).sum()
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
    ### END SOLUTION


def _least_squares(source, target):
    """Four unknowns (Re a, Im a, Re b, Im b), two real equations a point."""
    x, y = source.T
    one, zero = np.ones_like(x), np.zeros_like(x)
    equations = np.concatenate([np.stack([x, -y, one, zero], 1), np.stack([y, x, zero, one], 1)])
    p, q, r, s = np.linalg.lstsq(equations, np.concatenate([target[:, 0], target[:, 1]]))[0]
    return np.array([[p, -q, r], [q, p, s]])


def _by_singular_values(source, target):
    """Procrustes: the best rotation from a singular value decomposition, then the scale."""
    p, q = source - source.mean(0), target - target.mean(0)
    u, s, v = np.linalg.svd(q.T @ p)
    flip = np.array([1, np.sign(np.linalg.det(u) * np.linalg.det(v))], source.dtype)
    turn = (u * flip) @ v * (s * flip).sum() / (p**2).sum()
    return np.hstack([turn, (target.mean(0) - turn @ source.mean(0))[:, None]])


def _without_vectors(source, target):
    mx, my = source.mean(axis=0)
    mu, mv = target.mean(axis=0)
    real = imaginary = size = source.dtype.type(0)
    for (x, y), (u, v) in zip(source, target, strict=True):
        real = real + (x - mx) * (u - mu) + (y - my) * (v - mv)
        imaginary = imaginary + (x - mx) * (v - mv) - (y - my) * (u - mu)
        size = size + (x - mx) ** 2 + (y - my) ** 2
    c, s = real / size, imaginary / size
    return np.array([[c, -s, mu - c * mx + s * my], [s, c, mv - s * mx - c * my]])


def _moved(number, degrees, scale, noise):
    def make(rng):
        source = rng.uniform(0, 10, (number, 2))
        angle = np.radians(degrees)
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        target = source @ turn.T + rng.uniform(-5, 5, 2) + noise * rng.standard_normal((number, 2))
        return {"source": source, "target": target}

    return make


def _mirrored(rng):
    source = rng.uniform(0, 10, (6, 2))
    return {"source": source, "target": source * (-1, 0.7) + rng.standard_normal((6, 2))}


EXERCISE = Exercise(
    solution=fit_similarity,
    points=3,
    cases=(
        Case("5 points, turned by 20° and doubled", _moved(5, 20, 2, 0)),
        Case("5 points that were found inexactly", _moved(5, -35, 0.6, 0.4)),
        Case("7 points, turned by 140°", _moved(7, 140, 1.5, 0.2)),
        Case("points in a mirror, which no similarity brings back", _mirrored),
        Case("two points", _moved(2, 75, 3, 0), edge=True),
        Case(
            "points that stay where they are",
            lambda rng: dict.fromkeys(("source", "target"), rng.uniform(0, 10, (4, 2))),
            edge=True,
        ),
    ),
    hints=(
        "Make complex numbers of the points first: `z = source[:, 0] + 1j * source[:, 1]`, and `w` "
        "from the target in the same way.",
        "Subtract the means, and the formula for a can be typed as it stands: `dz.conj() * dw`, "
        "summed, over `abs(dz) ** 2`, summed.",
        "b is what is missing from a·mean(z) to mean(w). Then put `a.real`, `a.imag`, `b.real` and "
        "`b.imag` into the matrix.",
    ),
    wrong=(
        Wrong(
            "The conjugate stands at the wrong factor, so it turns the wrong way: conj(dz)·dw.",
            edit=("dz.conj() * dw", "dz * dw.conj()"),
        ),
        Wrong(
            "Without the conjugate, dz·dw adds the two angles instead of subtracting them: "
            "conj(dz)·dw.",
            edit=("dz.conj() * dw", "dz * dw"),
        ),
        Wrong(
            "You divide by the spread of the target. That of the source belongs there: Σ |dz|².",
            edit=("(abs(dz) ** 2).sum()", "(abs(dw) ** 2).sum()"),
        ),
        Wrong(
            "You fit a to the points as they are; subtract the means first, or the shift spoils "
            "the turn.",
            edit=(
                "(dz.conj() * dw).sum() / (abs(dz) ** 2).sum()",
                "(z.conj() * w).sum() / (abs(z) ** 2).sum()",
            ),
        ),
        Wrong(
            "b has to allow for what a does to the middle: b = mean(w) − a·mean(z).",
            edit=("w.mean() - a * z.mean()", "w.mean() - z.mean()"),
        ),
        Wrong(
            "You found the way back, from the target to the source: exchange the two.",
            function=lambda source, target: fit_similarity(target, source),
        ),
        Wrong(
            "The signs of Im a are exchanged in the matrix: −Im a stands in the first row.",
            edit=(
                "[[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]]",
                "[[a.real, a.imag, b.real], [-a.imag, a.real, b.imag]]",
            ),
        ),
        Wrong(
            "a has lost its scale: |dz|² is squared, |dz| alone is not.",
            edit=("(abs(dz) ** 2).sum()", "abs(dz).sum()"),
        ),
    ),
    right=(_least_squares, _by_singular_values, _without_vectors),
)
