"""Pooling of any rank on compiled loops; arguments and results as in ``numpy_pool``."""

from functools import lru_cache
from math import prod

import numpy as np

from minidl.kernels import numpy_pool, threads
from minidl.kernels.lanes import lane_count
from minidl.kernels.pool_loops import (
    avg_pool_gradient_rows,
    avg_pool_rows,
    max_pool_gradient_rows,
    max_pool_rows,
)
from minidl.kernels.shares import cut
from minidl.kernels.tables import batch_table, joined, read_by, reads
from minidl.kernels.window import Window
from minidl.kernels.workspace import aligned, flat


def max_pool(x: np.ndarray, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest value of each window, and which tap held it (the first, at a tie)."""
    if not (x.size and all(window.output)):
        return numpy_pool.max_pool(x, window)
    x, channels = _wide(x), x.shape[-1]
    y = aligned((x.shape[0], *window.output, x.shape[-1]), x.dtype)
    where = aligned(y.shape, numpy_pool.tap_dtype(window))
    _run(max_pool_rows, (x,), _lists(len(x), x.shape[-1], window, False), (y, where))
    return _narrow(y, channels), _narrow(where, channels)


def max_pool_backward(dy: np.ndarray, where: np.ndarray, window: Window) -> np.ndarray:
    """Send each gradient to the tap that held the largest value."""
    if not (dy.size and all(window.size)):
        return numpy_pool.max_pool_backward(dy, where, window)
    dy, where, channels = _wide(dy), _wide(where, lane_count(dy.dtype)), dy.shape[-1]
    dx = aligned((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    _run(max_pool_gradient_rows, (dy, where), _lists(len(dy), dy.shape[-1], window, True), (dx,))
    return _narrow(dx, channels)


def avg_pool(x: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Return the mean of each window: the sum over its taps divided by ``counts``."""
    if not (x.size and all(window.output)):
        return numpy_pool.avg_pool(x, window, counts)
    x, channels = _wide(x), x.shape[-1]
    y = aligned((x.shape[0], *window.output, x.shape[-1]), x.dtype)
    _run(
        avg_pool_rows,
        (x,),
        _lists(len(x), x.shape[-1], window, False),
        (y,),
        (1 / counts).astype(x.dtype),
    )
    return _narrow(y, channels)


def avg_pool_backward(dy: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Share each gradient equally among the positions that were averaged."""
    if not (dy.size and all(window.size)):
        return numpy_pool.avg_pool_backward(dy, window, counts)
    dy, channels = _wide(dy), dy.shape[-1]
    dx = aligned((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    lists = _lists(len(dy), dy.shape[-1], window, True, shared=True)
    _run(avg_pool_gradient_rows, (dy,), lists, (dx,), (1 / counts).astype(dy.dtype))
    return _narrow(dx, channels)


def _run(loop, read, lists, written, *shares):
    """Run a loop over all rows of what is written, some rows to a task."""
    rows, places = lists
    channels = read[0].shape[-1]
    each, tasks = cut(len(rows), max(array.size for array in (*read, *written)) // len(rows))
    read = [flat(array) for array in (*read, *shares)]
    tables = flat(rows), rows.shape[1], flat(places), places.shape[1]
    written = [array.reshape(-1) for array in written]
    threads.run(lambda todo, _: loop(todo, each, *read, *tables, channels, *written), tasks)


@lru_cache(maxsize=256)
def _lists(batch, channels, window: Window, backward, shared=False):
    """List what is read: the input by windows, or backwards the windows by input positions.

    Of the second numbers' sum (see ``pool_loops``): the tap, or ``shared`` where the window stands.
    """
    table, sizes = (read_by, window.output) if backward else (reads, window.size)
    axes = [table(window, axis) for axis in range(window.rank)]
    rows = joined([batch_table(batch), *axes[:-1]], [batch, *sizes[:-1]])
    places = joined(axes[-1:], sizes[-1:])
    if shared:
        second = rows % max(1, prod(sizes[:-1])) * sizes[-1], places
    else:
        second = [np.arange(table.shape[1]) for table in (rows, places)]
        second[0] *= places.shape[1]
    return listed(rows, sizes[-1] * channels, second[0]), listed(places, channels, second[1])


def listed(table: np.ndarray, unit: int, second: np.ndarray) -> np.ndarray:
    """Return, for each row of a table, how many entries are no OUTSIDE, and then those.

    Each is multiplied by ``unit`` and followed by its ``second`` number.
    """
    inside = table >= 0
    order = np.argsort(~inside, axis=1, kind="stable")
    entries = np.stack([table * unit, np.broadcast_to(second, table.shape)], axis=-1)
    entries = np.take_along_axis(entries, order[..., None], axis=1)
    return np.hstack([inside.sum(axis=1, keepdims=True), entries.reshape(len(table), -1)])


def _wide(array, lanes=None):
    """Return the array with at least as many channels as a vector has lanes."""
    missing = (lanes or lane_count(array.dtype)) - array.shape[-1]
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, missing)]) if missing > 0 else array


def _narrow(array, channels):
    return array if array.shape[-1] == channels else np.ascontiguousarray(array[..., :channels])
