"""Convolution tap by tap in plain NumPy: the definition, exact for numbers that are not finite.

Each tap of the kernel multiplies the part of x that it reads and adds to the part of y that it
belongs to. So a NaN or an infinity in x, w or dy reaches the results that it is a term of, and no
others; padding is no term of anything. The faster ways also multiply by zeros, where there is
padding or where an output does not look, and 0·∞ is NaN; or they take differences, and ∞ − ∞ is
NaN. But what is wrong then is never a finite number: so they look whether all their sums are
finite, and if not, everything is done once more in this way.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np

from minidl.kernels.window import Window

quiet = np.errstate(invalid="ignore", over="ignore")  # infinities are what this is for


def overlaps(window: Window) -> Iterator[tuple[int, tuple, tuple]]:
    """Yield, tap by tap, (its number, index of what it reads in x, index of where in y it counts).

    Taps that read nothing but padding are left out.
    """
    axes = [
        [_overlap(window, axis, tap) for tap in range(window.kernel[axis])]
        for axis in range(window.rank)
    ]
    for number, parts in enumerate(product(*axes)):
        if all(parts):
            read, written = zip(*parts, strict=True)
            yield number, (slice(None), *read), (slice(None), *written)


def _overlap(window, axis, tap):
    """Return (what is read, where it counts) along one axis, or None."""
    stride, start = window.stride[axis], tap * window.dilation[axis] - window.before[axis]
    first = max(0, -(start // stride))
    stop = min(window.output[axis], (window.size[axis] - 1 - start) // stride + 1)
    if first >= stop:
        return None
    read = slice(start + first * stride, start + (stop - 1) * stride + 1, stride)
    return read, slice(first, stop)


def _by_groups(w: np.ndarray, groups: int) -> Iterator[tuple]:
    """Yield the index of x's channels and of y's and w's filters, for each group."""
    depth, filters = w.shape[-2], w.shape[-1] // groups
    for g in range(groups):
        yield np.s_[..., g * depth : (g + 1) * depth], np.s_[..., g * filters : (g + 1) * filters]


@quiet
def convolve(x, w, window: Window, groups=1, *, bias=None, relu=False) -> np.ndarray:
    """y = Σ over taps of (the part of x) · w[tap] (+ bias) (then ReLU)."""
    y = np.zeros((x.shape[0], *window.output, w.shape[-1]), x.dtype)
    taps = w.reshape(-1, *w.shape[-2:])
    for tap, read, written in overlaps(window):
        for channels, filters in _by_groups(w, groups):
            y[written][filters] += x[read][channels] @ taps[tap][filters]
    return finish(y, bias, relu)


def finish(y: np.ndarray, bias: np.ndarray | None, relu: bool) -> np.ndarray:
    """Add the bias and clip at zero, in place: y has just been made and is nobody else's."""
    if bias is not None:
        y += bias
    if relu:
        np.maximum(y, 0, out=y)
    return y


@quiet
def convolve_input_gradient(dy, w, window: Window, groups=1) -> np.ndarray:
    """dx: each tap carries its part of dy, times w[tap]ᵀ, back to where it read."""
    dx = np.zeros((dy.shape[0], *window.size, w.shape[-2] * groups), dy.dtype)
    taps = w.reshape(-1, *w.shape[-2:])
    for tap, read, written in overlaps(window):
        for channels, filters in _by_groups(w, groups):
            dx[read][channels] += dy[written][filters] @ taps[tap][filters].T
    return dx


@quiet
def convolve_kernel_gradient(x, dy, window: Window, groups=1) -> np.ndarray:
    """dw[tap] = (the part of x that it reads)ᵀ · (the part of dy where it counts)."""
    depth = x.shape[-1] // groups
    dw = np.zeros((*window.kernel, depth, dy.shape[-1]), x.dtype)
    taps = dw.reshape(-1, *dw.shape[-2:])
    for tap, read, written in overlaps(window):
        for channels, filters in _by_groups(dw, groups):
            left, right = x[read][channels], dy[written][filters]
            taps[tap][filters] = left.reshape(-1, depth).T @ right.reshape(-1, right.shape[-1])
    return dw
