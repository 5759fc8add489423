"""A matrix product by tiles, and what it fetches."""

import numpy as np

from minidl.course.exercise import Exercise, mistakes, normal


def tiled_product(a, b, rows, columns):
    """Multiply two matrices tile by tile, and count the numbers that are fetched.

    A tile is a block of rows × columns of the product y = a·b (less at the lower and the right
    border, where a and b end). All its sums are kept at hand until they are complete. For each
    step k of the sum a tile fetches one number of a for each of its rows and one number of b for
    each of its columns:

    tile[i, j] += a[i, k] · b[k, j]

    a, b:          matrices, (M, K) and (K, N)
    rows, columns: size of a tile
    Returns (y, fetched): the product, (M, N), of the dtype of a and b (float32 stays float32), and
    how many numbers of a and b all tiles fetched.
    """
    ### BEGIN SOLUTION
    y, fetched = np.zeros((len(a), b.shape[1]), a.dtype), 0
    for i in range(0, len(a), rows):
        for j in range(0, b.shape[1], columns):
            left, right = a[i : i + rows], b[:, j : j + columns]
            tile = np.zeros((len(left), right.shape[1]), a.dtype)
            for k in range(len(b)):
                tile += left[:, k, None] * right[k]
            y[i : i + rows, j : j + columns] = tile
            fetched += left.size + right.size
    return y, fetched
    ### END SOLUTION


EXERCISE = Exercise(
    solution=tiled_product,
    points=3,
    cases={
        "tiles of 2 × 3 that fit": normal((4, 5), (5, 6), rows=2, columns=3),
        "a rest at the lower border": normal((7, 4), (4, 6), rows=3, columns=2),
        "a rest at the right border": normal((6, 3), (3, 7), rows=2, columns=4),
        "a rest at both borders": normal((5, 6), (6, 8), rows=4, columns=3),
    },
    edges={
        "tiles of a single number": normal((3, 4), (4, 2), rows=1, columns=1),
        "a tile larger than the product": normal((3, 2), (2, 4), rows=5, columns=6),
    },
    hints=(
        "Two loops go over the upper left corners of the tiles: "
        "`for i in range(0, len(a), rows)`, and the same for the columns. Which part of `a`, and "
        "which part of `b`, does the tile at (i, j) need?",
        "The tile needs `a[i : i + rows]` and `b[:, j : j + columns]`. A slice that would stick "
        "out simply ends at the border, so take the tile's size from the slices.",
        "Begin each tile with zeros, add `left[:, k, None] * right[k]` for every k, and put it "
        "into `y` once at the end. It fetched `left.size + right.size` numbers.",
    ),
    wrong=mistakes("""
        You left out the borders: where whole tiles do not fit, smaller ones do what remains.
            len(a), rows) -> len(a) - rows + 1, rows)
            b.shape[1], columns) -> b.shape[1] - columns + 1, columns)
        You overwrite the tile's sums at each step k: add with `+=`.
            tile += left -> tile = left
        Your sums begin where the tile before them ended: each tile begins with zeros.
            y, fetched = -> sums = np.zeros((rows, columns), a.dtype); y, fetched =
            np.zeros((len(left), right.shape[1]), a.dtype) -> sums[: len(left), : right.shape[1]]
        Rows and columns of a tile are swapped.
            -> rows, columns = columns, rows
        You counted two fetches for every multiplication. That is a product without tiles: in a
        tile, a number that was fetched serves a whole row or column of it.
            left.size + right.size -> 2 * tile.size * len(b)
        You counted whole tiles at the borders, where they are smaller.
            left.size + right.size -> (rows + columns) * len(b)
        You counted each number of `a` and `b` once. Every tile fetches its own rows and columns
        anew.
            return y, fetched -> return y, a.size + b.size
        You counted what one step k fetches; there are as many steps as `b` has rows.
            left.size + right.size -> len(left) + right.shape[1]
        You kept the rows of `a` for a whole row of tiles: every tile fetches its own anew.
            left.size + right.size -> left.size * (j == 0) + right.size
        You counted the outputs as well. They are written, once each; only `a` and `b` are fetched.
            left.size + right.size -> left.size + right.size + tile.size
        Your `y` is float64 whatever `a` is: give `np.zeros` the dtype of `a`.
            (len(a), b.shape[1]), a.dtype) -> (len(a), b.shape[1]))
    """),
)
