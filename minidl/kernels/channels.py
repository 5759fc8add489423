"""Sums over all positions, and affine maps, for each channel by itself; twins: ``numpy/channels``.

Numbers per channel are handed in and out as float64, whatever x is: there are few of them. A mean
is taken off x before anything is multiplied, so that values far from zero keep their digits.

Positions are summed in shares that depend on the array's shape alone, and the shares' sums are
added in order: the same bits on any number of threads.
"""

import numpy as np

from minidl.kernels.channel_loops import add_moments, add_rows, affine_rows, axpby_rows
from minidl.kernels.compile.simd import lane_count
from minidl.kernels.compile.workspace import aligned, flat
from minidl.kernels.numpy import channels as numpy_channels
from minidl.kernels.numpy.channels import Gate
from minidl.kernels.threads import pool as threads
from minidl.kernels.threads.chunks import chunk

SMALL = 1 << 13  # numbers that NumPy is done with before a kernel has begun
LONGEST = 1 << 12  # positions that are added up one after the other in x's own precision


def channel_sums(x: np.ndarray) -> np.ndarray:
    """Return Σ x over all axes but the last."""
    return (
        numpy_channels.channel_sums(x)
        if _small(x)
        else _sums(x, x, np.zeros(x.shape[-1], x.dtype))[0]
    )


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
    channels, read, each = x.shape[-1], flat(x), _chunk(x, LONGEST)[0]
    middles, sums, products, own = _vectors(x, 3)

    def work(todo, _):
        add_moments(todo, each, channels, read, middles, sums, products)

    counts = _by_shares(work, x)[:, None]
    sums, products = (part[:, own].astype(np.float64) for part in (sums, products))
    means, squares = middles[:, own] + sums / counts, products - sums**2 / counts
    mean = (counts * means).sum(axis=0) / counts.sum()
    var = (squares + counts * (means - mean) ** 2).sum(axis=0) / counts.sum()
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
    how = gate is not None, x_scale is not None
    near, x_scale, shift = _rounded(
        x, middle, np.zeros_like(middle) if x_scale is None else x_scale, shift
    )
    _, *gates = _rounded(x, middle, *(gate or (x_scale, shift)))
    factors = [flat(f) for f in (near, x_scale, y_scale.astype(x.dtype), shift, *gates)]
    read, write = (flat(x), flat(y)), result.reshape(-1)
    threads.run(lambda todo, _: axpby_rows(todo, each, *read, *factors, *how, write), tasks)
    return result


def _rounded(x, middle, scale, shift):
    """Round to x's precision; what the middle loses so, the shift makes good."""
    near = middle.astype(x.dtype)
    shift = shift + (near - middle) * scale
    return near, scale.astype(x.dtype), shift.astype(x.dtype)


def _small(x) -> bool:
    return x.size < SMALL or x.shape[-1] < lane_count(x.dtype)


def _chunk(x, largest=None) -> tuple[int, int]:
    return chunk(x.size // x.shape[-1], x.shape[-1], largest)


def _vectors(x, number):
    """Return zeros for so many sums of each share, and which of their lanes to look at.

    The last vector of channels begins earlier: only its last lanes are not there already.
    """
    channels, lanes = x.shape[-1], lane_count(x.dtype)
    width, last = -(-channels // lanes) * lanes, channels % lanes
    own = np.r_[: channels - last, width - last : width]
    return *np.zeros((number, _chunk(x, LONGEST)[1], width), x.dtype), own


def _by_shares(work, x) -> np.ndarray:
    """Run ``work`` for shares of the positions, return how many each has."""
    each, shares = _chunk(x, LONGEST)
    threads.run(work, shares)
    return np.diff(np.minimum(each * np.arange(shares + 1), x.size // x.shape[-1]))


def _sums(x, y, middle, gate=None):
    """Return Σ y and Σ (x − middle)·y."""
    channels, read_x, read_y, each = x.shape[-1], flat(x), flat(y), _chunk(x, LONGEST)[0]
    sums, products, own = _vectors(x, 2)
    vectors = np.zeros((3, sums.shape[1]), x.dtype)
    vectors[:, own] = _rounded(x, middle, *(gate or (middle, middle)))
    near = vectors[0]

    def work(todo, _):
        add_rows(todo, each, channels, read_x, read_y, *vectors, gate is not None, sums, products)

    _by_shares(work, x)
    sums, products = (part[:, own].sum(axis=0, dtype=np.float64) for part in (sums, products))
    if not np.isfinite(sums + products).all():  # float32 may not hold what float64 does
        return numpy_channels.channel_products(x, y, middle, gate)
    return sums, products + (near[own] - middle) * sums
