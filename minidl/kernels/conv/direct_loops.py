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
from minidl.kernels.compile.simd import lanes, load, splat, store
from minidl.kernels.compile.tile import (
    epilogue,
    multiply_add_apart,
    multiply_add_one_apart,
    steps_apart,
    tall_tile,
    wide_tile,
)
from minidl.kernels.conv.kernel_panels import kernel_panels
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
    filters: int  # of all outputs that are taken together
    outputs: int
    y_row: int  # from one row of the output to the next
    y_first: int  # where a row's first place is
    y_pitch: int  # from one place to the next
    kernel_rows: int  # of the kernel's matrix for one tap: input channels of the forward pass
    kernel_pitch: int  # from one of these rows to the next
    backward: bool  # the gradient to the input: each tap's matrix is transposed


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
def direct_blocks(todo, relu, given, own, s, steps):
    """Do the convolution; set ``wrong[0]`` if anything but a finite number came out.

    A thread copies the kernel for itself, a block of filters when it comes to it: what one thread
    has written, another one reads more slowly.
    """
    x, _, w, taps, _, _, wrong = given
    blocks, copied = -(-s.rows * steps.segments // steps.pieces), -1
    for task in tasks_of(todo):
        block = divmod(task, blocks)
        if block[0] != copied:
            copied = block[0]
            kernel_panels(w, taps, s, copied * steps.filters, steps, own[0])
        if steps.panel == lanes(x):
            odd = direct_block(block, relu, given, own, s, steps, tall_tile(x))
        else:
            odd = direct_block(block, relu, given, own, s, steps, wide_tile(x))
        if odd:
            wrong[0] = 1


@inner
def direct_block(block, relu, given, own, s, steps, zeros):
    """Do some pieces of the output and some of the filters; tell whether any number is odd.

    ``zeros`` is a tile of them: a few neighbouring windows by a panel of filters.
    """
    x, axes, _, _, bias, y, _ = given
    b, strip, copied, scratch, listed = own  # ``copied`` shows ``strip``
    filter_, panel, high = block[0] * steps.filters, steps.panel, len(zeros)
    floor, wrong = splat(y, 0.0 if relu else -inf), splat(y, 0)
    stop = min((block[1] + 1) * steps.pieces, s.rows * steps.segments)
    for piece in range(block[1] * steps.pieces, stop):
        row, first, last = segment_of(piece, s, steps)
        count = list_rows(axes, row, listed)
        seen, start = copied, 0
        if steps.in_place:
            seen, start = x, (listed[0] * s.width + s.first + first) * s.pitch
        else:
            if last - first < high:  # what happens to stand there might be slow to multiply
                copy_zeros(strip, 0, count * s.row_step)
            for entry in range(count):
                copy_row(x, listed[2 * entry], s, first, last, strip, entry * s.row_step)
        for f in range(filter_, min(filter_ + steps.filters, s.filters), panel):
            for next_ in range(first, last, high):
                place = max(min(next_, last - high), first)  # the last one overlaps its neighbour
                many, filters = min(high, last - place), min(panel, s.filters - f)
                i = start + (place - first) * s.step * s.channels
                o = row * s.y_row + s.y_first + place * s.y_pitch + f
                tile = multiply_windows(zeros, seen, i, listed, count, b, f - filter_, s)
                if many == high and filters == panel:
                    wrong = wrong + epilogue(y, o, s.y_pitch, tile, bias, f, floor)
                else:
                    wrong = wrong + epilogue(scratch, 0, panel, tile, bias, f, floor)
                    copy_part(scratch, panel, y, o, s.y_pitch, many, filters)
    return any_nan(wrong)


@inlined
def multiply_windows(tile, seen, i, listed, count, b, f, s):
    """Add to a tile the products of a few neighbouring windows and a panel of filters."""
    panel, pitch = len(tile[0]) * lanes(b), s.step * s.channels
    whole = s.run - s.run % steps_apart(b)
    for entry in range(count):
        at, j = i + entry * s.row_step, f * s.depth + listed[2 * entry + 1] * s.run * panel
        for k in range(0, whole, steps_apart(b)):
            tile = multiply_add_apart(tile, seen, at + k, pitch, b, j + k * panel)
        for k in range(whole, s.run):
            tile = multiply_add_one_apart(tile, seen, at + k, pitch, b, j + k * panel)
    return tile


@inner
def copy_part(scratch, panel, y, o, pitch, rows, filters):
    """Copy a part of a tile to y, whose rows are a pitch apart.

    What a vector brings too much is overwritten by the next row, if that follows at once.
    """
    for row in range(rows):
        for k in range(0, filters, lanes(y)):
            i = row * pitch + k
            if k + lanes(y) <= filters or (filters == pitch and i + lanes(y) <= rows * pitch):
                store(y, o + i, load(scratch, row * panel + k))
            else:
                for lane in range(filters - k):
                    y[o + i + lane] = scratch[row * panel + k + lane]
