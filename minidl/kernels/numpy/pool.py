"""Pooling in plain NumPy: every tap of the window reads a part of x and counts in a part of y.

Averages divide by the number of positions given as ``counts`` (see ``window_counts``).
"""

from functools import reduce

import numpy as np

from minidl.kernels.numpy.direct import overlaps, quiet
from minidl.kernels.window import Window


def tap_dtype(window: Window) -> np.dtype:
    """Return the smallest of two kinds of integers that can number the window's taps."""
    return np.dtype(np.uint8 if np.prod(window.kernel) <= 256 else np.int32)


def max_pool(x: np.ndarray, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest value of each window, and which tap held it (the first, at a tie).

    NaN wins over every number, as in ``np.max``. Padding never wins, not even over −∞.
    """
    best = np.full((x.shape[0], *window.output, x.shape[-1]), -np.inf, x.dtype)
    where = np.empty(best.shape, tap_dtype(window))
    where[...] = _first_taps(window)[..., None]
    for tap, read, written in overlaps(window):
        value, so_far = x[read], best[written]
        better = (value > so_far) | (np.isnan(value) & ~np.isnan(so_far))
        np.copyto(so_far, value, where=better)
        where[written][better] = tap
    return best, where


def _first_taps(window: Window) -> np.ndarray:
    """Return each window's first tap that reads no padding, or 0, ``(*output)``."""
    first, real = 0, True
    for axis in range(window.rank):
        tap, count = window.taps_within(axis, 0, window.size[axis])
        first = first * window.kernel[axis] + _along(tap, axis, window.rank)
        real = real & _along(count > 0, axis, window.rank)
    return first * real


def _along(numbers: np.ndarray, axis: int, rank: int) -> np.ndarray:
    """Return a row of numbers as an array of more axes, all of length 1 but one."""
    return numbers.reshape((1,) * axis + (-1,) + (1,) * (rank - axis - 1))


def max_pool_backward(dy: np.ndarray, where: np.ndarray, window: Window) -> np.ndarray:
    """Send each gradient to the tap that held the largest value."""
    dx = np.zeros((dy.shape[0], *window.size, dy.shape[-1]), dy.dtype)
    for tap, read, written in overlaps(window):
        dx[read] += np.where(where[written] == tap, dy[written], 0)
    return dx


def window_counts(window: Window, count_padding: bool) -> np.ndarray:
    """How many positions each window averages, ``(*output)``.

    Real positions only, or with ``count_padding`` also the padding that was asked for; the extra
    border that ceil mode reads is never counted.
    """
    counts = []
    for axis in range(window.rank):
        low = -window.before[axis] if count_padding else 0
        high = window.size[axis] + (window.after[axis] if count_padding else 0)
        _, count = window.taps_within(axis, low, high)
        counts.append(_along(count.astype(np.float64), axis, window.rank))
    return reduce(np.multiply, counts)


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
