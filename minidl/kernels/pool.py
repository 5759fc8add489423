"""Pooling of any rank on compiled loops; arguments and results as in ``numpy/pool``."""

from math import prod

import numpy as np

from minidl.kernels.compile.simd import lane_count
from minidl.kernels.compile.workspace import INT, aligned, flat, workspace
from minidl.kernels.index_map import PLACES, SIZE, STEP, TAP_STEP, TAPS, axis_map, row_map
from minidl.kernels.numpy import pool as numpy_pool
from minidl.kernels.plan_cache import cached
from minidl.kernels.pool_loops import MOST_TAPS, Sizes, max_rows, sum_rows
from minidl.kernels.threads import pool as threads
from minidl.kernels.threads.chunks import chunk
from minidl.kernels.window import Window

AT_ONCE = 1 << 8  # places of a row, for which it is noted once what they read


def max_pool(x: np.ndarray, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest value of each window, and which tap held it (the first, at a tie)."""
    if not (x.size and all(window.output)) or prod(window.kernel) > MOST_TAPS:
        return numpy_pool.max_pool(x, window)
    y = aligned((x.shape[0], *window.output, x.shape[-1]), x.dtype)
    where = aligned(y.shape, numpy_pool.tap_dtype(window))
    _run(max_rows, x, window, False, (y.reshape(-1), where.reshape(-1)))
    return y, where


def max_pool_backward(dy: np.ndarray, where: np.ndarray, window: Window) -> np.ndarray:
    """Send each gradient to the tap that held the largest value."""
    if not (dy.size and all(window.size)):
        return numpy_pool.max_pool_backward(dy, where, window)
    dx = aligned((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    few = dy.shape[-1] < lane_count(dy.dtype)
    where = _with_room(where) if few else flat(where)
    _run(sum_rows, dy, window, True, (dx.reshape(-1), where, None, None))
    return dx


def avg_pool(x: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Return the mean of each window: the sum over its taps divided by ``counts``."""
    if not (x.size and all(window.output)):
        return numpy_pool.avg_pool(x, window, counts)
    y = aligned((x.shape[0], *window.output, x.shape[-1]), x.dtype)
    shares = flat((1 / counts).astype(x.dtype))
    _run(sum_rows, x, window, False, (y.reshape(-1), None, shares, None))
    return y


def avg_pool_backward(dy: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Share each gradient equally among the positions that were averaged."""
    if not (dy.size and all(window.size)):
        return numpy_pool.avg_pool_backward(dy, window, counts)
    dx = aligned((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    shares = flat((1 / counts).astype(dy.dtype))
    _run(sum_rows, dy, window, True, (dx.reshape(-1), None, None, shares))
    return dx


@cached
def _maps(window: Window, backward: bool):
    """Tell what the input's windows read or, backwards, by which windows positions are read."""
    last = axis_map(window, window.rank - 1, backward)
    return row_map(window, window.rank - 1, backward), flat(np.array(last))


def _run(loop, x, window, backward, others):
    """Run a loop over all rows of y, the first of the others, some rows to a task."""
    rows, last = _maps(window, backward)
    channels, count = x.shape[-1], x.shape[0] * rows.count
    each, tasks = chunk(count, max(x.size, others[0].size) // count)
    places, size, *steps = last[[PLACES, SIZE, STEP, TAP_STEP, TAPS]].tolist()
    planes = x.size // (len(x) * channels)
    sizes, maps = Sizes(each, count, channels, places, size, planes, *steps), (rows.axes, last)
    slots, lanes = threads.thread_count(), lane_count(x.dtype)
    own = workspace(
        *(((slots, 2 * max(1, rows.taps)), INT), ((slots, 3 * min(AT_ONCE, sizes.places)), INT)),
        *(((slots, lanes), x.dtype), ((slots, lanes), numpy_pool.tap_dtype(window))),
    )
    x = _with_room(x) if channels < lanes else flat(x)

    def work(todo, slot):
        loop(todo, x, maps, *others, tuple(array[slot] for array in own), sizes)

    threads.run(work, tasks)


def _with_room(array) -> np.ndarray:
    """Copy an array as one axis, with a vector's room behind its end."""
    copy = aligned((array.size + 64,), array.dtype)
    copy[: array.size], copy[array.size :] = array.reshape(-1), 0
    return flat(copy)
