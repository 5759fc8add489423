"""Pooling of any rank on compiled loops; arguments and results as in ``numpy/pool``."""

from math import prod

import numpy as np

from minidl.kernels.compile.simd import lane_count
from minidl.kernels.compile.workspace import aligned, flat, workspace
from minidl.kernels.index_map import read_by, reads, rows
from minidl.kernels.numpy import pool as numpy_pool
from minidl.kernels.plan_cache import cached
from minidl.kernels.pool_loops import (
    Sizes,
    avg_pool_gradient_rows,
    avg_pool_rows,
    max_pool_gradient_rows,
    max_pool_rows,
)
from minidl.kernels.threads import pool as threads
from minidl.kernels.threads.chunks import chunk
from minidl.kernels.window import Window

PLACES = 1 << 8  # of a row, for which it is noted once what they read


def max_pool(x: np.ndarray, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest value of each window, and which tap held it (the first, at a tie)."""
    if not (x.size and all(window.output)):
        return numpy_pool.max_pool(x, window)
    y = aligned((x.shape[0], *window.output, x.shape[-1]), x.dtype)
    where = aligned(y.shape, numpy_pool.tap_dtype(window))
    _run(max_pool_rows, (x,), window, False, (y, where))
    return y, where


def max_pool_backward(dy: np.ndarray, where: np.ndarray, window: Window) -> np.ndarray:
    """Send each gradient to the tap that held the largest value."""
    if not (dy.size and all(window.size)):
        return numpy_pool.max_pool_backward(dy, where, window)
    dx = aligned((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    _run(max_pool_gradient_rows, (dy, where), window, True, (dx,))
    return dx


def avg_pool(x: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Return the mean of each window: the sum over its taps divided by ``counts``."""
    if not (x.size and all(window.output)):
        return numpy_pool.avg_pool(x, window, counts)
    y = aligned((x.shape[0], *window.output, x.shape[-1]), x.dtype)
    _run(avg_pool_rows, (x,), window, False, (y,), (1 / counts).astype(x.dtype))
    return y


def avg_pool_backward(dy: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Share each gradient equally among the positions that were averaged."""
    if not (dy.size and all(window.size)):
        return numpy_pool.avg_pool_backward(dy, window, counts)
    dx = aligned((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    _run(avg_pool_gradient_rows, (dy,), window, True, (dx,), (1 / counts).astype(dy.dtype))
    return dx


@cached
def _tables(window: Window, backward: bool):
    """Tell what the input's windows read or, backwards, by which windows positions are read."""
    table = read_by if backward else reads
    *before, last = (table(window, axis) for axis in range(window.rank))
    return rows(before), flat(last.table), (len(last.table), *last[1:])


def _run(loop, read, window, backward, written, *shares):
    """Run a loop over all rows of what is written, some rows to a task."""
    before, last, numbers = _tables(window, backward)
    channels = read[0].shape[-1]
    count = len(written[0]) * before.count
    each, tasks = chunk(count, max(array.size for array in (*read, *written)) // count)
    planes = prod((window.output if backward else window.size)[:-1])
    sizes = Sizes(each, count, channels, planes, *numbers)
    slots, lanes = threads.thread_count(), lane_count(read[0].dtype)
    own = list(
        zip(
            workspace("rows", (slots, 2 * max(1, before.taps)), np.int64),
            workspace("places", (slots, 3 * min(PLACES, sizes.places)), np.int64),
            workspace("tile", (slots, lanes), read[0].dtype),
            workspace("taps", (slots, lanes), numpy_pool.tap_dtype(window)),
            strict=True,
        )
    )
    read = [_with_room(array, lanes) if channels < lanes else flat(array) for array in read]
    read += map(flat, shares)
    written = [array.reshape(-1) for array in written]

    def work(todo, slot):
        loop(todo, *read, before[:2], last, sizes, *written, own[slot])

    threads.run(work, tasks)


def _with_room(array, lanes) -> np.ndarray:
    """Copy an array as one axis, with a vector's room behind its end."""
    copy = aligned((array.size + lanes,), array.dtype)
    copy[: array.size], copy[array.size :] = array.reshape(-1), 0
    return flat(copy)
