"""Pooling in plain NumPy: take every tap of the window as a shifted view, then reduce.

Averages divide by the number of positions given as ``counts`` (see ``window_counts``).
"""

from itertools import product

import numpy as np

from minidl.kernels.numpy_conv import pad, scatter, tap_slices
from minidl.kernels.window import Window


def taps(padded: np.ndarray, window: Window):
    """Yield what each tap of the window reads: arrays ``(N, *output, C)``."""
    for tap in product(*map(range, window.kernel)):
        yield padded[tap_slices(tap, window)]


def tap_dtype(window: Window) -> np.dtype:
    """Return the smallest of two kinds of integers that can number the window's taps."""
    return np.dtype(np.uint8 if np.prod(window.kernel) <= 256 else np.int32)


def max_pool(x: np.ndarray, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest value of each window, and which tap held it (the first, at a tie).

    NaN wins over every number, as in ``np.max``.
    """
    values = taps(pad(x, window, -np.inf), window)
    best = next(values).copy()
    where = np.zeros(best.shape, tap_dtype(window))
    for index, value in enumerate(values, start=1):
        better = (value > best) | (np.isnan(value) & ~np.isnan(best))
        np.copyto(best, value, where=better)
        where[better] = index
    return best, where


def max_pool_backward(dy: np.ndarray, where: np.ndarray, window: Window) -> np.ndarray:
    """Send each gradient to the tap that held the largest value."""
    number = int(np.prod(window.kernel))
    return scatter(np.stack([np.where(where == index, dy, 0) for index in range(number)]), window)


def window_counts(window: Window, count_padding: bool) -> np.ndarray:
    """How many positions each window averages, ``(*output)``.

    Real positions only, or with ``count_padding`` also the padding that was asked for; the extra
    border that ceil mode reads is never counted.
    """
    counts = np.ones((1,) * window.rank)
    for axis in range(window.rank):
        low = -window.before[axis] if count_padding else 0
        high = window.size[axis] + (window.after[axis] if count_padding else 0)
        start = np.arange(window.output[axis])[:, None] * window.stride[axis] - window.before[axis]
        read = start + np.arange(window.kernel[axis]) * window.dilation[axis]
        per_axis = ((read >= low) & (read < high)).sum(axis=1)
        shape = [1] * window.rank
        shape[axis] = -1
        counts = counts * per_axis.reshape(shape)
    return counts


def avg_pool(x: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Return the mean of each window: the sum over its taps divided by ``counts``."""
    values = taps(pad(x, window), window)
    total = next(values).copy()
    for value in values:
        total += value
    return total / counts[..., None].astype(x.dtype)


def avg_pool_backward(dy: np.ndarray, window: Window, counts: np.ndarray) -> np.ndarray:
    """Share each gradient equally among the positions that were averaged."""
    share = dy / counts[..., None].astype(dy.dtype)
    return scatter(np.broadcast_to(share, (int(np.prod(window.kernel)), *share.shape)), window)
