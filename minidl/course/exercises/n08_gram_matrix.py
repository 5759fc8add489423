"""The style (Gram) matrix of a layer."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Wrong


def gram_matrix(a):
    """Return the style matrix of one layer: how strongly its channels fire together.

    Gₖₖ′ = Σᵢ Σⱼ aᵢⱼₖ · aᵢⱼₖ′

    a: activations of one picture, (1, H, W, C)
    Returns G, (C, C)
    """
    ### BEGIN SOLUTION
    rows = a.reshape(-1, a.shape[-1])
    return rows.T @ rows
    ### END SOLUTION


def _loop(a):
    channels = a.shape[-1]
    gram = np.zeros((channels, channels), a.dtype)
    for k in range(channels):
        for m in range(channels):
            gram[k, m] = (a[0, :, :, k] * a[0, :, :, m]).sum()
    return gram


def _by_einsum(a):
    return np.einsum("nijk,nijm->km", a, a)


def _position_by_position(a):
    gram = np.zeros((a.shape[3], a.shape[3]), a.dtype)
    for i in range(a.shape[1]):
        for j in range(a.shape[2]):
            gram += np.outer(a[0, i, j], a[0, i, j])
    return gram


def _activations(h, w, c):
    return lambda rng: {"a": rng.standard_normal((1, h, w, c))}


EXERCISE = Exercise(
    solution=gram_matrix,
    points=3,
    cases=(
        Case("a layer of 3 × 4 positions with 2 channels", _activations(3, 4, 2)),
        Case("a layer of 2 × 3 positions with 6 channels", _activations(2, 3, 6)),
        Case("a layer of 5 × 3 positions with 3 channels", _activations(5, 3, 3)),
        Case(
            "channels that never fire below 0",
            lambda rng: {"a": np.maximum(rng.standard_normal((1, 4, 3, 5)) + 0.3, 0)},
        ),
        Case("a single position", _activations(1, 1, 3), edge=True),
        Case("a single channel", _activations(4, 2, 1), edge=True),
    ),
    hints=(
        "First lay out the layer as a table: a row for every position, a column for every channel. "
        "Where do the axes (1, H, W, C) go?",
        "`a.reshape(-1, a.shape[-1])` is that table: positions × channels.",
        "Gₖₖ′ is the product of column k with column k′, summed over the rows. All of these at "
        "once are one matrix product: the table turned on its side, times the table.",
    ),
    wrong=(
        Wrong(
            "You multiplied positions with positions; the style matrix has a row and a column for "
            "each channel. The transpose belongs on the other factor.",
            edit=("rows.T @ rows", "rows @ rows.T"),
        ),
        Wrong(
            "Your table mixes the channels up: `reshape` keeps the order of the numbers in memory, "
            "and there the channels come last.",
            edit=(
                "rows = a.reshape(-1, a.shape[-1])\n    return rows.T @ rows",
                "rows = a.reshape(a.shape[-1], -1)\n    return rows @ rows.T",
            ),
        ),
        Wrong(
            "You divided by the number of positions. The lecture's G is the plain sum; the "
            "division comes with the cost.",
            edit=("rows.T @ rows", "rows.T @ rows / len(rows)"),
        ),
        Wrong(
            "You took the means away first: that is a covariance. The style matrix is not centred, "
            "so it also knows how often each channel fires at all.",
            edit=(
                "return rows.T",
                "rows = rows - rows.mean(axis=0)\n    return rows.T",
            ),
        ),
        Wrong(
            "That is the correlation coefficient, which the lecture's words speak of; its formula, "
            "and style transfer, use the plain sum of products.",
            edit=("rows.T @ rows", "np.corrcoef(rows.T)"),
        ),
        Wrong(
            "You summed each channel first and multiplied the sums: channels then need not fire at "
            "the same place. Multiply at every position, then sum.",
            edit=("rows.T @ rows", "np.outer(rows.sum(axis=0), rows.sum(axis=0))"),
        ),
        Wrong(
            "Only the first row of positions is counted: the sum goes over i and over j.",
            edit=("a.reshape(-1, a.shape[-1])", "a[0, 0]"),
        ),
    ),
    right=(_loop, _by_einsum, _position_by_position),
)
