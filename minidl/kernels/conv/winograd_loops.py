"""Winograd convolution, block by block: input → points, kernel → points, products → output.

Each function here handles some tiles and some channels, few enough to stay in cache, and is called
by ``winograd`` for all of them. The blocks lie in memory as ``multiply`` wants them.
"""

from math import inf
from typing import NamedTuple

from minidl.kernels.compile.argmax import any_nan
from minidl.kernels.compile.jit import inner, kernel
from minidl.kernels.compile.simd import lanes, load, splat, store, transpose
from minidl.kernels.compile.tile import rows_of, steps_of
from minidl.kernels.conv.block_matmul import block_matmul
from minidl.kernels.conv.transforms import (
    POINTS,
    TILE,
    transform_input,
    transform_kernel,
    transform_output,
)
from minidl.kernels.index_map import row_read
from minidl.kernels.threads.atomics import tasks_of


class Shape(NamedTuple):
    """Sizes of one convolution; a plane is an image of one sample (and of one slice, in 3-D)."""

    height: int  # of an input plane
    width: int
    channels: int
    pitch: int  # from one input position to the next: the channels of all groups
    top: int  # padding before the first row
    left: int
    out_height: int
    out_width: int
    filters: int
    out_pitch: int
    rows: int  # tiles that lie below one another
    columns: int
    tiles: int  # of all planes
    taps: int  # of the kernel, along the axes before the last two
    kernel_rows: int  # of the kernel's matrix for one tap: input channels of the forward pass
    kernel_pitch: int  # from one of these rows to the next
    transposed: bool  # the gradient to the input: the kernel is flipped and transposed


class Steps(NamedTuple):
    """Block sizes, and the distance from one point to the next in each block."""

    tiles: int
    channels: int
    filters: int
    panel: int
    a: int
    b: int
    c: int


