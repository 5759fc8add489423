"""A matrix product by tiles, and what it fetches."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Wrong


def tiled_product(a, b, rows, columns):
    """Multiply two matrices tile by tile, and count the numbers that are fetched.

    A tile is a block of rows × columns of the product y = a·b (less at the lower and the right
    border, where a and b end). All its sums are kept at hand until they are complete. For each
    step k of the sum a tile fetches one number of a for each of its rows and one number of b for
    each of its columns:

    tile[i, j] += a[i, k] · b[k, j]

    a, b:          matrices, (M, K) and (K, N)
    rows, columns: size of a tile
    Returns (y, fetched): the product, (M, N), and how many numbers of a and b all tiles fetched.
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


def _number_by_number(a, b, rows, columns):
    (m, depth), n = a.shape, b.shape[1]
    y, fetched = np.empty((m, n), a.dtype), 0
    for top in range(0, m, rows):
        bottom = min(top + rows, m)
        for first in range(0, n, columns):
            last = min(first + columns, n)
            tile = np.zeros((bottom - top, last - first), a.dtype)
            for k in range(depth):
                fetched += bottom - top + last - first
                for i in range(top, bottom):
                    for j in range(first, last):
                        tile[i - top, j - first] += a[i, k] * b[k, j]
            y[top:bottom, first:last] = tile
    return y, fetched


def _in_stripes(a, b, rows, columns):
    cuts = range(columns, b.shape[1], columns)
    stripes, fetched = [], 0
    for left in np.split(a, range(rows, len(a), rows)):
        tiles = []
        for right in np.split(b, cuts, axis=1):
            tiles.append(left @ right)
            fetched += left.size + right.size
        stripes.append(np.hstack(tiles))
    return np.vstack(stripes), fetched


def _by_formula(a, b, rows, columns):
    tiles_down, tiles_across = -(-len(a) // rows), -(-b.shape[1] // columns)
    return a @ b, tiles_across * a.size + tiles_down * b.size


def _whole_tiles_only(a, b, rows, columns):
    m, n = len(a) // rows * rows, b.shape[1] // columns * columns
    y = np.zeros((len(a), b.shape[1]), a.dtype)
    y[:m, :n] = a[:m] @ b[:, :n]
    return y, n // columns * a[:m].size + m // rows * b[:, :n].size


def _never_cleared(a, b, rows, columns):
    y, fetched = np.zeros((len(a), b.shape[1]), a.dtype), 0
    tile = np.zeros((rows, columns), a.dtype)
    for i in range(0, len(a), rows):
        for j in range(0, b.shape[1], columns):
            left, right = a[i : i + rows], b[:, j : j + columns]
            sums = tile[: len(left), : right.shape[1]]
            sums += left @ right
            y[i : i + rows, j : j + columns] = sums
            fetched += left.size + right.size
    return y, fetched


def _matrices(m, k, n, rows, columns):
    def make(rng):
        a, b = rng.standard_normal((m, k)), rng.standard_normal((k, n))
        return {"a": a, "b": b, "rows": rows, "columns": columns}

    return make


EXERCISE = Exercise(
    solution=tiled_product,
    points=3,
    cases=(
        Case("tiles of 2 × 3 that fit", _matrices(4, 5, 6, 2, 3)),
        Case("a rest at the lower border", _matrices(7, 4, 6, 3, 2)),
        Case("a rest at the right border", _matrices(6, 3, 7, 2, 4)),
        Case("a rest at both borders", _matrices(5, 6, 8, 4, 3)),
        Case("tiles of a single number", _matrices(3, 4, 2, 1, 1), edge=True),
        Case("a tile larger than the product", _matrices(3, 2, 4, 5, 6), edge=True),
    ),
    hints=(
        "Two loops go over the upper left corners of the tiles: "
        "`for i in range(0, len(a), rows)`, and the same for the columns. Which part of `a`, and "
        "which part of `b`, does the tile at (i, j) need?",
        "The tile needs `a[i : i + rows]` and `b[:, j : j + columns]`. A slice that would stick "
        "out simply ends at the border, so take the tile's size from the slices.",
        "Begin each tile with zeros, add `left[:, k, None] * right[k]` for every k, and put it "
        "into `y` once at the end. It fetched `left.size + right.size` numbers.",
    ),
    wrong=(
        Wrong(
            "The borders are missing: where the tiles do not fit, smaller ones do the rest.",
            function=_whole_tiles_only,
        ),
        Wrong(
            "Each step k overwrites the tile's sums: add with `+=`.",
            edit=("tile += left", "tile = left"),
        ),
        Wrong(
            "The sums begin where the tile before them ended: each tile begins with zeros.",
            function=_never_cleared,
        ),
        Wrong(
            "Rows and columns of a tile are exchanged.",
            edit=("### BEGIN SOLUTION", "rows, columns = columns, rows"),
        ),
        Wrong(
            "You counted two fetches for every multiplication. That is a product without tiles: "
            "in a tile, a number that was fetched serves a whole row or column of it.",
            edit=("left.size + right.size", "2 * tile.size * len(b)"),
        ),
        Wrong(
            "You counted a whole tile at the border, too, where it is smaller.",
            edit=("left.size + right.size", "(rows + columns) * len(b)"),
        ),
        Wrong(
            "You counted each number of `a` and `b` once. Every tile fetches its own rows and "
            "columns anew.",
            edit=("return y, fetched", "return y, a.size + b.size"),
        ),
        Wrong(
            "You counted what one step k fetches; there are as many steps as `b` has rows.",
            edit=("left.size + right.size", "len(left) + right.shape[1]"),
        ),
        Wrong(
            "You counted the outputs as well. They are written, once each; what is fetched is of "
            "`a` and `b`.",
            edit=("left.size + right.size", "left.size + right.size + tile.size"),
        ),
        Wrong(
            "Your `y` is float64 whatever `a` is: give `np.zeros` the dtype of `a`.",
            edit=("(len(a), b.shape[1]), a.dtype)", "(len(a), b.shape[1]))"),
        ),
    ),
    right=(_number_by_number, _in_stripes, _by_formula),
)
