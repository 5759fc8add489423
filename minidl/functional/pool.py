"""Pooling at any rank: a window slides over each channel by itself and keeps one number."""

from dataclasses import dataclass

import numpy as np

from minidl import kernels
from minidl.arguments import IntOrInts, per_axis
from minidl.functional.arguments import (
    Padding,
    Shape,
    check_arrays,
    check_cache,
    check_channels,
    check_gradient,
    check_positions,
    make_window,
    memoized,
)


@dataclass(frozen=True, slots=True)
class MaxPoolCache:
    """Which tap of each window held the largest value."""

    where: np.ndarray
    window: kernels.Window
    dtype: np.dtype


@dataclass(frozen=True, slots=True)
class AvgPoolCache:
    """How many positions each window averaged."""

    counts: np.ndarray
    window: kernels.Window
    shape: tuple[int, ...]
    dtype: np.dtype


@dataclass(frozen=True, slots=True)
class GlobalPoolCache:
    """The input's shape."""

    shape: tuple[int, ...]
    dtype: np.dtype


def max_pool(
    x: np.ndarray,
    size: IntOrInts,
    *,
    stride: IntOrInts | None = None,
    padding: Padding = "valid",
    dilation: IntOrInts = 1,
    ceil_mode: bool = False,
) -> tuple[np.ndarray, MaxPoolCache]:
    """Keep the largest value of each window; padding never wins, NaN always.

    A window of nothing but −∞ gives −∞, and its first real position counts as the largest.

    Args:
        x: input ``(N, *S, C)``.
        size: positions in a window; an int or one per axis.
        stride: positions that the window moves at a time; None means ``size``.
        padding, dilation: as in ``conv``.
        ceil_mode: round the number of windows up; a last window that would begin in the far padding
            is dropped.

    Returns:
        y ``(N, *O, C)`` and the cache for ``max_pool_backward``.

    Raises:
        TypeError, ValueError: as ``conv``; also for a window that would hold nothing but padding.
    """
    check_arrays(x=x)
    window = pool_window(x.shape, size, stride, padding, dilation, ceil_mode)
    y, where = kernels.max_pool(x, window)
    return y, MaxPoolCache(where, window, x.dtype)


def max_pool_backward(dy: np.ndarray, cache: MaxPoolCache) -> np.ndarray:
    """Return dx[i] = Σ dy[o] over the windows o whose largest is x[i] (the first, at a tie)."""
    check_cache(cache, MaxPoolCache, "max_pool")
    check_gradient(dy, cache.where.shape, cache.dtype)
    return kernels.max_pool_backward(dy, cache.where, cache.window)


def avg_pool(
    x: np.ndarray,
    size: IntOrInts,
    *,
    stride: IntOrInts | None = None,
    padding: Padding = "valid",
    dilation: IntOrInts = 1,
    ceil_mode: bool = False,
    count_padding: bool = False,
) -> tuple[np.ndarray, AvgPoolCache]:
    """Keep the mean of each window, over real positions only unless ``count_padding``.

    Arguments, result and errors are those of ``max_pool``.
    """
    check_arrays(x=x)
    window = pool_window(x.shape, size, stride, padding, dilation, ceil_mode)
    counts = kernels.window_counts(window, count_padding)
    y = kernels.avg_pool(x, window, counts)
    return y, AvgPoolCache(counts, window, y.shape, x.dtype)


def avg_pool_backward(dy: np.ndarray, cache: AvgPoolCache) -> np.ndarray:
    """Return dx: each gradient is shared equally by the positions that were averaged."""
    check_cache(cache, AvgPoolCache, "avg_pool")
    check_gradient(dy, cache.shape, cache.dtype)
    return kernels.avg_pool_backward(dy, cache.window, cache.counts)


def global_avg_pool(x: np.ndarray) -> tuple[np.ndarray, GlobalPoolCache]:
    """Average each channel over all positions: ``(N, *S, C) → (N, C)``.

    Raises:
        TypeError, ValueError: for x that is not a float array with at least one position.
    """
    check_arrays(x=x)
    check_channels(x.shape, axes=3)
    check_positions(x.shape)
    return x.mean(axis=tuple(range(1, x.ndim - 1))), GlobalPoolCache(x.shape, x.dtype)


def global_avg_pool_backward(dy: np.ndarray, cache: GlobalPoolCache) -> np.ndarray:
    """Return dx: every position receives dy divided by the number of positions."""
    check_cache(cache, GlobalPoolCache, "global_avg_pool")
    shape = cache.shape
    check_gradient(dy, (shape[0], shape[-1]), cache.dtype)
    positions = int(np.prod(shape[1:-1]))
    share = (dy / positions).astype(cache.dtype, copy=False)
    return np.broadcast_to(
        share.reshape(shape[0], *(1,) * (len(shape) - 2), shape[-1]), shape
    ).copy()


@memoized
def pool_window(
    x: Shape,
    size: IntOrInts,
    stride: IntOrInts | None = None,
    padding: Padding = "valid",
    dilation: IntOrInts = 1,
    ceil_mode: bool = False,
) -> kernels.Window:
    """Return the window that a pool's settings describe, or say why this shape has none."""
    check_channels(x, axes=3)
    check_positions(x)
    sizes = per_axis(size, len(x) - 2, "size")
    step = sizes if stride is None else stride
    window = make_window(x[1:-1], sizes, step, padding, dilation, bool(ceil_mode))
    if window.holds_only_padding:
        raise ValueError(
            f"padding {padding!r} makes windows of size {sizes} that hold nothing but padding: "
            f"pad less, the input is {x[1:-1]}."
        )
    return window
