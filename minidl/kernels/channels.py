"""Sums over all positions, and affine maps, for each channel by itself; twins: ``numpy/channels``.

Numbers per channel are handed in and out as float64, whatever x is: there are few of them. A mean
is taken off x before anything is multiplied, so that values far from zero keep their digits.

Positions are summed in shares that depend on the array's shape alone, and the shares' sums are
added in order: the same bits on any number of threads. Memory is read in the order in which it
lies, or nearly so: the processor fetches ahead.

Where the channels are no multiple of a vector, the last vector begins earlier and does some of them
again. With fewer channels than lanes the twins do the work.
"""

from math import inf, prod

import numpy as np

from minidl.kernels.compile.argmax import select_positive
from minidl.kernels.compile.jit import inner, kernel
from minidl.kernels.compile.simd import lane_count, lanes, load, maximum, splat, store
from minidl.kernels.compile.workspace import aligned, flat
from minidl.kernels.numpy import channels as numpy_channels
from minidl.kernels.numpy.channels import Gate
from minidl.kernels.numpy.direct import quiet
from minidl.kernels.plan_cache import cached
from minidl.kernels.threads import pool as threads
from minidl.kernels.threads.atomics import tasks_of
from minidl.kernels.threads.chunks import chunk

BLOCK = 1 << 11  # numbers that stay in the nearest cache until all their channels were summed up
LONGEST = 1 << 12  # positions that are added up one after the other in x's own precision


def channel_sums(x: np.ndarray) -> np.ndarray:
    """Return Σ x over all axes but the last."""
    if _few(x):
        return numpy_channels.channel_sums(x)
    return _sums(x, x, np.zeros(x.shape[-1], x.dtype))[0]


def channel_products(
    x: np.ndarray, y: np.ndarray, middle: np.ndarray, gate: Gate = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return Σ y and Σ (x − middle)·y over all axes but the last."""
    if _few(x):
        return numpy_channels.channel_products(x, y, middle, gate)
    return _sums(x, y, middle, gate)


@quiet
def channel_moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean μ and variance σ² (divided by the count n) of each channel.

    Each share is read twice, the second time from a near cache: for its mean m, roughly, and then
    for Σ d and Σ d² with d = x − m, which are small numbers that lose nothing. Around its exact
    mean m + Σ d/n_s a share has Σ d² − (Σ d)²/n_s, and the shares are joined by
    n·σ² = Σ_shares n_s·(σ_s² + (μ_s − μ)²) (Chan, Golub & LeVeque, 1983).
    """
    if _few(x):
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
    if _few(x):
        return numpy_channels.affine(x, middle, scale, shift, relu)
    result, factors = aligned(x.shape, x.dtype), _rounded(x, middle, scale, shift)
    _run(affine_rows, result, x, factors, relu)
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
    if _few(x):
        return numpy_channels.axpby(x, middle, x_scale, y, y_scale, shift, gate)
    result, zero = aligned(x.shape, x.dtype), np.zeros_like(middle)
    near, scale, shift = _rounded(x, middle, zero if x_scale is None else x_scale, shift)
    factors = near, None if x_scale is None else scale, y_scale.astype(x.dtype), shift
    opened = None if gate is None else _rounded(x, middle, *gate)[1:]
    _run(axpby_rows, result, x, flat(y), *factors, opened)
    return result


def _run(loop, result, x, *others):
    """Share out a loop over x's positions that writes the result."""
    each, tasks = chunk(x.size // x.shape[-1], x.shape[-1])
    arrays = result.reshape(-1), flat(x)
    threads.run(lambda todo, _: loop(todo, each, *arrays, *others), tasks)


@quiet
def _rounded(x, middle, scale, shift):
    """Round to x's precision; what the middle loses so, the shift makes good."""
    near = middle.astype(x.dtype)
    shift = shift + (near - middle) * scale
    return near, scale.astype(x.dtype), shift.astype(x.dtype)


def _few(x) -> bool:
    return x.shape[-1] < lane_count(x.dtype)


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


@inner
def chunk_of(task, each, channels, x):
    """Return the first position of a task, and the one after its last."""
    return task * each, min((task + 1) * each, x.size // channels)


@inner
def add_up(positions, channels, x, y, middle, gate, sums, products):
    """Add up y and (x − middle)·y over positions (first, stop); without a y it is x − middle.

    With a gate (scale, shift) y counts where scale·(x − middle) + shift is positive. Sums, middles
    and gates have a vector of their own for every vector of channels.
    """
    block, (first, last) = max(1, BLOCK // channels), positions
    for start in range(first, last, block):
        stop = min(last, start + block)
        for group in range(0, channels, lanes(x)):
            c = min(group, channels - lanes(x))
            total, product, zero = load(sums, group), load(products, group), load(middle, group)
            for i in range(start * channels + c, stop * channels + c, channels):
                from_x = load(x, i) - zero
                value = from_x
                if y is not None:
                    value = load(y, i)
                if gate is not None:
                    opened = from_x * load(gate[0], group) + load(gate[1], group)
                    value = select_positive(opened, value)
                total = total + value
                product = product + from_x * value
            store(sums, group, total)
            store(products, group, product)


@kernel
def add_rows(todo, each, channels, x, y, middle, gate, sums, products):
    """Add up y and (x − middle)·y, each task into sums of its own."""
    for task in tasks_of(todo):
        positions = chunk_of(task, each, channels, x)
        add_up(positions, channels, x, y, middle, gate, sums[task], products[task])


@kernel
def add_moments(todo, each, channels, x, middles, sums, products):
    """Find the mean of x, roughly, then Σ (x − middle) and Σ (x − middle)² (all are 0 before)."""
    for task in tasks_of(todo):
        first, last = chunk_of(task, each, channels, x)
        middle, total, product = middles[task], sums[task], products[task]
        add_up((first, last), channels, x, None, middle, None, total, product)
        for lane in range(total.size):
            middle[lane] = total[lane] / (last - first)
            total[lane] = product[lane] = 0
        add_up((first, last), channels, x, None, middle, None, total, product)


@kernel
def affine_rows(todo, each, write, x, factors, relu):
    """Write scale·(x − middle) + shift, not below 0 if there is a ReLU."""
    (middle, scale, shift), floor = factors, splat(x, 0.0 if relu else -inf)
    for task in tasks_of(todo):
        first, last = chunk_of(task, each, shift.size, x)
        for row in range(first * shift.size, last * shift.size, shift.size):
            for group in range(0, shift.size, lanes(x)):
                c = min(group, shift.size - lanes(x))
                value = (load(x, row + c) - load(middle, c)) * load(scale, c) + load(shift, c)
                store(write, row + c, maximum(value, floor))


@kernel
def axpby_rows(todo, each, write, x, y, middle, x_scale, y_scale, shift, gate):
    """Write y_scale·y + shift (y as in ``add_up``), and with an x_scale + x_scale·(x − middle)."""
    for task in tasks_of(todo):
        first, last = chunk_of(task, each, shift.size, x)
        for row in range(first * shift.size, last * shift.size, shift.size):
            for group in range(0, shift.size, lanes(x)):
                c = min(group, shift.size - lanes(x))
                from_x, value = load(x, row + c) - load(middle, c), load(y, row + c)
                if gate is not None:
                    value = select_positive(from_x * load(gate[0], c) + load(gate[1], c), value)
                value = value * load(y_scale, c) + load(shift, c)
                if x_scale is not None:  # 0·∞ would be NaN
                    value = from_x * load(x_scale, c) + value
                store(write, row + c, value)
