"""Pooling of any rank on compiled loops; arguments and results as in ``numpy/pool``.

All four pools are one loop. A row of results is collected tap by tap: tap k joins window o and
position p = o·stride + k·dilation − before, both in equal steps; numbers go from p to o, backwards
from o to p. Rows *gather* what they read (see ``index_map``): no two threads add to one number.

A block of a row lies in the nearest cache while it is collected: vectors of the same channels side
by side, so that all steps of a loop are equal. Where the channels are no multiple of a vector, the
last vector begins earlier and does some of them again. With fewer channels than lanes a vector
holds some of the next position, too: the next position overwrites that, and the last vectors of a
row are written number by number.
"""

from math import inf, prod
from typing import NamedTuple

import numpy as np

from minidl.kernels.compile.argmax import argmax_select, load_where, store_integers
from minidl.kernels.compile.jit import inner, kernel
from minidl.kernels.compile.simd import lane_count, lanes, load, load_scalar, splat, store
from minidl.kernels.compile.workspace import INT, aligned, flat, workspace
from minidl.kernels.index_map import OUTSIDE, list_rows, row_map
from minidl.kernels.numpy import pool as numpy_pool
from minidl.kernels.plan_cache import cached
from minidl.kernels.threads import pool as threads
from minidl.kernels.threads.atomics import tasks_of
from minidl.kernels.threads.chunks import chunk
from minidl.kernels.window import Window

MOST_TAPS = 1 << 24  # whole numbers that float32 lanes can hold
BLOCK = 1 << 14  # bytes of a row that are collected at once, in the nearest cache


