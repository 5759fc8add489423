"""Winograd convolution, block by block: input → points, kernel → points, products → output.

Each function here handles some tiles and some channels, few enough to stay in cache, and is called
by ``winograd`` for all of them. Tiles are cut into row blocks of ``rows_of`` rows. In memory:

    a[row block][point][k block][row][lane]     beginning at (row block · POINTS + point) · a_step
    b[point][panel][k][column]                  beginning at point · b_step
    c[row block][point][panel][row][column]     beginning at (row block · POINTS + point) · c_step

A sum over k is always taken in the order of k, in one go: neither the number of threads nor the
size of a block changes a bit of it.
"""

from math import inf
from typing import NamedTuple

from minidl.kernels.compile.argmax import any_nan
from minidl.kernels.compile.jit import inner, kernel
from minidl.kernels.compile.simd import lanes, load, splat, store
from minidl.kernels.compile.tile import (
    load_tile,
    multiply_add,
    narrow_tile,
    rows_of,
    steps_of,
    store_tile,
    wide_tile,
)
from minidl.kernels.conv.kernel_panels import depth_of, points_block, up
from minidl.kernels.conv.transforms import (
    POINTS,
    TILE,
    transform_input,
    transform_output,
)
from minidl.kernels.index_map import OUTSIDE, row_read
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
    backward: bool  # the gradient to the input: the kernel is flipped and transposed


class Steps(NamedTuple):
    """Block sizes, and the distance from one point to the next in each block."""

    few: bool  # tiles: one block of them, several of channels and of filters; else the opposite
    tiles: int
    channels: int
    filters: int
    panel: int
    a: int
    b: int
    c: int


@inner
def block_of(number, size, count):
    """Return where a block begins, and where it ends."""
    return number * size, min((number + 1) * size, count)


@inner
def tile_at(t, s):
    """Return the plane of a tile, and its first output there: row and column."""
    plane, position = divmod(t, s.rows * s.columns)
    return plane, position // s.columns * TILE, position % s.columns * TILE


