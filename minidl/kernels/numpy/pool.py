"""Pooling in plain NumPy: every tap of the window reads a part of x and counts in a part of y.

Averages divide by the number of positions given as ``counts`` (see ``window_counts``).
"""

from functools import reduce
from math import prod

import numpy as np

from minidl.kernels.numpy.direct import overlaps, quiet
from minidl.kernels.plan_cache import cached
from minidl.kernels.window import Window


def tap_dtype(window: Window) -> np.dtype:
    """Return the smallest of two kinds of integers that can number the window's taps."""
    return np.dtype(np.uint8 if prod(window.kernel) <= 256 else np.int32)


def max_pool(x: np.ndarray, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest value of each window, and which tap held it (the first, at a tie).

    NaN wins over every number, as in ``np.max``. Padding never wins, not even over −∞.
    """
    best = np.full((x.shape[0], *window.output, x.shape[-1]), -np.inf, x.dtype)
    where = np.full(best.shape, -1, np.int32)
    for tap, read, written in overlaps(window):
        value, so_far = x[read], best[written]
        better = (value > so_far) | (np.isnan(value) & ~np.isnan(so_far)) | (where[written] < 0)
        np.copyto(so_far, value, where=better)
        where[written][better] = tap
    return best, np.maximum(where, 0).astype(tap_dtype(window))


def max_pool_backward(dy: np.ndarray, where: np.ndarray, window: Window) -> np.ndarray:
    """Send each gradient to the tap that held the largest value."""
    dx = np.zeros((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    for tap, read, written in overlaps(window):
        dx[read] += np.where(where[written] == tap, dy[written], 0)
    return dx


@cached
def window_counts(window: Window, count_padding: bool) -> np.ndarray:
    """How many positions each window averages, ``(*output)``.

    Real positions only, or with ``count_padding`` also the padding that was asked for; the extra
    border that ceil mode reads is never counted.
    """
    counts = []
    for axis in range(window.rank):
        low = -window.before[axis] if count_padding else 0
        high = window.size[axis] + (window.after[axis] if count_padding else 0)
        counts.append(window.count_within(axis, low, high).astype(np.float64))
    counts = reduce(np.multiply.outer, counts)
    counts.flags.writeable = False  # kept for the next call
    return counts


@quiet
def avg_pool(x: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Return the mean of each window: the sum over its taps divided by ``counts``."""
    total = np.zeros((x.shape[0], *window.output, x.shape[-1]), x.dtype)
    for _, read, written in overlaps(window):
        total[written] += x[read]
    return total / counts[..., None].astype(x.dtype)


@quiet
def avg_pool_backward(dy: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Share each gradient equally among the positions that were averaged."""
    share = dy / counts[..., None].astype(dy.dtype)
    dx = np.zeros((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    for _, read, written in overlaps(window):
        dx[read] += share[written]
    return dx
