"""Convolution straight from rows of the input: only what is padded or scattered is ever copied.

Along the last axis neighbouring windows overlap, and what one window reads there is one run of
numbers, taps · channels long. So a row of the input itself serves as the left side of a product:
its windows are the rows of a matrix, each a stride further on, and no column is ever written out.

A *strip* is a copy of what one row of outputs reads: for each tap of the axes before the last, the
input row, with zeros where there is padding. It is as long as the row and not, like columns, taps
times as long. Where windows do not overlap so (the dilation does not divide the stride, or there
are gaps between them), a strip holds what each window reads, one window after the other: the same
loops work on it, with longer steps.
"""

from math import inf
from typing import NamedTuple

from minidl.kernels.compile.argmax import any_nan
from minidl.kernels.compile.jit import inlined, inner, kernel
from minidl.kernels.compile.simd import lanes, load, splat, store, transpose
from minidl.kernels.compile.tile import (
    epilogue,
    multiply_add_apart,
    multiply_add_one_apart,
    steps_of,
    tall_tile,
    wide_tile,
)
from minidl.kernels.index_map import list_rows
from minidl.kernels.threads.atomics import tasks_of


class Shape(NamedTuple):
    """Sizes of one convolution; a *place* is a position along the output's last axis.

    A strip's columns lie in *stretches*: within one, neighbours are ``unit`` positions apart.
    """

    width: int  # of the input's last axis
    channels: int
    pitch: int  # from one input position to the next: the channels of all groups
    rows: int  # of the output
    places: int  # windows in a row
    step: int  # columns of a strip from one window to the next
    outer_taps: int  # of the axes before the last
    inner_taps: int  # of the last axis
    run: int  # numbers that a window reads of one input row
    row_step: int  # in a strip, from one input row to the next
    first: int  # position of a strip's first column
    unit: int
    stretch: int  # columns of a stretch
    apart: int  # positions from one stretch to the next
    depth: int  # rows of the kernel's matrix: all taps · channels
    filters: int
    y_row: int  # from one row of the output to the next
    y_first: int  # where a row's first place is
    y_pitch: int  # from one place to the next
    kernel_rows: int  # of the kernel's matrix for one tap: input channels of the forward pass
    kernel_pitch: int  # from one of these rows to the next
    transposed: bool  # the gradient to the input: each tap's matrix is transposed


class Steps(NamedTuple):
    """A *piece* is a row of outputs, or a segment of a long one; a task works off several."""

    pieces: int  # of one task
    segments: int  # of one row
    each: int  # places of a segment, the last one takes the rest
    filters: int  # of one task
    panel: int
    in_place: bool  # the input itself is the strip


@inlined
def segment_of(piece, s, steps):
    """Return (row, first place, last place) of a piece."""
    row, segment = divmod(piece, steps.segments)
    first = segment * steps.each
    return row, first, s.places if segment == steps.segments - 1 else first + steps.each


@inlined
def copy_row(x, source, s, first, last, strip, o):
    """Copy what the windows first … last read of one input row, zeros where there is padding."""
    j, end = first * s.step, (last - 1) * s.step + s.inner_taps
    while j < end:
        stretch, column = 0, j
        if j >= s.stretch:
            stretch, column = divmod(j, s.stretch)
        many = min(end - j, s.stretch - column)
        copy_columns(x, source, s, s.first + stretch * s.apart + column * s.unit, many, strip, o)
        j += many
        o += many * s.channels


@inner
def copy_columns(x, source, s, position, many, strip, o):
    """Copy a stretch, or a part of one, that begins at a position of an input row."""
    if s.unit == 1 and s.channels == s.pitch:
        before = min(max(-position, 0), many)
        inside = min(max(s.width - position - before, 0), many - before)
        rest = many - before - inside
        copy_zeros(strip, o, before * s.channels)
        o += before * s.channels
        i = (source * s.width + position + before) * s.pitch
        copy_numbers(x, i, strip, o, inside * s.channels)
        copy_zeros(strip, o + inside * s.channels, rest * s.channels)
        return
    for _ in range(many):
        if 0 <= position < s.width:
            copy_numbers(x, (source * s.width + position) * s.pitch, strip, o, s.channels)
        else:
            copy_zeros(strip, o, s.channels)
        o += s.channels
        position += s.unit


@inlined
def copy_numbers(x, i, strip, o, size):
    """Copy so many numbers; what the last vector brings too much is overwritten by what follows."""
    k = 0
    while k < size and i + k + lanes(x) <= x.size:
        store(strip, o + k, load(x, i + k))
        k += lanes(x)
    for rest in range(k, size):  # where x ends
        strip[o + rest] = x[i + rest]


@inlined
def copy_zeros(strip, o, size):
    """Write so many zeros, or a few more."""
    for k in range(0, size, lanes(strip)):
        store(strip, o + k, splat(strip, 0))