@inner
def input_block(x, axes, s, tiles, channels, patch, a, a_step):
    """Take some tiles and channels (first, stop) of x to points, in row blocks."""
    width, rows, (first, last), (channel, stop) = lanes(x), rows_of(x), tiles, channels
    sizes, down = (s.height, s.width, s.pitch), s.width * s.pitch
    for t in range(first, -(-last // rows) * rows):
        plane, top, left = tile_at(t, s)
        top, left = top - s.top, left - s.left
        inside = top >= 0 and left >= 0 and top + 6 <= s.height and left + 6 <= s.width
        at = t - first
        o = at // rows * POINTS * a_step + at % rows * width
        for tap in range(s.taps):
            source = row_read(axes, plane, tap) if t < last else OUTSIDE
            for c in range(channel, stop, width):
                i = ((source * s.height + top) * s.width + left) * s.pitch + c
                if inside and source >= 0 and c + width <= stop:
                    transform_input(x, i, down, s.pitch, a, o, 6 * a_step, a_step, None)
                else:
                    copy_patch(x, sizes, 6, (source, top, left), c, stop, patch)
                    transform_input(patch, 0, 6 * width, width, a, o, 6 * a_step, a_step, None)
                o += rows * width


@inner
def copy_patch(x, sizes, side, place, channel, stop, patch):
    """Copy side × side numbers of each channel, zero where a plane (height, width, pitch) ends.

    And beside the last channel; and if the place (plane, top, left) is on no plane.
    """
    lanes_, (height, width, pitch), (plane, top, left) = lanes(x), sizes, place
    for i in range(side * side):
        store(patch, i * lanes_, splat(x, 0))
    if plane < 0:
        return
    for row in range(max(0, -top), min(side, height - top)):
        for column in range(max(0, -left), min(side, width - left)):
            i = ((plane * height + top + row) * width + left + column) * pitch + channel
            o = (row * side + column) * lanes_
            if channel + lanes_ <= stop:
                store(patch, o, load(x, i))
            else:
                for lane in range(stop - channel):
                    patch[o + lane] = x[i + lane]


@inner
def block_matmul(a, b, c, counts, strides, more, zeros):
    """c = a·b, or with ``more`` c += a·b; counts are (row blocks, steps of k, panels).

    A panel is as wide as the tile ``zeros``: so its columns are known when this is compiled. It
    stays in the nearest cache while all the row blocks pass by.
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
def output_block(c, s, steps, tiles, filters, given, relu, patch):
    """Take the products of some tiles and filters to y; tell whether any is not finite."""
    _, _, _, bias, y, _ = given
    width, rows, wrong, floor = lanes(y), rows_of(y), splat(y, 0), splat(y, 0.0 if relu else -inf)
    (first, last), (filter_, filter_stop), down = tiles, filters, s.out_width * s.out_pitch
    for t in range(first, last):
        plane, top, left = tile_at(t, s)
        inside = top + TILE <= s.out_height and left + TILE <= s.out_width
        at = t - first
        for f in range(filter_, filter_stop, width):
            before, part = divmod(f - filter_, steps.panel)
            i = at // rows * POINTS * steps.c + (before * rows + at % rows) * steps.panel + part
            o = ((plane * s.out_height + top) * s.out_width + left) * s.out_pitch + f
            final = load(bias, f), floor
            if inside and f + width <= filter_stop:
                wrong = wrong + transform_output(
                    *(c, i, 6 * steps.c, steps.c, y, o, down, s.out_pitch, final)
                )
                continue
            wrong = wrong + transform_output(
                *(c, i, 6 * steps.c, steps.c, patch, 0, TILE * width, width, final)
            )
            for row in range(min(TILE, s.out_height - top)):
                for column in range(min(TILE, s.out_width - left)):
                    for lane in range(min(width, filter_stop - f)):
                        value = patch[(row * TILE + column) * width + lane]
                        y[o + row * down + column * s.out_pitch + lane] = value
    return any_nan(wrong)


@kernel
def winograd_blocks(todo, prepare, relu, given, own, s, steps):
    """Prepare the points that several tasks need: of x, if there are few tiles, or of the kernel.

    Then, in a second run, take the products to the output. Set ``wrong[0]`` if anything but a
    finite number came out.
    """
    x, axes, w, _, _, wrong = given
    a, b, _, patch = own
    for task in tasks_of(todo):
        if not prepare:
            if winograd_block(task, relu, given, own, s, steps):
                wrong[0] = 1
        elif steps.few:
            channels, o = block_of(task, steps.channels, s.channels), task * a_size(x, steps)
            input_block(x, axes, s, (0, s.tiles), channels, patch, a[o:], steps.a)
        else:
            filters = block_of(task, steps.panel, s.filters)
            o = task * depth_of(x, s.channels, s.taps) * steps.panel
            points_block(w, s, (0, s.channels), filters, steps.panel, patch, b[o:], steps.b)


@inner
def a_size(x, steps):
    """Return the numbers of a block of a."""
    return steps.tiles // rows_of(x) * POINTS * steps.a


@inner
def winograd_block(task, relu, given, own, s, steps):
    """Multiply some tiles by some filters and give the output; tell whether any of it is odd."""
    x, axes, w, _, _, _ = given
    a, b, c, patch = own
    tiles = block_of(0 if steps.few else task, steps.tiles, s.tiles)
    filters = block_of(task if steps.few else 0, steps.filters, s.filters)
    blocks = up(tiles[1] - tiles[0], rows_of(x)) // rows_of(x)
    panels = up(filters[1] - filters[0], steps.panel) // steps.panel
    for block in range(-(-s.channels // steps.channels)):
        channels, points = block_of(block, steps.channels, s.channels), a
        if steps.few:
            points = a[block * a_size(x, steps) :]
            points_block(w, s, channels, filters, steps.panel, patch, b, steps.b)
        else:
            input_block(x, axes, s, tiles, channels, patch, a, steps.a)
        counts = blocks, depth_of(x, channels[1] - channels[0], s.taps), panels
        strides = steps.a, steps.b, steps.c
        if steps.panel == lanes(x):
            block_matmul(points, b, c, counts, strides, block > 0, narrow_tile(x))
        else:
            block_matmul(points, b, c, counts, strides, block > 0, wide_tile(x))
    return output_block(c, s, steps, tiles, filters, given, relu, patch)
