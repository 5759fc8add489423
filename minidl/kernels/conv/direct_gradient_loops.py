"""The gradient to the kernel from strips, block by block (called by ``conv/weight_gradient``).

    dw = windowsᵀ · dy        a sum over all positions

A task sums over its share of the pieces, for one row of each strip (or all of them, if they are
short) and a block of filters. A window of 27 numbers, as first layers often have, makes a single
tile by itself (a *patch*).
"""

from typing import NamedTuple

from minidl.kernels.compile.argmax import any_nan
from minidl.kernels.compile.jit import inner, kernel
from minidl.kernels.compile.simd import lanes, load, splat, store
from minidl.kernels.compile.tile import (
    add_runs_of_3,
    add_runs_of_9,
    load_tile,
    multiply_add_one,
    patch_tile,
    store_tile,
    tall_tile,
    wide_tile,
)
from minidl.kernels.conv.direct_loops import copy_row, copy_zeros, segment_of
from minidl.kernels.conv.partial_sums import add_parts, sum_of
from minidl.kernels.index_map import list_rows
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
    patch: bool  # a whole window is one tile
    taps: int  # rows of a strip that a task sums for
    run: int  # numbers of a window in one row
    strip: int  # size of one strip
    ragged: bool  # the filters do not fill their panels: dy is copied


@kernel
def direct_gradient_blocks(todo, do, given, own, s, steps):
    """Do all blocks of taps and filters; see ``conv/weight_gradient``.

    Set ``wrong[0]`` if anything but a finite number came out.
    """
    x, _, _, _, _, wrong = given
    filter_blocks = -(-s.filters // steps.filters)
    for task in tasks_of(todo):
        sum_up, finish, parts, at, share, start = sum_of(task, *do)
        block = (share, at // filter_blocks, at % filter_blocks)
        sums = own[0][start:]
        if sum_up and steps.patch and s.outer_taps == 3:
            sum_block(block, given, sums, own, s, steps, patch_tile(x), add_runs_of_9, s.row_step)
        elif sum_up and steps.patch:
            sum_block(block, given, sums, own, s, steps, patch_tile(x), add_runs_of_3, s.row_step)
        elif sum_up and steps.panel == lanes(x):
            sum_block(block, given, sums, own, s, steps, tall_tile(x), multiply_add_one, None)
        elif sum_up:
            sum_block(block, given, sums, own, s, steps, wide_tile(x), multiply_add_one, None)
        if finish and finish_block(parts, block, given, sums, s, steps):
            wrong[0] = 1


@inner
def sum_block(block, given, sums, own, s, steps, zeros, add, row_step):
    """Sum over one share of the pieces.

    ``add`` adds an outer product to a tile, ``zeros`` at first. The numbers for its rows are
    neighbours or, with a ``row_step``, several such runs.
    """
    x, _, _, dy, _, _ = given
    _, (strip, d), (strip_seen, d_seen), ends = own
    share, tap, filter_block = block
    seen, right = x if steps.in_place else strip_seen, d_seen if steps.ragged else dy
    panel, high, apart = steps.panel, len(zeros), 1
    if row_step is not None:
        apart = row_step
    filter_ = filter_block * steps.filters
    groups = -(-steps.run // high)
    panels = -(-(min(filter_ + steps.filters, s.filters) - filter_) // panel)
    begin, end = share * steps.share, min((share + 1) * steps.share, s.rows * steps.segments)
    pitch = -(-s.filters // panel) * panel if steps.ragged else s.y_pitch
    step = s.step * s.channels
    for first in range(begin, end, steps.pieces):
        pieces = min(steps.pieces, end - first)
        gather(given, s, steps, (first, pieces, tap), strip, d, ends)
        for group in range(steps.taps * groups):
            k = group // groups * s.row_step + group % groups * high
            for part in range(panels):
                o, tile = (group * panels + part) * high * panel, zeros
                if first > begin:
                    tile = load_tile(tile, sums, o)
                for piece in range(pieces):
                    i, j = ends[3 * piece] + k, ends[3 * piece + 1] + filter_ + part * panel
                    for _ in range(ends[3 * piece + 2]):
                        tile = add(tile, seen, i, apart, right, j)
                        i += step
                        j += pitch
                store_tile(sums, o, tile)


@inner
def gather(given, s, steps, which, strip, d, ends):
    """Copy what some pieces need; ``ends`` tells where each begins in strip and dy, and its end."""
    x, axes, _, dy, _, _ = given
    first_piece, pieces, tap = which
    taps, listed, d_at = s.outer_taps if steps.patch else steps.taps, ends[3 * steps.pieces :], 0
    for at in range(pieces):
        row, first, last = segment_of(first_piece + at, s, steps)
        o, i, found = at * steps.strip, row * s.y_row + first * s.y_pitch, 0
        count = list_rows(axes, row, listed)
        if steps.in_place:
            o = (listed[0] * s.width + s.first + first * s.step) * s.pitch
        elif 1 < taps != count:  # zeros where a tap reads padding
            copy_zeros(strip, o, taps * s.row_step)
        for entry in range(count):
            k = listed[2 * entry + 1] - tap * taps
            if 0 <= k < taps:
                found = last - first
                if not steps.in_place:
                    copy_row(x, listed[2 * entry], s, first, last, strip, o + k * s.row_step)
        ends[3 * at], ends[3 * at + 1], ends[3 * at + 2] = o, i, found
        if steps.ragged:
            ends[3 * at + 1] = d_at
            for place in range(first, last):
                copy_filters(dy, row * s.y_row + place * s.y_pitch, s.filters, d, d_at)
                d_at += -(-s.filters // steps.panel) * steps.panel


@inner
def copy_filters(dy, i, filters, d, o):
    """Copy a position's filters of dy, and zeros to fill the last vector."""
    for f in range(0, filters, lanes(dy)):
        if f + lanes(dy) <= filters:
            store(d, o + f, load(dy, i + f))
            continue
        store(d, o + f, splat(d, 0))
        for lane in range(f, filters):
            d[o + lane] = dy[i + lane]


@inner
def finish_block(parts, block, given, sums, s, steps):
    """Add the sums of several shares and write dw; tell whether any number is not finite."""
    _, _, taps, _, dw, _ = given
    _, tap, filter_block = block
    filter_ = filter_block * steps.filters
    filter_stop = min(filter_ + steps.filters, s.filters)
    width, panel, high = lanes(dw), steps.panel, height(dw, steps)
    groups, wrong = -(-steps.run // high), splat(dw, 0)
    panels = -(-(filter_stop - filter_) // panel)
    add_parts(sums, parts, steps.taps * groups * high * steps.filters)
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


@inner
def height(x, steps):
    """Return how many numbers of a window a tile sums for."""
    if steps.patch:
        return steps.run
    return len(tall_tile(x)) if steps.panel == lanes(x) else len(wide_tile(x))