@kernel
def kernel_panels(todo, each, w, taps, s, panel, b):
    """Copy the kernel's matrix, some panels a task: b[panel][tap · channel][filter]."""
    for task in tasks_of(todo):
        last = min((task + 1) * each, -(-s.filters // panel))
        copy_panels(task * each, last, w, taps, s, panel, b)


@inner
def copy_panels(first, last, w, taps, s, panel, b):
    """Copy panels first … last."""
    width = lanes(w)
    for f in range(first * panel, last * panel, width):
        part = f % panel
        o = (f - part) * s.depth + part
        many = min(width, s.filters - f)  # 0 or less beside the last filter: zeros
        for tap in taps:
            source = tap * s.kernel_rows
            c = 0
            while c < s.channels:
                if s.transposed and many == width and c + width <= s.channels:
                    transpose(w, (source + f) * s.kernel_pitch + c, s.kernel_pitch, b, o, panel)
                    c += width
                    o += width * panel
                    continue
                i = (source + c) * s.kernel_pitch + f
                if many == width and not s.transposed:
                    store(b, o, load(w, i))
                else:
                    store(b, o, splat(w, 0))
                    for lane in range(many):
                        transposed = (source + f + lane) * s.kernel_pitch + c
                        b[o + lane] = w[transposed if s.transposed else i + lane]
                c += 1
                o += panel


@kernel
def direct_blocks(todo, relu, x, rows, b, bias, y, own, wrong, s, steps):
    """Do the convolution; set ``odd[0]`` if anything but a finite number came out."""
    filter_blocks = -(-s.filters // steps.filters)
    for task in tasks_of(todo):
        block = divmod(task, filter_blocks)
        if direct_block(block, relu, x, rows, b, bias, y, own, s, steps):
            wrong[0] = 1


@inner
def direct_block(block, relu, x, rows, b, bias, y, own, s, steps):
    """Do some pieces of the output and some of the filters; tell whether any number is odd."""
    strip, copied, scratch, listed = own  # ``copied`` shows ``strip``
    filter_ = block[1] * steps.filters
    filter_stop = min(filter_ + steps.filters, s.filters)
    floor, wrong = splat(y, 0.0 if relu else -inf), splat(y, 0)
    high = len(tall_tile(x)) if steps.panel == lanes(x) else len(wide_tile(x))
    stop = min((block[0] + 1) * steps.pieces, s.rows * steps.segments)
    for piece in range(block[0] * steps.pieces, stop):
        row, first, last = segment_of(piece, s, steps)
        count = list_rows(rows[0], rows[1], row, listed)
        seen, start = copied, 0
        if steps.in_place:
            seen, start = x, (listed[0] * s.width + s.first + first) * s.pitch
        else:
            if last - first < high:  # what happens to stand there might be slow to multiply
                copy_zeros(strip, 0, count * s.row_step)
            for entry in range(count):
                copy_row(x, listed[2 * entry], s, first, last, strip, entry * s.row_step)
        o = row * s.y_row
        y_stop, o = o + s.y_row, o + s.y_first
        for f in range(filter_, filter_stop, steps.panel):
            for next_ in range(first, last, high):
                place = max(min(next_, last - high), first)  # the last one overlaps its neighbour
                many = min(high, last - place)
                i, at = start + (place - first) * s.step * s.channels, o + place * s.y_pitch + f
                if steps.panel == lanes(x):
                    tile = tall_tile(x)
                    wrong = wrong + one_tile(
                        *(seen, i, listed, count, b, bias, y, at, y_stop, many, f, scratch),
                        *(s, floor, tile),
                    )
                else:
                    tile = wide_tile(x)
                    wrong = wrong + one_tile(
                        *(seen, i, listed, count, b, bias, y, at, y_stop, many, f, scratch),
                        *(s, floor, tile),
                    )
    return any_nan(wrong)


@inlined
def one_tile(seen, i, listed, count, b, bias, y, o, stop, many, f, scratch, s, floor, tile):
    """Do a few neighbouring windows and a panel of filters; the tile is handed in with zeros.

    Outputs taken together (see ``direct_plan``) may reach beyond the ``stop`` of y's row. Return
    zeros, or NaN where a sum is not finite.
    """
    high, panel = len(tile), len(tile[0]) * lanes(y)
    pitch = s.step * s.channels
    whole = s.run - s.run % steps_of(y)
    for entry in range(count):
        at, j = i + entry * s.row_step, f * s.depth + listed[2 * entry + 1] * s.run * panel
        for k in range(0, whole, steps_of(y)):
            tile = multiply_add_apart(tile, seen, at + k, pitch, b, j + k * panel)
        for k in range(whole, s.run):
            tile = multiply_add_one_apart(tile, seen, at + k, pitch, b, j + k * panel)
    room = stop - o
    if many == high and f + panel <= s.filters and (high - 1) * s.y_pitch + panel <= room:
        return epilogue(y, o, s.y_pitch, tile, bias, f, floor)
    wrong = epilogue(scratch, 0, panel, tile, bias, f, floor)
    rest = min(panel, s.filters - f)
    for at in range(many):
        for k in range(0, rest, lanes(y)):
            i = at * s.y_pitch + k
            overwritten = rest == s.y_pitch and i + lanes(y) <= min(many * rest, room)
            if k + lanes(y) <= min(rest, room - i + k) or overwritten:  # by the next rows
                store(y, o + i, load(scratch, at * panel + k))
            else:
                for lane in range(min(rest - k, room - i)):
                    y[o + i + lane] = scratch[at * panel + k + lane]
    return wrong