def max_pool(x: np.ndarray, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest value of each window, and which tap held it (the first, at a tie)."""
    if not (x.size and all(window.output)) or prod(window.kernel) > MOST_TAPS:
        return numpy_pool.max_pool(x, window)
    y = aligned((x.shape[0], *window.output, x.shape[-1]), x.dtype)
    winners = aligned(y.shape, numpy_pool.tap_dtype(window))
    _run(x, y, window, False, winners.reshape(-1), None, None)
    return y, winners


def max_pool_backward(dy: np.ndarray, where: np.ndarray, window: Window) -> np.ndarray:
    """Send each gradient to the tap that held the largest value."""
    if not (dy.size and all(window.size)):
        return numpy_pool.max_pool_backward(dy, where, window)
    dx = aligned((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    _run(dy, dx, window, True, None, _readable(where, lane_count(dy.dtype)), None)
    return dx


def avg_pool(x: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Return the mean of each window: the sum over its taps divided by ``counts``."""
    if not (x.size and all(window.output)):
        return numpy_pool.avg_pool(x, window, counts)
    y = aligned((x.shape[0], *window.output, x.shape[-1]), x.dtype)
    _run(x, y, window, False, None, None, flat((1 / counts).astype(x.dtype)))
    return y


def avg_pool_backward(dy: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Share each gradient equally among the positions that were averaged."""
    if not (dy.size and all(window.size)):
        return numpy_pool.avg_pool_backward(dy, window, counts)
    dx = aligned((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    _run(dy, dx, window, True, None, None, flat((1 / counts).astype(dy.dtype)))
    return dx


class Sizes(NamedTuple):
    """Sizes of a pool; a row lies along the last axis."""

    backward: bool
    each: int  # rows of a task
    rows: int  # that are written
    channels: int
    block: int  # places that are collected at once
    output: int  # windows of a row
    planes: int  # rows of windows in a sample
    size: int  # positions of a row
    taps: int
    stride: int
    dilation: int
    before: int


@cached
def _plan(shape, dtype, window: Window, backward: bool):
    """Return (tasks, sizes of a thread's lists and blocks, which rows a row reads, all sizes)."""
    axis, channels = window.rank - 1, shape[-1]
    width = -(-channels // lane_count(dtype)) * lane_count(dtype)  # whole vectors
    rows = row_map(window, axis, backward)
    count = shape[0] * rows.count
    each, tasks = chunk(count, max(prod(shape), count * window.size[-1] * channels) // count)
    sizes = Sizes(
        *(backward, each, count, channels, max(1, BLOCK // (width * dtype.itemsize))),
        *(window.output[axis], prod(window.output[:axis]), window.size[axis]),
        *(window.kernel[axis], window.stride[axis], window.dilation[axis], window.before[axis]),
    )
    return tasks, (2 * max(1, rows.taps), sizes.block * width), rows.axes, sizes


def _run(x, y, window, backward, winners, where, shares):
    """Run the loop over all rows of y, some rows to a task."""
    tasks, (most, room), axes, sizes = _plan(x.shape, x.dtype, window, backward)
    x, y, slots = _readable(x, lane_count(x.dtype)), y.reshape(-1), threads.thread_count()
    block = (slots, room), x.dtype
    listed, totals, taps = workspace(((slots, most), INT), block, block)

    def work(todo, slot):
        own = listed[slot], totals[slot], taps[slot]
        pool_rows(todo, x, y, axes, winners, where, shares, own, sizes)

    threads.run(work, tasks)


def _readable(array, lanes) -> np.ndarray:
    """View an array as one axis; with few channels copied, with a vector's room behind its end."""
    if array.shape[-1] >= lanes:
        return flat(array)
    copy = aligned((array.size + lanes,), array.dtype)
    copy[: array.size], copy[array.size :] = array.reshape(-1), 0
    return flat(copy)


@kernel
def pool_rows(todo, x, y, axes, winners, where, shares, own, s):
    """Collect rows of y.

    With ``winners`` the largest number of each window stays, and there the first tap that holds it;
    a NaN wins. Else numbers are added up: with a ``where`` those at the tap that it names, without
    one all of them, times the share of their window. What a pool does not need is None, and left
    out where it is compiled.
    """
    listed, totals, taps = own
    places = s.size if s.backward else s.output
    for task in tasks_of(todo):
        for row in range(task * s.each, min((task + 1) * s.each, s.rows)):
            count = list_rows(axes, row, listed)
            for start in range(0, places, s.block):
                stop = min(start + s.block, places)
                begin(start, stop, listed[1] * s.taps if count else OUTSIDE, winners, own, s)
                for entry in range(count):
                    for tap in range(s.taps):
                        collect(entry, tap, (row, start, stop), x, winners, where, shares, own, s)
                o = (row * places + start) * s.channels
                write_out(y, winners, totals, taps, o, stop - start, s)


@inner
def begin(start, stop, number, winners, own, s):
    """Begin with nothing: 0, or −∞ at the first tap that lies inside (number 0 if none does)."""
    _, totals, taps = own
    for place in range(start, stop):
        if winners is not None:
            position = place * s.stride - s.before
            tap = max(-(position // s.dilation), 0)
            inside = tap < s.taps and position + tap * s.dilation < s.size
            first = splat(taps, number + tap if inside and number != OUTSIDE else 0)
        for group in range(0, s.channels, lanes(totals)):
            t = group * s.block + (place - start) * lanes(totals)
            store(totals, t, splat(totals, 0 if winners is None else -inf))
            if winners is not None:
                store(taps, t, first)


@inner
def collect(entry, tap, part, x, winners, where, shares, own, s):
    """Let one tap of the windows of a row count in places start … stop − 1 of another row."""
    (row, start, stop), (listed, totals, taps), shift = part, own, tap * s.dilation - s.before
    source, here = listed[2 * entry], listed[2 * entry + 1] * s.taps + tap
    if s.backward:  # from window o to position p
        o, last = max(0, -((shift - start) // s.stride)), -((shift - stop) // s.stride)
        i, to, last = source * s.output + o, o * s.stride + shift, min(last, s.output)
        i_step, to_step, share = 1, s.stride, source
    else:
        o, last = max(start, -(shift // s.stride)), -((shift - s.size) // s.stride)
        i, to, last = source * s.size + o * s.stride + shift, o, min(last, stop)
        i_step, to_step, share = s.stride, 1, row
    for group in range(0, s.channels, lanes(x)):
        c = i * s.channels + max(min(group, s.channels - lanes(x)), 0)
        t, w = group * s.block + (to - start) * lanes(x), share % s.planes * s.output + o
        for _ in range(o, last):
            total = load(totals, t)
            if winners is not None:
                value = load(x, c)
                store(taps, t, argmax_select(value, total, splat(x, here), load(taps, t)))
                total = argmax_select(value, total, value, total)
            if where is not None:
                total = total + load_where(x, where, c, here)
            if shares is not None:
                total = total + load_scalar(shares, w) * load(x, c)
            store(totals, t, total)
            c += i_step * s.channels
            t += to_step * lanes(x)
            w += 1


@inner
def write_out(y, winners, totals, taps, o, places, s):
    """Copy what was collected for a row's places to where these begin."""
    stop = o + places * s.channels
    for group in range(0, s.channels, lanes(totals)):
        c, t = o + max(min(group, s.channels - lanes(totals)), 0), group * s.block
        for _ in range(places):
            if c + lanes(totals) <= stop:
                store(y, c, load(totals, t))
                if winners is not None:
                    store_integers(winners, c, load(taps, t))
            else:
                for lane in range(stop - c):
                    y[c + lane] = totals[t + lane]
                    if winners is not None:
                        winners[c + lane] = taps[t + lane]
            c += s.channels
            t += lanes(totals)
