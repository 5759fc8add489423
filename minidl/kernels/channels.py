"""Sums over all positions, and affine maps, for each channel by itself; twins: ``numpy/channels``.

Numbers per channel are handed in and out as float64, whatever x is: there are few of them. A mean
is taken off x before anything is multiplied, so that values far from zero keep their digits.

Positions are summed in shares that depend on the array's shape alone, and the shares' sums are
added in order: the same bits on any number of threads.
"""

from math import prod

import numpy as np

from minidl.kernels.channel_loops import add_moments, add_rows, affine_rows, axpby_rows
from minidl.kernels.compile.simd import lane_count
from minidl.kernels.compile.workspace import aligned, flat
from minidl.kernels.numpy import channels as numpy_channels
from minidl.kernels.numpy.channels import Gate
from minidl.kernels.plan_cache import cached
from minidl.kernels.threads import pool as threads
from minidl.kernels.threads.chunks import chunk

SMALL = 1 << 13  # numbers that NumPy is done with before a kernel has begun
LONGEST = 1 << 12  # positions that are added up one after the other in x's own precision


def channel_sums(x: np.ndarray) -> np.ndarray:
    """Return Σ x over all axes but the last."""
    if _small(x):
        return numpy_channels.channel_sums(x)
    return _sums(x, x, np.zeros(x.shape[-1], x.dtype))[0]


def channel_products(
    x: np.ndarray, y: np.ndarray, middle: np.ndarray, gate: Gate = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return Σ y and Σ (x − middle)·y over all axes but the last."""
    if _small(x):
        return numpy_channels.channel_products(x, y, middle, gate)
    return _sums(x, y, middle, gate)


def channel_moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean μ and variance σ² (divided by the count n) of each channel.

    Each share is read twice, the second time from a near cache: for its mean m, roughly, and then
    for Σ d and Σ d² with d = x − m, which are small numbers that lose nothing. Around its exact
    mean m + Σ d/n_s a share has Σ d² − (Σ d)²/n_s, and the shares are joined by
    n·σ² = Σ_shares n_s·(σ_s² + (μ_s − μ)²) (Chan, Golub & LeVeque, 1983).
    """
    if _small(x):
        return numpy_channels.channel_moments(x)
    channels, read, (each, counts, own) = x.shape[-1], flat(x), _shares(x.shape, x.dtype)
    middles, sums, products = np.zeros((3, len(counts), own[-1] + 1), x.dtype)

    def work(todo, _):
        add_moments(todo, each, channels, read, middles, sums, products)

    threads.run(work, len(counts))
    sums, products, n = sums[:, own].astype(float), products[:, own].astype(float), counts[:, None]
    means, squares = middles[:, own] + sums / n, products - sums**2 / n
    mean = (n * means).sum(axis=0) / counts.sum()
    var = (squares + n * (means - mean) ** 2).sum(axis=0) / counts.sum()
    return (mean, var) if np.isfinite(var).all() else numpy_channels.channel_moments(x)


def affine(
    x: np.ndarray, middle: np.ndarray, scale: np.ndarray, shift: np.ndarray, relu: bool = False
) -> np.ndarray:
    """Return scale·(x − middle) + shift, clipped at 0 if ``relu``."""
    if _small(x):
        return numpy_channels.affine(x, middle, scale, shift, relu)
    result = aligned(x.shape, x.dtype)
    each, tasks = _chunk(x)
    factors = [flat(factor) for factor in _rounded(x, middle, scale, shift)]
    read, write = flat(x), result.reshape(-1)
    threads.run(lambda todo, _: affine_rows(todo, each, read, *factors, relu, write), tasks)
    return result


def axpby(
    x: np.ndarray,
    middle: np.ndarray,
    x_scale: np.ndarray | None,
    y: np.ndarray,
    y_scale: np.ndarray,
    shift: np.ndarray,
    gate: Gate = None,
) -> np.ndarray:
    """Return x_scale·(x − middle) + y_scale·y + shift; without an x_scale x does not count."""
    if _small(x):
        return numpy_channels.axpby(x, middle, x_scale, y, y_scale, shift, gate)
    result = aligned(x.shape, x.dtype)
    each, tasks = _chunk(x)
    near, scale, shift = _rounded(
        x, middle, np.zeros_like(middle) if x_scale is None else x_scale, shift
    )
    factors = flat(y_scale.astype(x.dtype)), flat(shift)
    given = flat(x), flat(y), flat(near), None if x_scale is None else flat(scale), factors
    opened = None if gate is None else tuple(map(flat, _rounded(x, middle, *gate)[1:]))
    write = result.reshape(-1)
    threads.run(lambda todo, _: axpby_rows(todo, each, *given, opened, write), tasks)
    return result


def _rounded(x, middle, scale, shift):
    """Round to x's precision; what the middle loses so, the shift makes good."""
    near = middle.astype(x.dtype)
    shift = shift + (near - middle) * scale
    return near, scale.astype(x.dtype), shift.astype(x.dtype)


def _small(x) -> bool:
    return x.size < SMALL or x.shape[-1] < lane_count(x.dtype)


def _chunk(x) -> tuple[int, int]:
    return chunk(x.size // x.shape[-1], x.shape[-1])


@cached
def _shares(shape, dtype) -> tuple[int, np.ndarray, np.ndarray]:
    """Cut positions into shares: (positions of each, how many there really are, lanes of sums).

    The last vector of channels begins earlier: only its last lanes are not there already.
    """
    count, channels, lanes = prod(shape[:-1]), shape[-1], lane_count(dtype)
    each, shares = chunk(count, channels, LONGEST)
    width, last = -(-channels // lanes) * lanes, channels % lanes
    counts = np.diff(np.minimum(each * np.arange(shares + 1), count))
    return each, counts, np.r_[: channels - last, width - last : width]


def _sums(x, y, middle, gate=None):
    """Return Σ y and Σ (x − middle)·y."""
    channels, read_x, read_y = x.shape[-1], flat(x), flat(y)
    each, counts, own = _shares(x.shape, x.dtype)
    sums, products = np.zeros((2, len(counts), own[-1] + 1), x.dtype)
    vectors = np.zeros((3, own[-1] + 1), x.dtype)
    vectors[:, own] = _rounded(x, middle, *(gate or (middle, middle)))
    near, opened = vectors[0], None if gate is None else (vectors[1], vectors[2])

    def work(todo, _):
        add_rows(todo, each, channels, read_x, read_y, near, opened, sums, products)

    threads.run(work, len(counts))
    sums, products = np.sum([sums[:, own], products[:, own]], axis=1, dtype=np.float64)
    if not np.isfinite(sums + products).all():  # float32 may not hold what float64 does
        return numpy_channels.channel_products(x, y, middle, gate)
    return sums, products + (near[own] - middle) * sums
