"""Squared distances between all encodings of two groups."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Wrong


def squared_distances(x, y):
    """Return d(xᵢ, yⱼ) = ‖xᵢ − yⱼ‖² = Σₖ (xᵢₖ − yⱼₖ)² for every i and j.

    x: encodings, (N, D)
    y: encodings, (M, D)
    Returns d, (N, M); no root is taken.
    """
    ### BEGIN SOLUTION
    differences = x[:, None, :] - y[None, :, :]
    return (differences**2).sum(axis=2)
    ### END SOLUTION


def _by_expansion(x, y):
    d = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - 2 * x @ y.T
    return np.maximum(d, 0)


def _by_einsum(x, y):
    e = x[:, None] - y
    return np.einsum("nmk,nmk->nm", e, e)


def _one_by_one(x, y):
    d = np.empty((len(x), len(y)), x.dtype)
    for i in range(len(x)):
        for j in range(len(y)):
            d[i, j] = np.dot(x[i] - y[j], x[i] - y[j])
    return d


def _encodings(n, m, size):
    return lambda rng: {"x": rng.standard_normal((n, size)), "y": rng.standard_normal((m, size))}


EXERCISE = Exercise(
    solution=squared_distances,
    points=2,
    cases=(
        Case("3 encodings against 4, of 5 numbers each", _encodings(3, 4, 5)),
        Case("as many on both sides", _encodings(4, 4, 3)),
        Case("one encoding against many", _encodings(1, 6, 2), edge=True),
        Case("encodings of a single number", _encodings(3, 2, 1), edge=True),
    ),
    hints=(
        "Think of one entry first: `x[i] - y[j]`, squared, added up over the D numbers.",
        "Broadcasting makes all pairs at once: `x[:, None, :]` is (N, 1, D) and `y[None, :, :]` is "
        "(1, M, D), so their difference is (N, M, D).",
        "Square the differences and add them up over the last axis: `.sum(axis=2)`.",
    ),
    wrong=(
        Wrong(
            "You took the root: that is the distance. The lecture's d is its square, and a "
            "threshold for one is no threshold for the other.",
            edit=("(differences**2).sum(axis=2)", "np.sqrt((differences**2).sum(axis=2))"),
        ),
        Wrong(
            "You averaged over the D numbers; ‖…‖² adds them up.",
            edit=(".sum(axis=2)", ".mean(axis=2)"),
        ),
        Wrong(
            "You added absolute differences; ‖…‖² adds their squares.",
            edit=("(differences**2)", "np.abs(differences)"),
        ),
        Wrong(
            "You squared the sum; the squares come first, then the sum.",
            edit=("(differences**2).sum(axis=2)", "differences.sum(axis=2) ** 2"),
        ),
        Wrong(
            "Rows and columns are exchanged: x belongs to the rows, y to the columns.",
            edit=("x[:, None, :] - y[None, :, :]", "x[None, :, :] - y[:, None, :]"),
        ),
        Wrong(
            "The middle term of ‖x − y‖² = ‖x‖² + ‖y‖² − 2·x·y has the factor 2.",
            edit=(
                "(differences**2).sum(axis=2)",
                "(x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - x @ y.T",
            ),
        ),
        Wrong(
            "You paired row with row; every x is to be compared with every y.",
            edit=("x[:, None, :] - y[None, :, :]", "(x - y)[:, None, :]"),
        ),
    ),
    right=(_by_expansion, _by_einsum, _one_by_one),
)
