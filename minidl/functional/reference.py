"""Convolution and pooling to be read and checked by hand: one loop over the taps of the kernel.

A convolution is a sum over its taps of *shifted input times matrix*. Take a kernel of two taps on
one axis: y = x[:−1]·w[0] + x[1:]·w[1]. Each ``w[tap]`` is a matrix from the input's channels to
the output's; stride and dilation only say which positions the shifted input consists of. The
backward pass walks the same loop and sends everything back to where it came from.

The convolutions' loops are those of ``kernels/numpy/direct.py``, the pools' stand here. The
tests compare the fast kernels with them. Functions take and return plain arrays: no caches.
"""

from functools import reduce
from math import prod

import numpy as np

from minidl.arguments import IntOrInts
from minidl.functional.conv import conv_window
from minidl.functional.conv_transpose import conv_transpose_window
from minidl.functional.pool import pool_window
from minidl.kernels import Window
from minidl.kernels.numpy import direct as numpy_direct
from minidl.kernels.numpy.direct import overlaps

Gradients = tuple[np.ndarray, np.ndarray, np.ndarray]


def conv(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, **settings) -> np.ndarray:
    """Return what ``F.conv`` returns: ``(N, *S, C), (*K, C/groups, F), (F,) → (N, *O, F)``."""
    window, groups = conv_window(x.shape, w.shape, **settings)
    return numpy_direct.convolve(x, w, window, groups, bias=b)


def conv_backward(dy: np.ndarray, x: np.ndarray, w: np.ndarray, **settings) -> Gradients:
    """Return (dx, dw, db) for the gradient dy of ``conv(x, w, b)``."""
    window, groups = conv_window(x.shape, w.shape, **settings)
    dx = numpy_direct.convolve_input_gradient(dy, w, window, groups)
    dw = numpy_direct.convolve_kernel_gradient(x, dy, window, groups)
    return dx, dw, dy.sum(axis=tuple(range(dy.ndim - 1)))


def conv_transpose(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, **settings
) -> np.ndarray:
    """Return what ``F.conv_transpose`` returns: conv's own way back to its input, plus b."""
    window, groups = conv_transpose_window(x.shape, w.shape, **settings)
    y = numpy_direct.convolve_input_gradient(x, w, window, groups)
    return y if b is None else y + b


def conv_transpose_backward(dy: np.ndarray, x: np.ndarray, w: np.ndarray, **settings) -> Gradients:
    """Return (dx, dw, db) for the gradient dy of ``conv_transpose(x, w, b)``: dx is a conv."""
    window, groups = conv_transpose_window(x.shape, w.shape, **settings)
    dx = numpy_direct.convolve(dy, w, window, groups)
    dw = numpy_direct.convolve_kernel_gradient(dy, x, window, groups)
    return dx, dw, dy.sum(axis=tuple(range(dy.ndim - 1)))


def max_pool(x: np.ndarray, size: IntOrInts, **settings) -> np.ndarray:
    """Return the largest value of each window; settings as in ``F.max_pool``."""
    return by_tap(x, pool_window(x.shape, size, **settings), -np.inf).max(axis=0)


def max_pool_backward(dy: np.ndarray, x: np.ndarray, size: IntOrInts, **settings) -> np.ndarray:
    """Return dx: each gradient goes to the tap with the largest value (at a tie, the first)."""
    window = pool_window(x.shape, size, **settings)
    values, real = by_tap(x, window, -np.inf), by_tap(np.ones_like(x), window, 0)
    largest = (values == values.max(axis=0)) | np.isnan(values)
    winner = (largest & (real > 0)).argmax(axis=0)
    dx = np.zeros_like(x)
    for tap, read, written in overlaps(window):
        dx[read] += np.where(winner == tap, dy, 0)[written]
    return dx


def avg_pool(
    x: np.ndarray, size: IntOrInts, *, count_padding: bool = False, **settings
) -> np.ndarray:
    """Return the mean of each window; settings as in ``F.avg_pool``."""
    window = pool_window(x.shape, size, **settings)
    return by_tap(x, window, 0).sum(axis=0) / counted(window, count_padding).astype(x.dtype)


def avg_pool_backward(
    dy: np.ndarray, x: np.ndarray, size: IntOrInts, *, count_padding: bool = False, **settings
) -> np.ndarray:
    """Return dx: every position of a window receives the same share of its gradient."""
    window = pool_window(x.shape, size, **settings)
    share = dy / counted(window, count_padding).astype(dy.dtype)
    dx = np.zeros_like(x)
    for _, read, written in overlaps(window):
        dx[read] += share[written]
    return dx


def by_tap(x: np.ndarray, window: Window, padding: float) -> np.ndarray:
    """Return what every tap reads, ``(taps, N, *O, C)``."""
    values = np.full((prod(window.kernel), len(x), *window.output, x.shape[-1]), padding, x.dtype)
    for tap, read, written in overlaps(window):
        values[tap][written] = x[read]
    return values


def counted(window: Window, count_padding: bool) -> np.ndarray:
    """Return how many positions each window averages: real ones, or the padding asked for too."""
    counts = []
    for axis in range(window.rank):
        size, before, after = window.size[axis], window.before[axis], window.after[axis]
        low, high = (-before, size + after) if count_padding else (0, size)
        starts = range(
            -before, window.output[axis] * window.stride[axis] - before, window.stride[axis]
        )
        taps = range(0, window.extent[axis], window.dilation[axis])
        counts.append([sum(low <= start + tap < high for tap in taps) for start in starts])
    return reduce(np.multiply.outer, map(np.array, counts))[..., None]
