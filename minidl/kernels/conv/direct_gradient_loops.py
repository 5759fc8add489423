"""The gradient to the kernel from strips, block by block (called by ``conv/weight_gradient``).

    dw = windowsᵀ · dy        a sum over all positions

A task sums over its share of the pieces, for one row of each strip (or all of them, if they are
short) and a block of filters. If there are few channels, the rows of a strip may be woven into one
first, column by column: a window is then a single run of numbers, all its taps together, and fills
the tiles better than several short runs. A window of 27 numbers, as first layers often have, makes
a single tile by itself (a *patch*).
"""

from typing import NamedTuple

from minidl.kernels.compile.argmax import any_nan
from minidl.kernels.compile.jit import inlined, inner, kernel
from minidl.kernels.compile.simd import lanes, load, splat, store
from minidl.kernels.compile.tile import (
    add_tall_patch,
    add_wide_patch,
    load_tile,
    multiply_add_one,
    store_tile,
    tall_patch,
    tall_tile,
    wide_patch,
    wide_tile,
)
from minidl.kernels.conv.direct_loops import copy_row, copy_zeros, segment_of
from minidl.kernels.conv.partial_sums import sum_of
from minidl.kernels.index_map import row_read
from minidl.kernels.threads.atomics import tasks_of


class Steps(NamedTuple):
    """Block sizes; a task sums ``share`` pieces, ``pieces`` of them at a time."""

    share: int
    pieces: int
    segments: int
    each: int
    filters: int
    panel: int
    in_place: bool  # the input itself is the strip
    woven: bool
    patch: bool  # a whole window is one tile
    taps: int  # rows of a strip that a task sums for; 1 where they are woven into one
    run: int  # numbers of a window in one row
    strip: int  # size of one strip
    ragged: bool  # the filters do not fill their panels, or not at a row's end: dy is copied


