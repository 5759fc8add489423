"""The style (Gram) matrix of a layer."""

import numpy as np

from minidl.course.exercise import Exercise, mistakes, normal


def gram_matrix(a):
    """Return the style matrix of one layer: how strongly its channels fire together.

    Gₖₖ′ = Σᵢ Σⱼ aᵢⱼₖ · aᵢⱼₖ′

    a: activations of one picture, (1, H, W, C)
    Returns G, (C, C), of the dtype of a: float32 stays float32
    """
    ### BEGIN SOLUTION
    rows = a.reshape(-1, a.shape[-1])
    return rows.T @ rows
    ### END SOLUTION


EXERCISE = Exercise(
    solution=gram_matrix,
    points=3,
    cases={
        "a layer of 3 × 4 positions with 2 channels": normal((1, 3, 4, 2)),
        "a layer of 2 × 3 positions with 6 channels": normal((1, 2, 3, 6)),
        "a layer of 5 × 3 positions with 3 channels": normal((1, 5, 3, 3)),
        "channels that never fire below 0": (
            lambda rng: [np.maximum(rng.standard_normal((1, 4, 3, 5)) + 0.3, 0)]
        ),
    },
    edges={
        "a single position": normal((1, 1, 1, 3)),
        "a single channel": normal((1, 4, 2, 1)),
    },
    hints=(
        "First lay out the layer as a table: a row for every position, a column for every channel. "
        "Where do the axes (1, H, W, C) go?",
        "`a.reshape(-1, a.shape[-1])` is that table: positions × channels.",
        "Gₖₖ′ is the product of column k with column k′, summed over the rows. All of these at "
        "once are one matrix product: the table turned on its side, times the table.",
    ),
    wrong=mistakes("""
        You multiplied positions by positions; the style matrix has a row and a column for each
        channel. The transpose belongs on the other factor.
            rows.T @ rows -> rows @ rows.T
        Your table mixes the channels up: `reshape` keeps the order of the numbers in memory, and
        there the channels come last.
            a.reshape(-1, a.shape[-1]) -> a.reshape(a.shape[-1], -1)
            rows.T @ rows -> rows @ rows.T
        You divided by the number of positions. The lecture's G is the plain sum; the division comes
        with the cost.
            rows.T @ rows -> rows.T @ rows / len(rows)
        You subtracted the means first: that is a covariance. The style matrix is not centred, so it
        also knows how often each channel fires at all.
            return rows.T -> rows = rows - rows.mean(axis=0); return rows.T
        That is the correlation coefficient, which the lecture's words speak of; its formula, and
        style transfer, use the plain sum of products.
            rows.T @ rows -> np.corrcoef(rows.T)
        You summed each channel first and multiplied the sums: channels then need not fire at the
        same place. Multiply at every position, then sum.
            rows.T @ rows -> np.outer(rows.sum(axis=0), rows.sum(axis=0))
        Your G is float64 whatever `a` is: give `np.zeros` the dtype of `a`.
            rows.T @ rows -> (rows.T @ rows).astype(np.float64)
        Only the first row of positions is counted: the sum goes over i and over j.
            a.reshape(-1, a.shape[-1]) -> a[0, 0]
    """),
)
