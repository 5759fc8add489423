"""Convolution as a product of columns and kernel, block by block.

A column holds everything that one output position reads: all taps, all channels. The whole matrix
of columns would be as many times larger than the input as the kernel has taps; a block of it, as
long as a few dozen positions, stays in cache and is used up at once. `columns` calls these blocks.

Which input position a tap reads stands in two tables (see ``tables``): ``rows`` for the batch and
all axes but the last together, ``places`` for the last axis.
"""

from math import inf
from typing import NamedTuple

from minidl.kernels.jit import inner, kernel
from minidl.kernels.lanes import fill, lanes, load, maximum, store, turn
from minidl.kernels.multiply import multiply
from minidl.kernels.tile import rows_of


class Shape(NamedTuple):
    """Sizes of one convolution."""

    width: int  # of the input's last axis
    channels: int
    pitch: int  # from one input position to the next: the channels of all groups
    out_width: int  # of the output's last axis
    filters: int
    out_pitch: int
    outer_taps: int  # columns of the table ``rows``
    inner_taps: int  # columns of the table ``places``
    row_count: int
    place_count: int
    depth: int  # taps · channels, up to a multiple of the steps of a tile
    kernel_rows: int  # of the kernel's matrix for one tap: input channels of the forward pass
    kernel_pitch: int  # from one of these rows to the next
    turned: bool  # the gradient to the input: each tap's matrix is transposed


class Steps(NamedTuple):
    """Block sizes; ``run`` positions are worked off by one task."""

    run: int
    positions: int
    filters: int
    panel: int


@inner
def column_block(x, rows, places, s, first, last, flat, a):
    """Copy columns first … last into row blocks, as ``multiply`` wants them."""
    width, high = lanes(x), rows_of(x)
    groups = -(-s.depth // width)
    whole = s.channels % width == 0
    zero = fill(x, 0)
    for position in range(first, -(-last // high) * high):
        at = position - first
        o = (at // high * groups * high + at % high) * width
        if position >= last:
            for group in range(groups):
                store(a, o + group * high * width, zero)
            continue
        row, place = divmod(position, s.place_count)
        if not whole:
            flat_column(x, rows, places, s, row, place, flat)
            for group in range(groups):
                store(a, o + group * high * width, load(flat, group * width))
            continue
        for outer in range(s.outer_taps):
            source = rows[row * s.outer_taps + outer]
            for tap in range(s.inner_taps):
                column = places[place * s.inner_taps + tap]
                i = (source * s.width + column) * s.pitch
                outside = source < 0 or column < 0
                for c in range(0, s.channels, width):
                    store(a, o, zero if outside else load(x, i + c))
                    o += high * width


@inner
def flat_column(x, rows, places, s, row, place, flat):
    """Copy one column, number after number, then zeros to the end of the last vector.

    Neighbouring taps that read neighbouring positions are copied in one run, whole vectors at a
    time: what a vector brings too much, the next run overwrites.
    """
    width = lanes(x)
    o = 0
    start = place * s.inner_taps
    last = places[start + s.inner_taps - 1]
    together = places[start] >= 0 and last - places[start] == s.inner_taps - 1
    taps, run = (1, s.inner_taps * s.channels) if together else (s.inner_taps, s.channels)
    for outer in range(s.outer_taps):
        source = rows[row * s.outer_taps + outer]
        for tap in range(taps):
            column = places[start + tap]
            i = (source * s.width + column) * s.pitch
            if source < 0 or column < 0:
                for c in range(0, run, width):
                    store(flat, o + c, fill(x, 0))
            elif s.pitch != s.channels and together:
                for k in range(run):
                    flat[o + k] = x[i + k // s.channels * s.pitch + k % s.channels]
            elif i + run + width <= x.size:
                for c in range(0, run, width):
                    store(flat, o + c, load(x, i + c))
            else:
                for k in range(run):
                    flat[o + k] = x[i + k]
            o += run
    for k in range(o, -(-s.depth // width) * width):
        flat[k] = 0


@inner
def kernel_block(w, taps, s, filter_, filter_stop, columns, b):
    """Copy the kernel's columns filter_ … filter_stop into panels."""
    width = lanes(w)
    for f in range(filter_, filter_ + -(-(filter_stop - filter_) // columns) * columns, width):
        panel, part = divmod(f - filter_, columns)
        o = panel * s.depth * columns + part
        many = min(width, filter_stop - f)  # 0 or less beside the last filter: zeros
        for tap in taps:
            source = tap * s.kernel_rows
            c = 0
            while c < s.channels:
                if s.turned and many == width and c + width <= s.channels:
                    i = (source + f) * s.kernel_pitch + c
                    turn(w, i, s.kernel_pitch, b, o, columns)
                    c += width
                    o += width * columns
                    continue
                i = (source + c) * s.kernel_pitch + f
                if many == width and not s.turned:
                    store(b, o, load(w, i))
                else:
                    store(b, o, fill(w, 0))
                    for lane in range(many):
                        turned = (source + f + lane) * s.kernel_pitch + c
                        b[o + lane] = w[turned if s.turned else i + lane]
                c += 1
                o += columns
        for _ in range(len(taps) * s.channels, s.depth):
            store(b, o, fill(w, 0))
            o += columns


@inner
def output_block(
    c, columns, out_rows, out_places, s, first, last, filter_, filter_stop, bias, floor, y
):
    """Take the products to y, plus the bias and not below ``floor``."""
    width, high = lanes(y), rows_of(y)
    panels = -(-(filter_stop - filter_) // columns)
    for position in range(first, last):
        row, place = divmod(position, s.place_count)
        o = (out_rows[row] * s.out_width + out_places[place]) * s.out_pitch
        at = position - first
        for f in range(filter_, filter_stop, width):
            panel, part = divmod(f - filter_, columns)
            i = ((at // high * panels + panel) * high + at % high) * columns + part
            value = maximum(load(c, i) + load(bias, f), floor)
            if f + width <= filter_stop:
                store(y, o + f, value)
            else:
                store(c, i, value)
                for lane in range(filter_stop - f):
                    y[o + f + lane] = c[i + lane]


@kernel
def columns_block(
    make_b, product, block, relu, x, tables, w, taps, bias, y, a, b, c, flat, s, steps
):
    """Make a block of b, or multiply one run of positions with one block of filters, or both."""
    run, filter_block = block
    rows, places, out_rows, out_places = tables
    width, high, columns = lanes(x), rows_of(x), steps.panel
    filter_ = filter_block * steps.filters
    filter_stop = min(filter_ + steps.filters, s.filters)
    panels = -(-(filter_stop - filter_) // columns)
    groups = -(-s.depth // width)
    if make_b:
        kernel_block(w, taps, s, filter_, filter_stop, columns, b)
    if not product:
        return
    floor = fill(y, 0.0 if relu else -inf)
    end = min((run + 1) * steps.run, s.row_count * s.place_count)
    for first in range(run * steps.run, end, steps.positions):
        last = min(first + steps.positions, end)
        blocks = -(-(last - first) // high)
        column_block(x, rows, places, s, first, last, flat, a)
        a_step, c_step = groups * high * width, panels * high * columns
        multiply(a, b, c, 1, blocks, s.depth, panels, columns, a_step, 0, c_step, False)
        output_block(
            *(
                c,
                columns,
                out_rows,
                out_places,
                s,
                first,
                last,
                filter_,
                filter_stop,
                bias,
                floor,
                y,
            )
        )
