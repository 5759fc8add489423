"""Convolution in plain NumPy: windows → columns → one matrix product (the truth's second tier).

Three functions, for any rank: the convolution, and its derivatives with respect to input and
kernel. Each is the others' derivative as well, so nothing more is ever needed.
"""

from itertools import product
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minidl.kernels.window import Window


def pad(x: np.ndarray, window: Window, value: float = 0.0) -> np.ndarray:
    """Return x with the borders that ``window`` reads, filled with ``value``."""
    sizes = zip(window.size, window.padding, strict=True)
    crop = tuple(slice(None, max(s + min(a, 0), 0)) for s, (_, a) in sizes)
    width = ((0, 0), *((b, max(a, 0)) for b, a in window.padding), (0, 0))
    x = x[(slice(None), *crop)]
    if not any(b or a for b, a in width):
        return x
    return np.pad(x, width, constant_values=value)


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
    view = windows(pad(x, window), window)
    depth = x.shape[-1] // groups
    rows = np.moveaxis(view.reshape(*view.shape[:-1], groups, depth), -2, 0)
    return rows.reshape(groups, x.shape[0] * prod(window.output), prod(window.kernel) * depth)


def kernel_matrix(w: np.ndarray, groups: int = 1) -> np.ndarray:
    """Lay the kernel out as ``(groups, taps·C/groups, F/groups)``, right of the columns."""
    filters = w.shape[-1]
    return np.moveaxis(w.reshape(-1, groups, filters // groups), 1, 0)


def split_groups(y: np.ndarray, groups: int) -> np.ndarray:
    """View ``(N, *output, F)`` as ``(groups, N·positions, F/groups)``."""
    return np.moveaxis(y.reshape(-1, groups, y.shape[-1] // groups), 1, 0)


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
    product_ = columns(x, window, groups) @ kernel_matrix(w, groups)
    y = np.ascontiguousarray(np.moveaxis(product_, 0, 1))
    y = y.reshape(x.shape[0], *window.output, w.shape[-1])
    return finish(y, bias, relu)


def finish(y: np.ndarray, bias: np.ndarray | None, relu: bool) -> np.ndarray:
    """Add the bias and clip at zero, in place: y has just been made and is nobody else's."""
    if bias is not None:
        y += bias
    if relu:
        np.maximum(y, 0, out=y)
    return y


def convolve_input_gradient(
    dy: np.ndarray, w: np.ndarray, window: Window, groups: int = 1
) -> np.ndarray:
    """dx: each tap of dy · Wᵀ is added back at the place that it was read from."""
    number, depth = prod(window.kernel), w.shape[-2]
    rows = split_groups(dy, groups) @ np.swapaxes(kernel_matrix(w, groups), 1, 2)
    positions = (dy.shape[0], *window.output)
    rows = np.moveaxis(rows, 0, 1).reshape(*positions, groups, number, depth)
    taps = np.moveaxis(rows, -2, 0).reshape(number, *positions, groups * depth)
    return scatter(taps, window)


def scatter(taps: np.ndarray, window: Window) -> np.ndarray:
    """Add ``(taps, N, *output, C)`` up into ``(N, *size, C)``: the adjoint of ``windows``."""
    batch, channels = taps.shape[1], taps.shape[-1]
    padded = np.zeros(
        (
            batch,
            *(max(s, s + a) + b for s, (b, a) in zip(window.size, window.padding, strict=True)),
            channels,
        ),
        taps.dtype,
    )
    for values, tap in zip(taps, product(*map(range, window.kernel)), strict=True):
        padded[tap_slices(tap, window)] += values
    inner = tuple(slice(b, b + s) for b, s in zip(window.before, window.size, strict=True))
    return np.ascontiguousarray(padded[(slice(None), *inner)])


def tap_slices(tap: tuple[int, ...], window: Window) -> tuple[slice, ...]:
    """Index of the padded array: what one kernel tap reads, for every output position."""
    return (
        slice(None),
        *(
            slice(k * d, k * d + (o - 1) * s + 1, s)
            for k, d, o, s in zip(tap, window.dilation, window.output, window.stride, strict=True)
        ),
    )


def convolve_kernel_gradient(
    x: np.ndarray, dy: np.ndarray, window: Window, groups: int = 1
) -> np.ndarray:
    """dW = columns(x)ᵀ · dy, in the kernel's own layout ``(*K, C/groups, F)``."""
    dw = np.swapaxes(columns(x, window, groups), 1, 2) @ split_groups(dy, groups)
    shape = (*window.kernel, x.shape[-1] // groups, dy.shape[-1])
    return np.ascontiguousarray(np.moveaxis(dw, 0, 1)).reshape(shape)