@inner
def gather(x, rows, dy, s, steps, first_piece, stop_piece, tap, strip, woven, d, ends):
    """Copy what some pieces need; ``ends`` tells where each begins in strip and dy, and its end."""
    taps = s.outer_taps if steps.woven or steps.patch else steps.taps
    d_at = 0
    for piece in range(first_piece, stop_piece):
        row, first, last = segment_of(piece, s, steps)
        at = piece - first_piece
        o = at * steps.strip
        i = row * s.y_row + first * s.y_pitch
        ends[3 * at], ends[3 * at + 1], ends[3 * at + 2] = o, i, last - first
        if steps.in_place:
            source = row_read(rows[0], rows[1], row, 0)
            ends[3 * at] = (source * s.width + s.first + first * s.step) * s.pitch
        for other in range(0 if steps.in_place else taps):
            source = row_read(rows[0], rows[1], row, tap * taps + other)
            place, to = other * s.row_step, woven if steps.woven else strip[o:]
            if source >= 0:
                copy_row(x, source, s, first, last, to, place)
            elif taps > 1:
                copy_zeros(to, place, ((last - first - 1) * s.step + s.inner_taps) * s.channels)
            else:
                ends[3 * at + 2] = 0  # padding: nothing to add
        for j in range((last - first - 1) * s.step + s.inner_taps if steps.woven else 0):
            for other in range(taps):
                store(strip, o, load(woven, other * s.row_step + j * s.channels))
                o += s.channels
        if steps.ragged:
            ends[3 * at + 1] = d_at
            for place in range(first, last):
                many = min(s.filters, s.y_row - place * s.y_pitch)
                copy_filters(dy, row * s.y_row + place * s.y_pitch, many, s.filters, d, d_at)
                d_at += -(-s.filters // steps.panel) * steps.panel


@inner
def copy_filters(dy, i, many, filters, d, o):
    """Copy so many numbers of dy, and zeros for the rest of the filters."""
    for f in range(0, filters, lanes(dy)):
        if f + lanes(dy) <= many:
            store(d, o + f, load(dy, i + f))
            continue
        store(d, o + f, splat(d, 0))
        for lane in range(f, min(f + lanes(dy), many)):
            d[o + lane] = dy[i + lane]


@inlined
def gradient_tile(seen, k, step, d, f, pitch, pieces, ends, sums, o, more, tile, add, apart):
    """Sum for some numbers of a window and a panel of filters; the tile comes with zeros.

    ``add`` adds an outer product to the tile, whose rows (or groups of them) lie ``apart``.
    """
    if more:
        tile = load_tile(tile, sums, o)
    for piece in range(pieces):
        i, j = ends[3 * piece] + k, ends[3 * piece + 1] + f
        for _ in range(ends[3 * piece + 2]):
            tile = add(tile, seen, i, apart, d, j)
            i += step
            j += pitch
    store_tile(sums, o, tile)


@kernel
def direct_gradient_blocks(todo, do, x, rows, taps, dy, dw, sums, own, wrong, s, steps):
    """Do all blocks of taps and filters; see ``conv/weight_gradient``.

    Set ``odd[0]`` if anything but a finite number came out.
    """
    filter_blocks = -(-s.filters // steps.filters)
    for task in tasks_of(todo):
        sum_up, finish, parts, at, share, start = sum_of(task, *do)
        block = (share, at // filter_blocks, at % filter_blocks)
        if sum_up:
            sum_block(block, x, rows, dy, sums[start:], own, s, steps)
        if finish and finish_block(parts, block, taps, dw, sums[start:], s, steps):
            wrong[0] = 1


@inner
def height(x, steps):
    """Return how many numbers of a window a tile sums for."""
    if steps.patch:
        return steps.run
    return len(tall_tile(x)) if steps.panel == lanes(x) else len(wide_tile(x))


@inner
def sum_block(block, x, rows, dy, sums, own, s, steps):
    """Sum over one share of the pieces."""
    share, tap, filter_block = block
    strip, strip_seen, woven, d, d_seen, ends = own
    seen = x if steps.in_place else strip_seen
    filter_ = filter_block * steps.filters
    filter_stop = min(filter_ + steps.filters, s.filters)
    panel, high = steps.panel, height(x, steps)
    groups = -(-steps.run // high)
    panels = -(-(filter_stop - filter_) // panel)
    begin = share * steps.share
    end = min(begin + steps.share, s.rows * steps.segments)
    right = d_seen if steps.ragged else dy
    pitch = -(-s.filters // panel) * panel if steps.ragged else s.y_pitch
    step = s.step * (s.outer_taps if steps.woven else 1) * s.channels
    for first in range(begin, end, steps.pieces):
        last = min(first + steps.pieces, end)
        gather(x, rows, dy, s, steps, first, last, tap, strip, woven, d, ends)
        many, more = last - first, first > begin
        for group in range(steps.taps * groups):
            k = group // groups * s.row_step + group % groups * high
            for part in range(panels):
                f, o = filter_ + part * panel, (group * panels + part) * high * panel
                if steps.patch and s.outer_taps == 3:
                    gradient_tile(
                        *(seen, k, step, right, f, pitch, many, ends, sums, o, more),
                        *(wide_patch(x), add_wide_patch, s.row_step),
                    )
                elif steps.patch:
                    gradient_tile(
                        *(seen, k, step, right, f, pitch, many, ends, sums, o, more),
                        *(tall_patch(x), add_tall_patch, s.row_step),
                    )
                elif panel == lanes(x):
                    gradient_tile(
                        *(seen, k, step, right, f, pitch, many, ends, sums, o, more),
                        *(tall_tile(x), multiply_add_one, 1),
                    )
                else:
                    gradient_tile(
                        *(seen, k, step, right, f, pitch, many, ends, sums, o, more),
                        *(wide_tile(x), multiply_add_one, 1),
                    )


@inner
def finish_block(parts, block, taps, dw, sums, s, steps):
    """Add the sums of several shares and write dw; tell whether any number is not finite."""
    _, tap, filter_block = block
    filter_ = filter_block * steps.filters
    filter_stop = min(filter_ + steps.filters, s.filters)
    width, panel, high = lanes(dw), steps.panel, height(dw, steps)
    groups, wrong = -(-steps.run // high), splat(dw, 0)
    panels = -(-(filter_stop - filter_) // panel)
    size = steps.taps * groups * high * steps.filters
    for part in range(1, parts):
        for i in range(0, size, width):
            store(sums, i, load(sums, i) + load(sums, part * size + i))
    for at in range(steps.taps * steps.run):
        number, c = divmod(tap * steps.taps * steps.run + at, s.channels)
        k = at // steps.run * groups * high + at % steps.run
        for f in range(filter_, filter_stop, width):
            before, part = divmod(f - filter_, panel)
            i = ((k // high * panels + before) * high + k % high) * panel + part
            o = (taps[number] * s.kernel_rows + c) * s.kernel_pitch + f
            wrong = wrong + 0 * load(sums, i)
            if f + width <= filter_stop:
                store(dw, o, load(sums, i))
            else:
                for lane in range(filter_stop - f):
                    dw[o + lane] = sums[i + lane]
    return any_nan(wrong)
