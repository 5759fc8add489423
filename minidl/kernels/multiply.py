"""Matrix products of blocks that lie in cache, tile by tile.

The left operand is cut into row blocks of ``rows_of`` rows; a *point* is one of several independent
products that share the shapes (36 for Winograd's transforms, 1 elsewhere). In memory:

    a[row block][point][k block][row][lane]     beginning at (row block · points + point) · a_step
    b[point][panel][k][column]                  beginning at point · b_step
    c[row block][point][panel][row][column]     beginning at (row block · points + point) · c_step

A sum over k is always taken in the order of k, in one go: neither the number of threads nor the
size of a block changes a bit of it.
"""

from minidl.kernels.jit import inner
from minidl.kernels.lanes import lanes
from minidl.kernels.tile import (
    STEPS,
    columns_of,
    load_tile,
    multiply_add,
    rows_of,
    store_tile,
    turned_multiply_add,
    zero_tile,
)


@inner
def multiply(a, b, c, points, blocks, depth, panels, a_step, b_step, c_step, more):
    """c = a·b, or with ``more`` c += a·b; ``depth`` steps of k, a multiple of STEPS.

    A panel of b stays in the nearest cache while all the row blocks pass by.
    """
    width, rows, columns = lanes(a), rows_of(a), columns_of(a)
    for point in range(points):
        for panel in range(panels):
            for block in range(blocks):
                i = (block * points + point) * a_step
                j = point * b_step + panel * depth * columns
                o = (block * points + point) * c_step + panel * rows * columns
                tile = load_tile(c, o) if more else zero_tile(c)
                for k in range(0, depth, width):
                    for step in range(0, min(width, depth - k), STEPS):
                        tile = multiply_add(tile, a, i + step, b, j)
                        j += STEPS * columns
                    i += rows * width
                store_tile(c, o, tile)


@inner
def multiply_turned(a, b, c, points, blocks, groups, panels, a_step, b_step, c_step, more):
    """c = aᵀ·b, or with ``more`` c += aᵀ·b: a sum over the rows of all the row blocks.

    b lies as the c of ``multiply``; c as [point][k block][panel][lane][column], c_step per point.
    """
    width, rows, columns = lanes(a), rows_of(a), columns_of(a)
    for point in range(points):
        for group in range(groups):
            for panel in range(panels):
                for part in range(0, width, rows):
                    o = point * c_step + ((group * panels + panel) * width + part) * columns
                    tile = load_tile(c, o) if more else zero_tile(c)
                    for block in range(blocks):
                        at = block * points + point
                        i = at * a_step + group * rows * width + part
                        j = at * b_step + panel * rows * columns
                        for row in range(rows):
                            tile = turned_multiply_add(
                                tile, a, i + row * width, b, j + row * columns
                            )
                    store_tile(c, o, tile)
