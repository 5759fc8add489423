"""Pooling of any rank on compiled loops; arguments and results as in ``numpy_pool``."""

from functools import lru_cache

import numpy as np

from minidl.kernels import numpy_pool, threads
from minidl.kernels.pool_loops import max_pool_gradient_rows, max_pool_rows, sum_rows
from minidl.kernels.tables import batch_table, joined, read_by, reads
from minidl.kernels.window import Window
from minidl.kernels.workspace import aligned, flat

SHARE = 1 << 16  # numbers read that make a task worth handing out


def max_pool(x: np.ndarray, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest value of each window, and which tap held it (the first, at a tie)."""
    if not (x.size and all(window.output)):
        return numpy_pool.max_pool(x, window)
    shape = (x.shape[0], *window.output, x.shape[-1])
    y, where = aligned(shape, x.dtype), aligned(shape, np.int32)
    rows, places = _tables(x.shape[0], window, False)

    def work(first, last):
        max_pool_rows(
            *(first, last, flat(x), rows, places, window.size[-1], x.shape[-1]),
            *(y.reshape(-1), where.reshape(-1)),
        )

    _in_rows(work, rows, places, x.shape[-1])
    return y, where


def max_pool_backward(dy: np.ndarray, where: np.ndarray, window: Window) -> np.ndarray:
    """Send each gradient to the tap that held the largest value."""
    if not (dy.size and all(window.size)):
        return numpy_pool.max_pool_backward(dy, where, window)
    dx = aligned((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    rows, places = _tables(dy.shape[0], window, True)

    def work(first, last):
        max_pool_gradient_rows(
            *(first, last, flat(dy), flat(where), rows, places),
            *(window.output[-1], dy.shape[-1], dx.reshape(-1)),
        )

    _in_rows(work, rows, places, dy.shape[-1])
    return dx


def avg_pool(x: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Return the mean of each window: the sum over its taps divided by ``counts``."""
    if not (x.size and all(window.output)):
        return numpy_pool.avg_pool(x, window, counts)
    y = aligned((x.shape[0], *window.output, x.shape[-1]), x.dtype)
    _sum(x, y, window, counts, False)
    return y


def avg_pool_backward(dy: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Share each gradient equally among the positions that were averaged."""
    if not (dy.size and all(window.size)):
        return numpy_pool.avg_pool_backward(dy, window, counts)
    dx = aligned((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    _sum(dy, dx, window, counts, True)
    return dx


def _sum(x, y, window, counts, backward):
    rows, places = _tables(x.shape[0], window, backward)
    counts = flat(np.asarray(counts, np.float64))

    def work(first, last):
        sum_rows(
            *(first, last, flat(x), rows, places, x.shape[-2], x.shape[-1]),
            *(y.reshape(-1), counts, backward),
        )

    _in_rows(work, rows, places, x.shape[-1])


def _in_rows(work, rows, places, channels):
    each = max(1, SHARE // (rows.shape[1] * places.size * channels))
    tasks = -(-len(rows) // each)
    threads.run(lambda task, _: work(task * each, min((task + 1) * each, len(rows))), tasks)


@lru_cache(maxsize=256)
def _tables(batch, window: Window, backward):
    """Tables of what is read: the input by windows, or backwards the windows by input positions."""
    table, sizes = (read_by, window.output) if backward else (reads, window.size)
    axes = [table(window, axis) for axis in range(window.rank)]
    rows = joined([batch_table(batch), *axes[:-1]], [batch, *sizes[:-1]])
    return rows, joined(axes[-1:], sizes[-1:])
