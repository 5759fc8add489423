"""Convolution in plain NumPy: windows → columns → one matrix product (the truth's second tier).

Three functions, for any rank: the convolution, and its derivatives with respect to input and
kernel. Each is the others' derivative as well, so nothing more is ever needed.

Columns are taps times as large as the input, so they are made for a block of positions at a time.
The derivative with respect to the input goes tap by tap (see ``numpy/direct``).
"""

from collections.abc import Iterator
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minidl.kernels.numpy import direct as numpy_direct
from minidl.kernels.numpy.direct import convolve_input_gradient, finish, quiet
from minidl.kernels.window import Window

__all__ = ["convolve", "convolve_input_gradient", "convolve_kernel_gradient"]

AT_ONCE = 1 << 20  # numbers of a block of columns


def windows(x: np.ndarray, window: Window) -> np.ndarray:
    """View x, with the borders of zeros that are read, as ``(N, *output, *kernel, C)``."""
    axes = zip(window.size, window.before, window.output, window.stride, window.extent, strict=True)
    width = [(b, max(0, (o - 1) * s + e - size - b)) for size, b, o, s, e in axes]
    x = np.pad(x, ((0, 0), *width, (0, 0)))
    first, *steps, last = x.strides
    slide = np.multiply(window.stride, steps)
    tap = np.multiply(window.dilation, steps)
    shape = (len(x), *window.output, *window.kernel, x.shape[-1])
    return as_strided(x, shape, (first, *slide, *tap, last), writeable=False)


def as_rows(view: np.ndarray, some: slice, groups: int) -> np.ndarray:
    """Copy the windows of some positions into rows: ``(groups, positions, taps·C/groups)``."""
    rank = view.ndim // 2 - 1
    index = np.unravel_index(np.arange(some.start, some.stop), view.shape[: rank + 1])
    rows = view[index].reshape(len(index[0]), prod(view.shape[rank + 1 : -1]), groups, -1)
    return rows.transpose(2, 0, 1, 3).reshape(groups, len(rows), -1)


def blocks(view: np.ndarray) -> Iterator[slice]:
    """Cut the positions of windows into blocks whose rows hold about AT_ONCE numbers."""
    rank = view.ndim // 2 - 1
    count, size = prod(view.shape[: rank + 1]), max(1, AT_ONCE // prod(view.shape[rank + 1 :]))
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def columns(x: np.ndarray, window: Window, groups: int = 1) -> np.ndarray:
    """Copy every window into a row: ``(groups, N·positions, taps·C/groups)``."""
    view = windows(x, window)
    return as_rows(view, slice(0, prod(view.shape[: window.rank + 1])), groups)


def split_groups(y: np.ndarray, groups: int) -> np.ndarray:
    """View ``(…, F)`` as ``(groups, …, F/groups)``, all the axes before the last as one."""
    return np.moveaxis(y.reshape(-1, groups, y.shape[-1] // groups), 1, 0)


@quiet
def convolve(x, w, window: Window, groups=1, *, bias=None, relu=False) -> np.ndarray:
    """y = columns(x) · W (+ bias) (then ReLU): ``(N, *S, C) → (N, *output, F)``."""
    y = np.zeros((x.shape[0], *window.output, w.shape[-1]), x.dtype)
    parts, matrix = split_groups(y, groups), split_groups(w, groups)
    view = windows(x, window)
    for some in blocks(view) if w.size else ():
        parts[:, some] = as_rows(view, some, groups) @ matrix
    if not np.isfinite(y).all():
        return numpy_direct.convolve(x, w, window, groups, bias=bias, relu=relu)
    return finish(y, bias, relu)


@quiet
def convolve_kernel_gradient(x, dy, window: Window, groups=1) -> np.ndarray:
    """dW = columns(x)ᵀ · dy, in the kernel's own layout ``(*K, C/groups, F)``."""
    dw = np.zeros((*window.kernel, x.shape[-1] // groups, dy.shape[-1]), x.dtype)
    parts, right = split_groups(dw, groups), split_groups(dy, groups)
    view = windows(x, window)
    for some in blocks(view) if dw.size else ():
        parts += as_rows(view, some, groups).swapaxes(1, 2) @ right[:, some]
    if not np.isfinite(dw).all():
        return numpy_direct.convolve_kernel_gradient(x, dy, window, groups)
    return dw
