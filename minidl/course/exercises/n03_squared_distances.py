"""Squared distances between all encodings of two groups."""

from minidl.course.exercise import Exercise, mistakes, normal


def squared_distances(x, y):
    """Return d(xᵢ, yⱼ) = ‖xᵢ − yⱼ‖² = Σₖ (xᵢₖ − yⱼₖ)² for every i and j.

    x: encodings, (N, D)
    y: encodings, (M, D)
    Returns d, (N, M), of the dtype of x and y; no root is taken.
    """
    ### BEGIN SOLUTION
    differences = x[:, None, :] - y[None, :, :]
    return (differences**2).sum(axis=2)
    ### END SOLUTION


EXERCISE = Exercise(
    solution=squared_distances,
    points=2,
    cases={
        "3 encodings against 4, of 5 numbers each": normal((3, 5), (4, 5)),
        "as many on both sides": normal((4, 3), (4, 3)),
    },
    edges={
        "a group with itself, and an encoding that occurs twice": (
            lambda rng: [rng.integers(-3, 4, (3, 2))[[0, 1, 2, 1]] * 1.0] * 2
        ),
        "one encoding against many": normal((1, 2), (6, 2)),
        "encodings of a single number": normal((3, 1), (2, 1)),
    },
    hints=(
        "Think of one entry first: `x[i] - y[j]`, squared, added up over the D numbers.",
        "Broadcasting makes all pairs at once: `x[:, None, :]` is (N, 1, D) and `y[None, :, :]` is "
        "(1, M, D), so their difference is (N, M, D).",
        "Square the differences and add them up over the last axis: `.sum(axis=2)`.",
    ),
    wrong=mistakes("""
        You took the root: that is the distance. The lecture's d is its square, and a threshold for
        the one is no threshold for the other.
            (differences**2).sum(axis=2) -> np.sqrt((differences**2).sum(axis=2))
        You averaged over the D numbers; ‖…‖² adds them up.
            .sum(axis=2) -> .mean(axis=2)
        You added absolute differences; ‖…‖² adds their squares.
            (differences**2) -> np.abs(differences)
        You squared the sum; the squares come first, then the sum.
            (differences**2).sum(axis=2) -> differences.sum(axis=2) ** 2
        Rows and columns are swapped: x belongs to the rows, y to the columns.
            x[:, None, :] - y[None, :, :] -> x[None, :, :] - y[:, None, :]
        The factor 2 is missing from the middle term of ‖x − y‖² = ‖x‖² + ‖y‖² − 2·x·y.
            differences**2 -> (x**2)[:, None] + y**2 - x[:, None] * y
        2 − 2·x·y holds only for encodings of length 1; these have any length, so ‖x‖² and ‖y‖² are
        not 1.
            (differences**2).sum(axis=2) -> 2 - 2 * x @ y.T
        You paired row with row; compare every x with every y.
            x[:, None, :] - y[None, :, :] -> (x - y)[:, None, :]
    """),
)
