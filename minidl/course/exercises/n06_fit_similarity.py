"""The turn, scale and shift that bring points closest to others: one complex line."""

import numpy as np

from minidl.course.exercise import Exercise, maker, mistakes


def fit_similarity(source, target):
    """Return the similarity that brings the source points closest to the target points.

    With points as complex numbers, z for the source and w for the target, it is z ↦ a·z + b with
    the smallest Σ |a·z + b − w|².

    source, target: points (x, y), (K, 2); point k of the one belongs to point k of the other
    Returns the matrix (2, 3), in the points' dtype, that does the same to (x, y, 1):
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


@maker
def _moved(rng, number, degrees, scale, noise):
    source = rng.uniform(0, 10, (number, 2))
    angle = np.radians(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = source @ turn.T + rng.uniform(-5, 5, 2) + noise * rng.standard_normal((number, 2))
    return {"source": source, "target": target}


def _mirrored(rng):
    source = rng.uniform(0, 10, (6, 2))
    return {"source": source, "target": source * (-1, 0.7) + rng.standard_normal((6, 2))}


EXERCISE = Exercise(
    solution=fit_similarity,
    points=3,
    cases={
        "5 points, turned by 20° and doubled": _moved(5, 20, 2, 0),
        "5 points that were found inexactly": _moved(5, -35, 0.6, 0.4),
        "7 points, turned by 140°": _moved(7, 140, 1.5, 0.2),
        "points in a mirror, which no similarity brings back": _mirrored,
    },
    edges={
        "two points": _moved(2, 75, 3, 0),
        "points that stay where they are": lambda rng: [rng.uniform(0, 10, (4, 2))] * 2,
    },
    hints=(
        "Make complex numbers of the points first: `z = source[:, 0] + 1j * source[:, 1]`, and `w` "
        "from the target in the same way.",
        "Subtract the means, and the formula for a can be typed as it stands: `dz.conj() * dw`, "
        "summed, over `abs(dz) ** 2`, summed.",
        "b is what is missing from a·mean(z) to mean(w). Then put `a.real`, `a.imag`, `b.real` and "
        "`b.imag` into the matrix.",
    ),
    wrong=mistakes("""
        You conjugated the wrong factor, which turns the points the wrong way: conj(dz)·dw.
            dz.conj() * dw -> dz * dw.conj()
        Without the conjugate, dz·dw adds the two angles instead of subtracting them: conj(dz)·dw.
            dz.conj() * dw -> dz * dw
        You divide by the spread of the target; divide by that of the source, Σ |dz|².
            (abs(dz) ** 2).sum() -> (abs(dw) ** 2).sum()
        You fitted a to the points as they are: subtract the means first, or the shift spoils the
        turn.
            dz, dw = z - z.mean(), w - w.mean() -> dz, dw = z, w
        Your b does not allow for what a does to the mean: b = mean(w) − a·mean(z).
            w.mean() - a * z.mean() -> w.mean() - z.mean()
        You found the way back, from the target to the source: swap the two.
            -> source, target = target, source
        The signs of Im a are swapped in the matrix: −Im a stands in the first row.
            -a.imag -> a.imag
            [a.imag, a.real -> [-a.imag, a.real
        You divide by Σ |dz|, which spoils the scale: the square is missing, Σ |dz|².
            (abs(dz) ** 2).sum() -> abs(dz).sum()
        The formula for real numbers will not do: Σ conj(dz)·dw over Σ |dz|², with a conjugate above
        and the absolute value below.
            (dz.conj() * dw).sum() / (abs(dz) ** 2).sum() -> (dz * dw).sum() / (dz**2).sum()
        Your a has the length 1, so the points are turned and not scaled.
            (abs(dz) ** 2).sum() -> abs((dz.conj() * dw).sum())
        You fitted all six numbers of the matrix, which allows a squeeze; only the two complex
        numbers a and b are free.
            ->
                z1 = np.hstack([source, np.ones((len(source), 1), source.dtype)])
                return np.linalg.lstsq(z1, target, rcond=None)[0].T
    """),
)
