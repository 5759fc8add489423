"""Convolution in plain NumPy: windows → columns → one matrix product (the truth's second tier).

Three functions, for any rank: the convolution, and its derivatives with respect to input and
kernel. Each is the others' derivative as well, so nothing more is ever needed.

Columns are taps times as large as the input, so they are made for a block of positions at a time.
The derivative with respect to the input goes tap by tap (see ``numpy/direct``).
"""

from collections.abc import Iterator
from itertools import product
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minidl.kernels.numpy import direct as numpy_direct
from minidl.kernels.numpy.direct import convolve_input_gradient, finish, quiet
from minidl.kernels.window import Window

__all__ = ["convolve", "convolve_input_gradient", "convolve_kernel_gradient"]

AT_ONCE = 1 << 20  # numbers of a block of columns


def pad(x: np.ndarray, window: Window) -> np.ndarray:
    """Return x with the borders of zeros that ``window`` reads."""
    sizes = zip(window.size, window.padding, strict=True)
    crop = tuple(slice(None, max(s + min(a, 0), 0)) for s, (_, a) in sizes)
    width = ((0, 0), *((b, max(a, 0)) for b, a in window.padding), (0, 0))
    x = x[(slice(None), *crop)]
    return np.pad(x, width) if any(b or a for b, a in width) else x


def windows(padded: np.ndarray, window: Window) -> np.ndarray:
    """View the padded array as ``(N, *output, *kernel, C)`` without copying a number."""
    batch, *_, channels = padded.shape
    n_step, *steps, c_step = padded.strides
    slide = tuple(s * step for s, step in zip(window.stride, steps, strict=True))
    tap = tuple(d * step for d, step in zip(window.dilation, steps, strict=True))
    return as_strided(
        padded,
        (batch, *window.output, *window.kernel, channels),
        (n_step, *slide, *tap, c_step),
        writeable=False,
    )


def columns(x: np.ndarray, window: Window, groups: int = 1) -> np.ndarray:
    """Copy every window into a row: ``(groups, N·positions, taps·C/groups)``."""
    return _as_rows(windows(pad(x, window), window), groups)


def _as_rows(view: np.ndarray, groups: int) -> np.ndarray:
    """Copy some windows ``(N, *output, *kernel, C)`` into rows, for each group."""
    rank, depth = view.ndim // 2 - 1, view.shape[-1] // groups
    positions, taps = prod(view.shape[: rank + 1]), prod(view.shape[rank + 1 : -1])
    rows = np.moveaxis(view.reshape(*view.shape[:-1], groups, depth), -2, 0)
    return rows.reshape(groups, positions, taps * depth)


def blocks(counts: tuple[int, ...], numbers: int) -> Iterator[tuple[slice, ...]]:
    """Cut ``counts`` positions, with so many numbers for each, into blocks of about AT_ONCE."""
    steps = [
        max(1, min(count, AT_ONCE // max(1, numbers * prod(counts[axis + 1 :]))))
        for axis, count in enumerate(counts)
    ]
    axes = zip(counts, steps, strict=True)
    for start in product(*(range(0, count, step) for count, step in axes)):
        yield tuple(slice(i, i + step) for i, step in zip(start, steps, strict=True))


def kernel_matrix(w: np.ndarray, groups: int = 1) -> np.ndarray:
    """Lay the kernel out as ``(groups, taps·C/groups, F/groups)``, right of the columns."""
    filters = w.shape[-1]
    return np.moveaxis(w.reshape(-1, groups, filters // groups), 1, 0)


def split_groups(y: np.ndarray, groups: int) -> np.ndarray:
    """View ``(N, *output, F)`` as ``(groups, N·positions, F/groups)``."""
    return np.moveaxis(y.reshape(-1, groups, y.shape[-1] // groups), 1, 0)


@quiet
def convolve(
    x: np.ndarray,
    w: np.ndarray,
    window: Window,
    groups: int = 1,
    *,
    bias: np.ndarray | None = None,
    relu: bool = False,
) -> np.ndarray:
    """y = columns(x) · W (+ bias) (then ReLU): ``(N, *S, C) → (N, *output, F)``."""
    view, matrix = windows(pad(x, window), window), kernel_matrix(w, groups)
    y = np.empty((x.shape[0], *window.output, w.shape[-1]), x.dtype)
    for block in blocks(y.shape[:-1], x.shape[-1] * prod(window.kernel)):
        product_ = _as_rows(view[block], groups) @ matrix
        y[block] = np.moveaxis(product_, 0, 1).reshape(y[block].shape)
    if not np.isfinite(y).all():
        return numpy_direct.convolve(x, w, window, groups, bias=bias, relu=relu)
    return finish(y, bias, relu)


@quiet
def convolve_kernel_gradient(
    x: np.ndarray, dy: np.ndarray, window: Window, groups: int = 1
) -> np.ndarray:
    """dW = columns(x)ᵀ · dy, in the kernel's own layout ``(*K, C/groups, F)``."""
    view = windows(pad(x, window), window)
    depth, filters = prod(window.kernel) * x.shape[-1] // groups, dy.shape[-1]
    dw = np.zeros((groups, depth, filters // groups), x.dtype)
    for block in blocks(dy.shape[:-1], x.shape[-1] * prod(window.kernel)):
        dw += np.swapaxes(_as_rows(view[block], groups), 1, 2) @ split_groups(dy[block], groups)
    if not np.isfinite(dw).all():
        return numpy_direct.convolve_kernel_gradient(x, dy, window, groups)
    shape = (*window.kernel, x.shape[-1] // groups, filters)
    return np.ascontiguousarray(np.moveaxis(dw, 0, 1)).reshape(shape)
