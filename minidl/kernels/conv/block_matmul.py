"""Matrix products of blocks that lie in cache, tile by tile.

The left operand is cut into row blocks of ``rows_of`` rows; a *point* is one of several independent
products that share the shapes (36 for Winograd's transforms, 1 elsewhere). In memory:

    a[row block][point][k block][row][lane]     beginning at (row block · points + point) · a_step
    b[point][panel][k][column]                  beginning at point · b_step
    c[row block][point][panel][row][column]     beginning at (row block · points + point) · c_step

``panel`` is the number of columns of a panel, ``lanes`` (a narrow tile) or ``VECTORS · lanes``.

A sum over k is always taken in the order of k, in one go: neither the number of threads nor the
size of a block changes a bit of it.
"""

from minidl.kernels.compile.jit import inner
from minidl.kernels.compile.simd import lanes
from minidl.kernels.compile.tile import (
    load_tile,
    multiply_add,
    multiply_add_one,
    narrow_tile,
    rows_of,
    steps_of,
    store_tile,
    wide_tile,
)


@inner
def block_matmul(a, b, c, points, blocks, depth, panels, panel, a_step, b_step, c_step, more):
    """c = a·b, or with ``more`` c += a·b; ``depth`` steps of k, a multiple of ``steps_of``.

    A panel of b stays in the nearest cache while all the row blocks pass by.
    """
    rows = rows_of(a)
    for point in range(points):
        for part in range(panels):
            j = point * b_step + part * depth * panel
            for block in range(blocks):
                i = (block * points + point) * a_step
                o = (block * points + point) * c_step + part * rows * panel
                if panel == lanes(a):
                    matmul_tile(a, i, b, j, c, o, depth, narrow_tile(a), more)
                else:
                    matmul_tile(a, i, b, j, c, o, depth, wide_tile(a), more)


@inner
def matmul_tile(a, i, b, j, c, o, depth, tile, more):
    """Do it for one tile, which is handed in with zeros."""
    width, rows, steps = lanes(a), rows_of(a), steps_of(a)
    panel = len(tile[0]) * width
    if more:
        tile = load_tile(tile, c, o)
    for k in range(0, depth, width):
        for step in range(0, min(width, depth - k), steps):
            tile = multiply_add(tile, a, i + step, width, b, j)
            j += steps * panel
        i += rows * width
    store_tile(c, o, tile)


@inner
def block_matmul_tn(a, b, c, points, blocks, groups, panels, panel, a_step, b_step, c_step, more):
    """c = aᵀ·b, or with ``more`` c += aᵀ·b: a sum over the rows of all the row blocks.

    b lies as the c of ``multiply``; c as [point][k block][panel][lane][column], c_step per point.
    """
    width, rows = lanes(a), rows_of(a)
    for point in range(points):
        for group in range(groups):
            for part in range(panels):
                j = point * b_step + part * rows * panel
                for lane in range(0, width, rows):
                    i = point * a_step + group * rows * width + lane
                    o = point * c_step + ((group * panels + part) * width + lane) * panel
                    steps = (points * a_step, points * b_step)
                    if panel == width:
                        matmul_tn_tile(a, i, b, j, c, o, blocks, steps, narrow_tile(a), more)
                    else:
                        matmul_tn_tile(a, i, b, j, c, o, blocks, steps, wide_tile(a), more)


@inner
def matmul_tn_tile(a, i, b, j, c, o, blocks, steps, tile, more):
    """Do it for one tile, which is handed in with zeros."""
    width, rows = lanes(a), rows_of(a)
    panel = len(tile[0]) * width
    if more:
        tile = load_tile(tile, c, o)
    for _ in range(blocks):
        for row in range(rows):
            tile = multiply_add_one(tile, a, i + row * width, 1, b, j + row * panel)
        i += steps[0]
        j += steps[1]
    store_tile(c, o, tile)
