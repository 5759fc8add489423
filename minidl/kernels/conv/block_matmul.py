"""Matrix products of blocks that lie in cache, tile by tile, for each of Winograd's 36 points.

The left operand is cut into row blocks of ``rows_of`` rows. In memory:

    a[row block][point][k block][row][lane]     beginning at (row block · POINTS + point) · a_step
    b[point][panel][k][column]                  beginning at point · b_step
    c[row block][point][panel][row][column]     beginning at (row block · POINTS + point) · c_step

A panel is as wide as the tile ``zeros`` that is handed in, so the columns of a panel are a
compile-time number.

A sum over k is always taken in the order of k, in one go: neither the number of threads nor the
size of a block changes a bit of it.
"""

from minidl.kernels.compile.jit import inner
from minidl.kernels.compile.simd import lanes
from minidl.kernels.compile.tile import (
    load_tile,
    multiply_add,
    multiply_add_one,
    rows_of,
    steps_of,
    store_tile,
)
from minidl.kernels.conv.transforms import POINTS


@inner
def block_matmul(a, b, c, counts, strides, more, zeros):
    """c = a·b, or with ``more`` c += a·b; counts are (row blocks, steps of k, panels).

    A panel of b stays in the nearest cache while all the row blocks pass by.
    """
    (blocks, depth, panels), (a_step, b_step, c_step) = counts, strides
    width, rows, steps = lanes(a), rows_of(a), steps_of(a)
    panel = len(zeros[0]) * width
    for point in range(POINTS):
        for part in range(panels):
            for block in range(blocks):
                i = (block * POINTS + point) * a_step
                j = point * b_step + part * depth * panel
                o = (block * POINTS + point) * c_step + part * rows * panel
                tile = load_tile(zeros, c, o) if more else zeros
                for k in range(0, depth, width):
                    for step in range(0, min(width, depth - k), steps):
                        tile = multiply_add(tile, a, i + step, width, b, j)
                        j += steps * panel
                    i += rows * width
                store_tile(c, o, tile)


@inner
def block_matmul_tn(a, b, c, counts, strides, more, zeros):
    """c = aᵀ·b, or with ``more`` c += aᵀ·b: a sum over the rows of all the row blocks.

    Counts are (row blocks, k blocks, panels). b lies as the c of ``block_matmul``; c as
    [point][k block][panel][lane][column], c_step per point.
    """
    (blocks, groups, panels), (a_step, b_step, c_step) = counts, strides
    width, rows = lanes(a), rows_of(a)
    panel = len(zeros[0]) * width
    for point in range(POINTS):
        for group in range(groups):
            for part in range(panels):
                for lane in range(0, width, rows):
                    i = point * a_step + group * rows * width + lane
                    j = point * b_step + part * rows * panel
                    o = point * c_step + ((group * panels + part) * width + lane) * panel
                    tile = load_tile(zeros, c, o) if more else zeros
                    for _ in range(blocks):
                        for row in range(rows):
                            tile = multiply_add_one(tile, a, i + row * width, 1, b, j + row * panel)
                        i += POINTS * a_step
                        j += POINTS * b_step
                    store_tile(c, o, tile)