@inner
def up(number, unit):
    """Round up to a multiple of ``unit``."""
    return -(-number // unit) * unit


@inner
def depth_of(array, channels, taps):
    """Steps of k for a block of channels: padded to whole vectors where several taps follow."""
    unit = steps_of(array) if taps == 1 else lanes(array)
    return taps * up(channels, unit)


@inner
def input_block(x, planes, s, first, last, channel, stop, patch, a, a_step):
    """Take tiles first … last and channels channel … stop of x to points, in row blocks."""
    width, rows = lanes(x), rows_of(x)
    for t in range(first, -(-last // rows) * rows):
        plane, position = divmod(t, s.rows * s.columns)
        top = position // s.columns * TILE - s.top
        left = position % s.columns * TILE - s.left
        inside = top >= 0 and left >= 0 and top + 6 <= s.height and left + 6 <= s.width
        at = t - first
        o = at // rows * POINTS * a_step + at % rows * width
        for tap in range(s.taps):
            source = row_read(planes[0], planes[1], plane, tap) if t < last else -1
            for c in range(channel, stop, width):
                i = ((source * s.height + top) * s.width + left) * s.pitch + c
                if inside and source >= 0 and c + width <= stop:
                    transform_input(x, i, s.width * s.pitch, s.pitch, a, o, 6 * a_step, a_step)
                else:
                    copy_patch(x, s, source, top, left, c, stop, patch)
                    transform_input(patch, 0, 6 * width, width, a, o, 6 * a_step, a_step)
                o += rows * width


@inner
def copy_patch(x, s, plane, top, left, channel, stop, patch):
    """Copy a tile's 6×6 inputs, zero where x ends: at the border, or at the last channels."""
    width = lanes(x)
    zero = splat(x, 0)
    for i in range(POINTS):
        store(patch, i * width, zero)
    if plane < 0:
        return
    for row in range(max(0, -top), min(6, s.height - top)):
        for column in range(max(0, -left), min(6, s.width - left)):
            i = ((plane * s.height + top + row) * s.width + left + column) * s.pitch + channel
            o = (row * 6 + column) * width
            if channel + width <= stop:
                store(patch, o, load(x, i))
            else:
                for lane in range(stop - channel):
                    patch[o + lane] = x[i + lane]


@inner
def kernel_block(w, s, channel, stop, filter_, filter_stop, panel, patch, b, b_step):
    """Take channels channel … stop and filters filter_ … filter_stop of w to points, in panels."""
    width = lanes(w)
    depth = depth_of(w, stop - channel, s.taps)
    for f in range(filter_, filter_ + up(filter_stop - filter_, panel), width):
        before, part = divmod(f - filter_, panel)
        for tap in range(s.taps):
            for c in range(channel, stop, width):
                copy_square(w, s, tap, c, stop, f, filter_stop, patch)
                k = tap * (depth // s.taps) + c - channel
                many = min(width, (tap + 1) * (depth // s.taps) - k)
                for row in range(many):
                    o = (before * depth + k + row) * panel + part
                    square = width * width
                    transform_kernel(
                        *(patch, row * width, 3 * square, square, b, o, 6 * b_step, b_step)
                    )


@inner
def copy_square(w, s, tap, channel, stop, filter_, filter_stop, patch):
    """Copy 3×3 taps of lanes × lanes weights, rows of filters; flipped and transposed if turned.

    Beside the last channel and the last filter there are zeros.
    """
    width = lanes(w)
    whole = channel + width <= stop and filter_ + width <= filter_stop
    for position in range(9):
        o = position * width * width
        source = (tap * 9 + (8 - position if s.transposed else position)) * s.kernel_rows
        for row in range(0 if whole else width):
            store(patch, o + row * width, splat(w, 0))
        if s.transposed and whole:
            i = (source + filter_) * s.kernel_pitch + channel
            transpose(w, i, s.kernel_pitch, patch, o, width)
            continue
        for row in range(min(width, stop - channel)):
            if whole:
                i = (source + channel + row) * s.kernel_pitch + filter_
                store(patch, o + row * width, load(w, i))
                continue
            for lane in range(min(width, filter_stop - filter_)):
                c, f = channel + row, filter_ + lane
                c, f = (f, c) if s.transposed else (c, f)
                patch[o + row * width + lane] = w[(source + c) * s.kernel_pitch + f]


@inner
def output_block(c, c_step, panel, s, first, last, filter_, filter_stop, bias, floor, patch, y):
    """Take the products of some tiles and filters to y; tell whether any is not finite."""
    width, rows, wrong = lanes(y), rows_of(y), splat(y, 0)
    for t in range(first, last):
        plane, position = divmod(t, s.rows * s.columns)
        top, left = position // s.columns * TILE, position % s.columns * TILE
        inside = top + TILE <= s.out_height and left + TILE <= s.out_width
        at = t - first
        for f in range(filter_, filter_stop, width):
            before, part = divmod(f - filter_, panel)
            i = at // rows * POINTS * c_step + (before * rows + at % rows) * panel + part
            o = ((plane * s.out_height + top) * s.out_width + left) * s.out_pitch + f
            down = s.out_width * s.out_pitch
            more = load(bias, f)
            if inside and f + width <= filter_stop:
                wrong = wrong + transform_output(
                    c, i, 6 * c_step, c_step, y, o, down, s.out_pitch, more, floor
                )
                continue
            wrong = wrong + transform_output(
                c, i, 6 * c_step, c_step, patch, 0, TILE * width, width, more, floor
            )
            for row in range(min(TILE, s.out_height - top)):
                for column in range(min(TILE, s.out_width - left)):
                    for lane in range(min(width, filter_stop - f)):
                        value = patch[(row * TILE + column) * width + lane]
                        y[o + row * down + column * s.out_pitch + lane] = value
    return any_nan(wrong)


@kernel
def winograd_blocks(todo, what, relu, x, planes, w, bias, y, a, b, c, patch, wrong, s, steps):
    """Make all blocks of a, or of b, or take products to the output; see ``winograd_block``.

    Set ``odd[0]`` if anything but a finite number came out.
    """
    make_a, make_b, product = what
    channel_blocks = -(-s.channels // steps.channels)
    filter_blocks = -(-s.filters // steps.filters)
    for task in tasks_of(todo):
        if product:
            blocks = (task // filter_blocks, 0, task % filter_blocks)
        elif make_a:
            blocks = (task // channel_blocks, task % channel_blocks, 0)
        else:
            blocks = (0, task // filter_blocks, task % filter_blocks)
        if winograd_block(
            *(make_a, make_b, product, blocks, relu),
            *(x, planes, w, bias, y, a, b, c, patch, s, steps),
        ):
            wrong[0] = 1


@inner
def winograd_block(
    make_a, make_b, product, blocks, relu, x, planes, w, bias, y, a, b, c, patch, s, steps
):
    """Do one block's share: make a block of a, make a block of b, multiply and give output.

    ``blocks`` says which: (tile block, channel block, filter block); a product runs through all the
    channel blocks itself, making its own a and b if asked to. Tell whether any output is odd.
    """
    tile_block, channel_block, filter_block = blocks
    first = tile_block * steps.tiles
    last = min(first + steps.tiles, s.tiles)
    filter_ = filter_block * steps.filters
    filter_stop = min(filter_ + steps.filters, s.filters)
    channel_blocks = -(-s.channels // steps.channels)
    filter_blocks = -(-s.filters // steps.filters)
    panel = steps.panel
    rows = rows_of(x)
    row_blocks, panels = up(last - first, rows) // rows, up(filter_stop - filter_, panel) // panel
    a_size, b_size = up(steps.tiles, rows) // rows * POINTS * steps.a, POINTS * steps.b
    low, high = (0, channel_blocks) if product else (channel_block, channel_block + 1)
    for block in range(low, high):
        channel = block * steps.channels
        stop = min(channel + steps.channels, s.channels)
        a_block, b_block = a, b
        if not (product and make_a):
            a_block = a[(tile_block * channel_blocks + block) * a_size :]
        if not (product and make_b):
            b_block = b[(block * filter_blocks + filter_block) * b_size :]
        if make_a:
            input_block(x, planes, s, first, last, channel, stop, patch, a_block, steps.a)
        if make_b:
            kernel_block(w, s, channel, stop, filter_, filter_stop, panel, patch, b_block, steps.b)
        if product:
            depth = depth_of(x, stop - channel, s.taps)
            block_matmul(
                *(a_block, b_block, c, POINTS, row_blocks, depth, panels, panel),
                *(steps.a, steps.b, steps.c, block > 0),
            )
    if not product:
        return False
    floor = splat(y, 0.0 if relu else -inf)
    return output_block(
        *(c, steps.c, panel, s, first, last, filter_, filter_stop, bias, floor, patch, y)
    )
