"""Convolution straight from rows of the input: only what is padded or scattered is ever copied.

Along the last axis neighbouring windows overlap, and what one window reads there is one run of
numbers, taps · channels long. So a row of the input itself serves as the left side of a product:
its windows are the rows of a matrix, each a stride further on, and no column is ever written out.

A *strip* is what one row of outputs reads: for each tap of the axes before the last, the input row,
zeros where there is padding. It is as long as the row and not, like columns, taps times as long.
Where the taps do not stand side by side (dilation, gaps between windows), a strip holds what each
window reads, one window after the other: the same loops work on it, with longer steps.
"""

from math import inf
from typing import NamedTuple

from minidl.kernels.jit import inlined, inner, kernel
from minidl.kernels.lanes import fill, lanes, load, store, turn
from minidl.kernels.tile import (
    finish_tile,
    multiply_add_apart,
    multiply_add_one_apart,
    steps_of,
    tall_tile,
    wide_tile,
)
from minidl.kernels.turns import tasks_of


class Shape(NamedTuple):
    """Sizes of one convolution; a *place* is a position along the output's last axis."""

    width: int  # of the input's last axis
    channels: int
    pitch: int  # from one input position to the next: the channels of all groups
    places: int  # windows in a row
    step: int  # columns of a strip from one window to the next
    outer_taps: int  # of the axes before the last
    inner_taps: int  # of the last axis
    run: int  # numbers that a window reads of one input row
    row_step: int  # in a strip, from one input row to the next
    together: int  # columns together … together_stop of a strip are neighbours in the input
    together_stop: int
    depth: int  # rows of the kernel's matrix: all taps · channels
    filters: int
    y_row: int  # from one row of the output to the next
    y_first: int  # where a row's first place is
    y_pitch: int  # from one place to the next
    kernel_rows: int  # of the kernel's matrix for one tap: input channels of the forward pass
    kernel_pitch: int  # from one of these rows to the next
    turned: bool  # the gradient to the input: each tap's matrix is transposed


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
def copy_row(x, source, columns, s, first, last, strip, o):
    """Copy what the windows first … last read of one input row (of zeros, if it lies outside).

    Whole vectors are written: what one brings too much, the next overwrites.
    """
    width = lanes(x)
    j, end = first * s.step, (last - 1) * s.step + s.inner_taps
    while j < end:
        column, many = columns[j], 1
        if s.together <= j < s.together_stop:
            many = min(end, s.together_stop) - j
        if source < 0:
            column, many = -1, end - j
        i, size = (source * s.width + column) * s.pitch, many * s.channels
        if column < 0:
            for k in range(0, size, width):
                store(strip, o + k, fill(x, 0))
        elif i + size + width <= x.size:
            for k in range(0, size, width):
                store(strip, o + k, load(x, i + k))
        else:
            for k in range(size):
                strip[o + k] = x[i + k]
        o += size
        j += many


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
                if s.turned and many == width and c + width <= s.channels:
                    turn(w, (source + f) * s.kernel_pitch + c, s.kernel_pitch, b, o, panel)
                    c += width
                    o += width * panel
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
                o += panel


@kernel
def strips_blocks(todo, relu, x, tables, b, bias, y, strip, copied, scratch, s, steps):
    """Do the convolution; ``copied`` shows ``strip``."""
    filter_blocks = -(-s.filters // steps.filters)
    for task in tasks_of(todo):
        block = divmod(task, filter_blocks)
        strips_block(block, relu, x, tables, b, bias, y, strip, copied, scratch, s, steps)


@inner
def strips_block(block, relu, x, tables, b, bias, y, strip, copied, scratch, s, steps):
    """Do some pieces of the output and some of the filters."""
    rows, columns, out_rows = tables
    filter_ = block[1] * steps.filters
    filter_stop = min(filter_ + steps.filters, s.filters)
    floor = fill(y, 0.0 if relu else -inf)
    high = len(tall_tile(x)) if steps.panel == lanes(x) else len(wide_tile(x))
    stop = min((block[0] + 1) * steps.pieces, out_rows.size * steps.segments)
    for piece in range(block[0] * steps.pieces, stop):
        row, first, last = segment_of(piece, s, steps)
        seen, start = copied, 0
        if steps.in_place:
            seen, start = x, (rows[row] * s.width + columns[0] + first * s.step) * s.pitch
        else:
            if last - first < high:  # what happens to stand there might be slow to multiply
                for k in range(0, s.outer_taps * s.row_step, lanes(x)):
                    store(strip, k, fill(x, 0))
            for tap in range(s.outer_taps):
                source = rows[row * s.outer_taps + tap]
                if source >= 0:
                    copy_row(x, source, columns, s, first, last, strip, tap * s.row_step)
        o = out_rows[row] * s.y_row
        y_stop, o = o + s.y_row, o + s.y_first
        for f in range(filter_, filter_stop, steps.panel):
            for next_ in range(first, last, high):
                place = max(min(next_, last - high), first)  # the last one overlaps its neighbour
                many = min(high, last - place)
                i, at = start + (place - first) * s.step * s.channels, o + place * s.y_pitch + f
                if steps.panel == lanes(x):
                    tile = tall_tile(x)
                    one_tile(
                        seen, i, row, rows, b, bias, y, at, y_stop, many, f, scratch, s, floor, tile
                    )
                else:
                    tile = wide_tile(x)
                    one_tile(
                        seen, i, row, rows, b, bias, y, at, y_stop, many, f, scratch, s, floor, tile
                    )


@inlined
def one_tile(seen, i, row, rows, b, bias, y, o, stop, many, f, scratch, s, floor, tile):
    """Do a few neighbouring windows and a panel of filters; the tile is handed in with zeros.

    Outputs taken together (see ``strips_plans``) may reach beyond the ``stop`` of y's row.
    """
    high, panel = len(tile), len(tile[0]) * lanes(y)
    j, pitch = f * s.depth, s.step * s.channels
    whole = s.run - s.run % steps_of(y)
    for tap in range(s.outer_taps):
        if rows[row * s.outer_taps + tap] >= 0:
            at = i + tap * s.row_step
            for k in range(0, whole, steps_of(y)):
                tile = multiply_add_apart(tile, seen, at + k, pitch, b, j + k * panel)
            for k in range(whole, s.run):
                tile = multiply_add_one_apart(tile, seen, at + k, pitch, b, j + k * panel)
        j += s.run * panel
    room = stop - o
    if many == high and f + panel <= s.filters and (high - 1) * s.y_pitch + panel <= room:
        finish_tile(y, o, s.y_pitch, tile, bias, f, floor)
        return
    finish_tile(scratch, 0, panel, tile, bias, f, floor)
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
