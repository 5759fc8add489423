"""Sums over all positions, and affine maps, for each channel by itself; twins: ``numpy_channels``.

Numbers per channel are handed in and out as float64, whatever x is: there are few of them. A mean
is taken off x before anything is multiplied, so that values far from zero keep their digits.

Positions are summed in shares that depend on the array's shape alone, and the shares' sums are
added in order: the same bits on any number of threads.
"""

import numpy as np

from minidl.kernels import numpy_channels, threads
from minidl.kernels.channel_loops import add_rows, map_rows
from minidl.kernels.lanes import lane_count
from minidl.kernels.shares import cut
from minidl.kernels.workspace import aligned, flat

SMALL = 1 << 13  # numbers that NumPy is done with before a kernel has begun
LONGEST = 1 << 12  # numbers that are added up one after the other in x's own precision


def channel_sums(x: np.ndarray) -> np.ndarray:
    """Return Σ x over all axes but the last."""
    return (
        numpy_channels.channel_sums(x)
        if _small(x)
        else _sums(x, x, np.zeros(x.shape[-1], x.dtype))[0]
    )


def channel_products(
    x: np.ndarray, y: np.ndarray, middle: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return Σ y and Σ (x − middle)·y over all axes but the last."""
    if _small(x):
        return numpy_channels.channel_products(x, y, middle)
    near = middle.astype(x.dtype)
    sums, products = _sums(x, y, near)
    return sums, products + (near - middle) * sums


def channel_moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean μ and variance σ² (divided by the count n) of each channel.

    Each share is read twice, the second time from a near cache: for its mean m, roughly, and then
    for Σ d and Σ d² with d = x − m, which are small numbers that lose nothing. Around its exact
    mean m + Σ d/n_s a share has Σ d² − (Σ d)²/n_s, and the shares are joined by
    n·σ² = Σ_shares n_s·(σ_s² + (μ_s − μ)²) (Chan, Golub & LeVeque, 1983).
    """
    if _small(x):
        return numpy_channels.channel_moments(x)
    x, zero = np.ascontiguousarray(x), np.zeros(x.shape[-1], x.dtype)

    def moments(share):
        count = share.stop - share.start
        middle = (_add(share, x, x, zero, zero)[0] / count).astype(x.dtype)
        sums, products = _add(share, x, x, middle, middle)
        return np.broadcast_to(count, sums.shape), middle + sums / count, products - sums**2 / count

    counts, means, squares = _by_shares(moments, x)
    count = counts.sum(axis=0)
    mean = (counts * means).sum(axis=0) / count
    return mean, (squares + counts * (means - mean) ** 2).sum(axis=0) / count


def affine(x: np.ndarray, middle: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return scale·(x − middle) + shift."""
    if _small(x):
        return numpy_channels.affine(x, middle, scale, shift)
    return _mapped(x, middle, scale, None, scale, shift)


def mixed(
    x: np.ndarray,
    middle: np.ndarray,
    x_scale: np.ndarray,
    y: np.ndarray,
    y_scale: np.ndarray,
    shift: np.ndarray,
) -> np.ndarray:
    """Return x_scale·(x − middle) + y_scale·y + shift."""
    if _small(x):
        return numpy_channels.mixed(x, middle, x_scale, y, y_scale, shift)
    return _mapped(x, middle, x_scale, y, y_scale, shift)


def _small(x) -> bool:
    return x.size < SMALL or x.shape[-1] < lane_count(x.dtype)


def _cut(x, largest=None) -> tuple[int, int]:
    return cut(x.size // x.shape[-1], x.shape[-1], largest)


def _by_shares(work, x) -> list[np.ndarray]:
    """Return what ``work`` returns for slices of positions, stacked in order."""
    each, shares = _cut(x, LONGEST)
    count = x.size // x.shape[-1]
    found = [()] * shares

    def run(task, _):
        found[task] = work(slice(task * each, min((task + 1) * each, count)))

    threads.run(run, shares)
    return [np.stack(parts) for parts in zip(*found, strict=True)]


def _sums(x, y, middle):
    """Return Σ y and Σ (x − middle)·y."""
    x, y, zero = np.ascontiguousarray(x), np.ascontiguousarray(y), np.zeros_like(middle)
    found = _by_shares(lambda share: _add(share, x, y, middle, zero), x)
    return [part.sum(axis=0) for part in found]


def _add(share, x, y, x_middle, y_middle):
    """Return Σ (y − y_middle) and Σ (x − x_middle)·(y − y_middle) of a share of the positions."""
    channels, lanes = x.shape[-1], lane_count(x.dtype)
    sums, products = both = np.zeros((2, -(-channels // lanes) * lanes), x.dtype)
    middles = flat(x_middle), flat(y_middle)
    add_rows(share.start, share.stop, channels, flat(x), flat(y), *middles, sums, products)
    last = channels % lanes  # the last vector began earlier: only its last lanes are missing
    return np.hstack([both[:, : channels - last], both[:, both.shape[1] - last :]]).astype(float)


def _mapped(x, middle, x_scale, y, y_scale, shift):
    result = aligned(x.shape, x.dtype)
    count = x.size // x.shape[-1]
    each, tasks = _cut(x)
    near = middle.astype(x.dtype)
    shift = shift + (near - middle) * x_scale
    factors = [flat(factor.astype(x.dtype)) for factor in (near, x_scale, y_scale, shift)]
    two = y is not None
    x, y, write = flat(x), flat(y if two else x), result.reshape(-1)

    def work(task, _):
        map_rows(task * each, min((task + 1) * each, count), x, y, two, *factors, write)

    threads.run(work, tasks)
    return result
