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
from minidl.kernels.compile.simd import lanes, load, splat, store
from minidl.kernels.compile.tile import rows_of
from minidl.kernels.conv.block_matmul import block_matmul_tn
from minidl.kernels.conv.partial_sums import sum_of
from minidl.kernels.conv.transforms import (
    POINTS,
    TILE,
    transform_kernel_gradient,
    transform_output_gradient,
)
from minidl.kernels.conv.winograd_loops import input_block, up
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
def output_gradient_block(dy, s, first, last, filter_, filter_stop, panel, patch, d, d_step):
    """Take tiles first … last of dy to points, in row blocks, in panels."""
    width, rows = lanes(dy), rows_of(dy)
    for t in range(first, up(last, rows)):
        plane, position = divmod(t, s.rows * s.columns)
        top, left = position // s.columns * TILE, position % s.columns * TILE
        inside = top + TILE <= s.out_height and left + TILE <= s.out_width and t < last
        at = t - first
        for f in range(filter_, filter_ + up(filter_stop - filter_, panel), width):
            before, part = divmod(f - filter_, panel)
            o = at // rows * POINTS * d_step + (before * rows + at % rows) * panel + part
            i = ((plane * s.out_height + top) * s.out_width + left) * s.out_pitch + f
            down = s.out_width * s.out_pitch
            if inside and f + width <= filter_stop:
                transform_output_gradient(dy, i, down, s.out_pitch, d, o, 6 * d_step, d_step)
                continue
            for k in range(TILE * TILE):
                store(patch, k * width, splat(dy, 0))
            if t < last:
                for row in range(min(TILE, s.out_height - top)):
                    for column in range(min(TILE, s.out_width - left)):
                        for lane in range(min(width, filter_stop - f)):
                            value = dy[i + row * down + column * s.out_pitch + lane]
                            patch[(row * TILE + column) * width + lane] = value
            transform_output_gradient(patch, 0, TILE * width, width, d, o, 6 * d_step, d_step)


@inner
def kernel_gradient_block(
    sums, sums_step, s, channel, stop, filter_, filter_stop, panel, patch, dw
):
    """Take sums to gradients of taps, and write them where the kernel has its weights.

    Tell whether any is not finite.
    """
    width, wrong = lanes(dw), splat(dw, 0)
    zero, low = wrong, splat(dw, -inf)
    groups = up(stop - channel, width) // width
    panels = up(filter_stop - filter_, panel) // panel
    for tap in range(s.taps):
        for c in range(channel, stop):
            group, lane = divmod(c - channel, width)
            for f in range(filter_, filter_stop, width):
                before, part = divmod(f - filter_, panel)
                k = ((tap * groups + group) * panels + before) * width + lane
                i = k * panel + part
                o = (tap * 9 * s.kernel_rows + c) * s.kernel_pitch + f
                right = s.kernel_rows * s.kernel_pitch
                if f + width <= filter_stop:
                    wrong = wrong + transform_kernel_gradient(
                        sums, i, 6 * sums_step, sums_step, dw, o, 3 * right, right, zero, low
                    )
                    continue
                wrong = wrong + transform_kernel_gradient(
                    sums, i, 6 * sums_step, sums_step, patch, 0, 3 * width, width, zero, low
                )
                for position in range(9):
                    for rest in range(filter_stop - f):
                        dw[o + position * right + rest] = patch[position * width + rest]
    return any_nan(wrong)


@kernel
def winograd_gradient_blocks(todo, do, x, planes, dy, dw, sums, own, wrong, s, steps):
    """Do all blocks of channels and filters; see ``conv/weight_gradient``.

    Set ``odd[0]`` if anything but a finite number came out.
    """
    a, d, patch = own
    filter_blocks = -(-s.filters // steps.filters)
    for task in tasks_of(todo):
        sum_up, finish, parts, at, share, start = sum_of(task, *do)
        block = (share, at // filter_blocks, at % filter_blocks)
        if winograd_gradient_block(
            sum_up, finish, parts, block, x, planes, dy, dw, a, d, sums[start:], patch, s, steps
        ):
            wrong[0] = 1


@inner
def winograd_gradient_block(
    sum_up, finish, parts, block, x, planes, dy, dw, a, d, sums, patch, s, steps
):
    """Sum over one share of the tiles, or add the sums of several shares and write dw, or both.

    Tell whether anything that was written is not finite.
    """
    share, channel_block, filter_block = block
    channel, filter_ = channel_block * steps.channels, filter_block * steps.filters
    stop = min(channel + steps.channels, s.channels)
    filter_stop = min(filter_ + steps.filters, s.filters)
    width, rows, panel = lanes(x), rows_of(x), steps.panel
    groups = s.taps * up(stop - channel, width) // width
    panels = up(filter_stop - filter_, panel) // panel
    if sum_up:
        end = min((share + 1) * steps.share, s.tiles)
        for first in range(share * steps.share, end, steps.tiles):
            last = min(first + steps.tiles, end)
            input_block(x, planes, s, first, last, channel, stop, patch, a, steps.a)
            output_gradient_block(
                *(dy, s, first, last, filter_, filter_stop, panel, patch, d, steps.d)
            )
            block_matmul_tn(
                *(a, d, sums, POINTS, up(last - first, rows) // rows, groups, panels, panel),
                *(steps.a, steps.d, steps.sums, first > share * steps.share),
            )
    if not finish:
        return False
    size = POINTS * steps.sums
    for part in range(1, parts):
        for i in range(0, size, width):
            store(sums, i, load(sums, i) + load(sums, part * size + i))
    return kernel_gradient_block(
        *(sums, steps.sums, s, channel, stop, filter_, filter_stop, panel, patch, dw)
    )
