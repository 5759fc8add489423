"""Sums over all positions, and affine maps, for each channel by itself; twins: ``numpy_channels``.

Positions are summed in shares that depend on the array's shape alone, and the shares' sums are
added in order: the same bits on any number of threads.
"""

import numpy as np

from minidl.kernels import numpy_channels, threads
from minidl.kernels.channel_loops import add_rows, map_rows
from minidl.kernels.lanes import lane_count
from minidl.kernels.workspace import aligned, flat

SHARE = 1 << 15  # numbers that make a task worth handing out


def channel_sums(x: np.ndarray) -> np.ndarray:
    """Return Σ x over all axes but the last."""
    if _small(x):
        return numpy_channels.channel_sums(x)
    return _sums(x, x, False, np.zeros(x.shape[-1], x.dtype))


def channel_products(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return Σ x·y over all axes but the last."""
    if _small(x):
        return numpy_channels.channel_products(x, y)
    return _sums(x, y, True, np.zeros(x.shape[-1], x.dtype))


def channel_moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance (divided by the count) of each channel."""
    if _small(x):
        return numpy_channels.channel_moments(x)
    count = x.dtype.type(x.size // x.shape[-1])
    mean = channel_sums(x) / count
    return mean, _sums(x, x, True, mean) / count


def affine(x: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return scale·x + shift."""
    if _small(x):
        return numpy_channels.affine(x, scale, shift)
    return _mapped(x, scale, x, None, shift)


def mixed(
    x: np.ndarray, x_scale: np.ndarray, y: np.ndarray, y_scale: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """Return x_scale·x + y_scale·y + shift."""
    if _small(x):
        return numpy_channels.mixed(x, x_scale, y, y_scale, shift)
    return _mapped(x, x_scale, y, y_scale, shift)


def _small(x) -> bool:
    return x.size < SHARE or x.shape[-1] < lane_count(x.dtype)


def _rows(x) -> tuple[int, int, int]:
    """Return the number of positions, how many make a share, and the number of shares."""
    count = x.size // x.shape[-1]
    each = max(1, SHARE // x.shape[-1])
    return count, each, -(-count // each)


def _sums(x, y, multiply, mean):
    count, each, shares = _rows(x)
    sums = aligned((shares, x.shape[-1]), x.dtype)
    x, y, mean = flat(x), flat(y), flat(mean)

    def work(task, _):
        add_rows(task * each, min((task + 1) * each, count), x, y, multiply, mean, sums[task])

    threads.run(work, shares)
    return sums.sum(axis=0, dtype=np.float64).astype(sums.dtype)


def _mapped(x, x_scale, y, y_scale, shift):
    result = aligned(x.shape, x.dtype)
    count, each, shares = _rows(x)
    two = y_scale is not None
    x, y, write = flat(x), flat(y), result.reshape(-1)
    factors = [flat(f) for f in (x_scale, y_scale if two else x_scale, shift)]

    def work(task, _):
        map_rows(task * each, min((task + 1) * each, count), x, y, two, *factors, write)

    threads.run(work, shares)
    return result
