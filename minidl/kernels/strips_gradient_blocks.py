"""The gradient to the kernel from strips, block by block (called by ``kernel_gradient``).

    dw = windowsᵀ · dy        a sum over all positions

A task sums over its share of the pieces, for one row of each strip (or all of them, if they are
short) and a block of filters. A window of 27 numbers, as first layers often have, makes a single
tile by itself (a *patch*).
"""

from typing import NamedTuple

from minidl.kernels.choose import any_nan
from minidl.kernels.gradient_shares import share_of
from minidl.kernels.jit import inlined, inner, kernel
from minidl.kernels.lanes import fill, lanes, load, store
from minidl.kernels.strips_blocks import copy_row, copy_zeros, segment_of
from minidl.kernels.tables import row_read
from minidl.kernels.tile import (
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
from minidl.kernels.turns import tasks_of


class Steps(NamedTuple):
    """Block sizes; a task sums ``share`` pieces, ``pieces`` of them at a time."""

    share: int
    pieces: int
    segments: int
    each: int
    filters: int
    panel: int
    patch: bool  # a whole window is one tile
    taps: int  # rows of a strip that a task sums for
    run: int  # numbers of a window that a tile, or a row of tiles, sums for
    strip: int  # size of one strip
    ragged: bool  # the filters do not fill their panels: dy is copied


@inner
def gather(x, rows, dy, s, steps, first_piece, stop_piece, tap, strip, d, ends):
    """Copy what some pieces need; ``ends`` tells where each begins in strip and dy, and its end."""
    width, taps = lanes(x), s.outer_taps if steps.patch else steps.taps
    d_pitch = -(-s.filters // steps.panel) * steps.panel
    d_at = 0
    for piece in range(first_piece, stop_piece):
        row, first, last = segment_of(piece, s, steps)
        at = piece - first_piece
        o = at * steps.strip
        ends[3 * at], ends[3 * at + 2] = o, last - first
        for other in range(taps):
            source = row_read(rows[0], rows[1], row, tap * taps + other)
            if source >= 0:
                copy_row(x, source, s, first, last, strip, o + other * s.row_step)
            elif taps > 1:
                copy_zeros(strip, o + other * s.row_step, s.row_step - width)
            else:
                ends[3 * at + 2] = 0  # padding: nothing to add
        i = (row * s.places + first) * s.y_pitch
        ends[3 * at + 1] = i
        if steps.ragged:
            ends[3 * at + 1] = d_at
            for _ in range(last - first):
                for f in range(0, s.filters, width):
                    if f + width <= s.filters:
                        store(d, d_at + f, load(dy, i + f))
                        continue
                    store(d, d_at + f, fill(d, 0))
                    for lane in range(f, s.filters):
                        d[d_at + lane] = dy[i + lane]
                i += s.y_pitch
                d_at += d_pitch


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
def strips_gradient_blocks(todo, do, x, rows, taps, dy, dw, sums, own, odd, s, steps):
    """Do all blocks of taps and filters; see ``kernel_gradient``.

    Set ``odd[0]`` if anything but a finite number came out.
    """
    filter_blocks = -(-s.filters // steps.filters)
    for task in tasks_of(todo):
        sum_up, finish, parts, at, share, start = share_of(task, *do)
        block = (share, at // filter_blocks, at % filter_blocks)
        if sum_up:
            sum_block(block, x, rows, dy, sums[start:], own, s, steps)
        if finish and finish_block(parts, block, taps, dw, sums[start:], s, steps):
            odd[0] = 1


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
    strip, strip_seen, d, d_seen, ends = own
    filter_ = filter_block * steps.filters
    filter_stop = min(filter_ + steps.filters, s.filters)
    panel, high = steps.panel, height(x, steps)
    groups = -(-steps.run // high)
    panels = -(-(filter_stop - filter_) // panel)
    begin = share * steps.share
    end = min(begin + steps.share, s.rows * steps.segments)
    right = d_seen if steps.ragged else dy
    pitch = -(-s.filters // panel) * panel if steps.ragged else s.y_pitch
    step = s.step * s.channels
    for first in range(begin, end, steps.pieces):
        last = min(first + steps.pieces, end)
        gather(x, rows, dy, s, steps, first, last, tap, strip, d, ends)
        many, more = last - first, first > begin
        for group in range(steps.taps * groups):
            k = group // groups * s.row_step + group % groups * high
            for part in range(panels):
                f, o = filter_ + part * panel, (group * panels + part) * high * panel
                if steps.patch and s.outer_taps == 3:
                    gradient_tile(
                        *(strip_seen, k, step, right, f, pitch, many, ends, sums, o, more),
                        *(wide_patch(x), add_wide_patch, s.row_step),
                    )
                elif steps.patch:
                    gradient_tile(
                        *(strip_seen, k, step, right, f, pitch, many, ends, sums, o, more),
                        *(tall_patch(x), add_tall_patch, s.row_step),
                    )
                elif panel == lanes(x):
                    gradient_tile(
                        *(strip_seen, k, step, right, f, pitch, many, ends, sums, o, more),
                        *(tall_tile(x), multiply_add_one, 1),
                    )
                else:
                    gradient_tile(
                        *(strip_seen, k, step, right, f, pitch, many, ends, sums, o, more),
                        *(wide_tile(x), multiply_add_one, 1),
                    )


@inner
def finish_block(parts, block, taps, dw, sums, s, steps):
    """Add the sums of several shares and write dw; tell whether any number is not finite."""
    _, tap, filter_block = block
    filter_ = filter_block * steps.filters
    filter_stop = min(filter_ + steps.filters, s.filters)
    width, panel, high = lanes(dw), steps.panel, height(dw, steps)
    groups, odd = -(-steps.run // high), fill(dw, 0)
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
            odd = odd + 0 * load(sums, i)
            if f + width <= filter_stop:
                store(dw, o, load(sums, i))
            else:
                for lane in range(filter_stop - f):
                    dw[o + lane] = sums[i + lane]
    return any_nan(odd)
