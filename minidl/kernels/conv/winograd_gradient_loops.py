"""Winograd's gradient to the kernel, block by block (called by ``conv/weight_gradient``).

For each of the 36 points, the gradient is a product of two matrices, summed over all tiles:

    sums[p] = a[p]ᵀ · d[p]     a: points of x (tiles × channels), d: points of dy (tiles × filters)

A task sums over its share of the tiles, for a block of channels and a block of filters that is
small enough for ``sums`` to stay in cache.
"""

from math import inf
from typing import NamedTuple

from minidl.kernels.compile.argmax import any_nan
from minidl.kernels.compile.jit import inner, kernel
from minidl.kernels.compile.simd import lanes, splat
from minidl.kernels.compile.tile import (
    load_tile,
    multiply_add_one,
    narrow_tile,
    rows_of,
    store_tile,
    wide_tile,
)
from minidl.kernels.conv.kernel_panels import up
from minidl.kernels.conv.partial_sums import add_parts, sum_of
from minidl.kernels.conv.transforms import (
    POINTS,
    TILE,
    transform_kernel_gradient,
    transform_output_gradient,
)
from minidl.kernels.conv.winograd_loops import block_of, copy_patch, input_block, tile_at
from minidl.kernels.index_map import OUTSIDE
from minidl.kernels.threads.atomics import tasks_of


class Steps(NamedTuple):
    """Block sizes; ``share`` tiles are summed by one task, ``tiles`` at a time."""

    share: int
    tiles: int
    channels: int
    filters: int
    panel: int
    a: int  # from one point to the next in the block of input points
    d: int  # … of output points
    sums: int


@inner
def output_gradient_block(dy, s, steps, tiles, filters, patch, d):
    """Take some tiles and filters (first, stop) of dy to points, in row blocks, in panels."""
    width, rows, panel, d_step = lanes(dy), rows_of(dy), steps.panel, steps.d
    (first, last), (filter_, filter_stop), down = tiles, filters, s.out_width * s.out_pitch
    sizes = s.out_height, s.out_width, s.out_pitch
    for t in range(first, up(last, rows)):
        plane, top, left = tile_at(t, s)
        inside = top + TILE <= s.out_height and left + TILE <= s.out_width and t < last
        at = t - first
        for f in range(filter_, filter_ + up(filter_stop - filter_, panel), width):
            before, part = divmod(f - filter_, panel)
            o = at // rows * POINTS * d_step + (before * rows + at % rows) * panel + part
            i = ((plane * s.out_height + top) * s.out_width + left) * s.out_pitch + f
            if inside and f + width <= filter_stop:
                transform_output_gradient(dy, i, down, s.out_pitch, d, o, 6 * d_step, d_step, None)
                continue
            place = (plane if t < last else OUTSIDE, top, left)
            copy_patch(dy, sizes, TILE, place, f, filter_stop, patch)
            transform_output_gradient(patch, 0, TILE * width, width, d, o, 6 * d_step, d_step, None)


@inner
def block_matmul_tn(a, d, sums, counts, strides, more, zeros):
    """sums = aᵀ·d, or with ``more`` sums += aᵀ·d: a sum over the rows of all the row blocks.

    Counts are (row blocks, k blocks, panels). a and d lie as a and c in ``winograd_loops``; sums as
    [point][k block][panel][lane][column].
    """
    (blocks, groups, panels), (a_step, d_step, step) = counts, strides
    width, rows = lanes(a), rows_of(a)
    panel = len(zeros[0]) * width
    for point in range(POINTS):
        for group in range(groups):
            for part in range(panels):
                for lane in range(0, width, rows):
                    i = point * a_step + group * rows * width + lane
                    j = point * d_step + part * rows * panel
                    o = point * step + ((group * panels + part) * width + lane) * panel
                    tile = load_tile(zeros, sums, o) if more else zeros
                    for _ in range(blocks):
                        for row in range(rows):
                            tile = multiply_add_one(tile, a, i + row * width, 1, d, j + row * panel)
                        i += POINTS * a_step
                        j += POINTS * d_step
                    store_tile(sums, o, tile)


@inner
def kernel_gradient_block(sums, s, steps, channels, filters, patch, dw):
    """Take sums to gradients of taps, and write them where the kernel has its weights.

    Tell whether any is not finite.
    """
    width, panel, step, wrong = lanes(dw), steps.panel, steps.sums, splat(dw, 0)
    (channel, stop), (filter_, filter_stop), final = channels, filters, (wrong, splat(dw, -inf))
    groups = up(stop - channel, width) // width
    panels = up(filter_stop - filter_, panel) // panel
    right = s.kernel_rows * s.kernel_pitch
    for tap in range(s.taps):
        for c in range(channel, stop):
            group, lane = divmod(c - channel, width)
            for f in range(filter_, filter_stop, width):
                before, part = divmod(f - filter_, panel)
                i = (((tap * groups + group) * panels + before) * width + lane) * panel + part
                o = (tap * 9 * s.kernel_rows + c) * s.kernel_pitch + f
                if f + width <= filter_stop:
                    wrong = wrong + transform_kernel_gradient(
                        *(sums, i, 6 * step, step, dw, o, 3 * right, right, final)
                    )
                    continue
                wrong = wrong + transform_kernel_gradient(
                    *(sums, i, 6 * step, step, patch, 0, 3 * width, width, final)
                )
                for position in range(9):
                    for rest in range(filter_stop - f):
                        dw[o + position * right + rest] = patch[position * width + rest]
    return any_nan(wrong)


@kernel
def winograd_gradient_blocks(todo, do, given, own, s, steps):
    """Do all blocks of channels and filters; see ``conv/weight_gradient``.

    A task sums over one share of the tiles, or adds the sums of several shares and writes dw, or
    both. Set ``wrong[0]`` if anything but a finite number came out.
    """
    _, _, _, _, dw, wrong = given
    all_sums, (_, _, patch), _, _ = own
    filter_blocks = -(-s.filters // steps.filters)
    for task in tasks_of(todo):
        sum_up, finish, parts, at, share, start = sum_of(task, *do)
        channels = block_of(at // filter_blocks, steps.channels, s.channels)
        filters = block_of(at % filter_blocks, steps.filters, s.filters)
        sums = all_sums[start:]
        if sum_up:
            sum_block(given, own, share, channels, filters, sums, s, steps)
        if finish:
            add_parts(sums, parts, POINTS * steps.sums)
            if kernel_gradient_block(sums, s, steps, channels, filters, patch, dw):
                wrong[0] = 1


@inner
def sum_block(given, own, share, channels, filters, sums, s, steps):
    """Sum over one share of the tiles."""
    x, axes, _, dy, _, _ = given
    _, (a, d, patch), _, _ = own
    groups = s.taps * up(channels[1] - channels[0], lanes(x)) // lanes(x)
    panels = up(filters[1] - filters[0], steps.panel) // steps.panel
    begin, end = block_of(share, steps.share, s.tiles)
    for first in range(begin, end, steps.tiles):
        tiles = first, min(first + steps.tiles, end)
        input_block(x, axes, s, tiles, channels, patch, a, steps.a)
        output_gradient_block(dy, s, steps, tiles, filters, patch, d)
        counts = up(tiles[1] - first, rows_of(x)) // rows_of(x), groups, panels
        strides = steps.a, steps.d, steps.sums
        if steps.panel == lanes(x):
            block_matmul_tn(a, d, sums, counts, strides, first > begin, narrow_tile(x))
        else:
            block_matmul_tn(a, d, sums, counts, strides, first > begin, wide_tile(x))
