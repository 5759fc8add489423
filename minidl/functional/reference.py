"""Convolution and pooling to be read and checked by hand: one loop over the taps of the kernel.

A convolution is a sum over its taps of *shifted input times matrix*. Take a kernel of two taps on
one axis: y = x[:−1]·w[0] + x[1:]·w[1]. Each ``w[tap]`` is a matrix from the input's channels to
the output's; stride and dilation only say which positions the shifted input consists of. The
backward pass walks the same loop and sends everything back to where it came from.

This is the truth that the fast kernels are held against; it shares no code with them but the
arithmetic of sizes. Functions take and return plain arrays: no caches.
"""

from collections.abc import Callable

import numpy as np

from minidl.arguments import IntOrInts, per_axis
from minidl.functional.arguments import Padding, make_window
from minidl.functional.conv_transpose import adjoint_window
from minidl.kernels import Window


def conv(
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray | None = None,
    *,
    stride: IntOrInts = 1,
    padding: Padding = "valid",
    dilation: IntOrInts = 1,
    groups: int = 1,
) -> np.ndarray:
    """Return what ``F.conv`` returns: ``(N, *S, C), (*K, C/groups, F), (F,) → (N, *O, F)``."""
    window = make_window(x.shape[1:-1], w.shape[:-2], stride, padding, dilation)
    y = gather(pad(x, window), whole_kernel(w, groups), window)
    return y if b is None else y + b


def conv_backward(
    dy: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
    *,
    stride: IntOrInts = 1,
    padding: Padding = "valid",
    dilation: IntOrInts = 1,
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, dw, db) for the gradient dy of ``conv(x, w, b)``."""
    window = make_window(x.shape[1:-1], w.shape[:-2], stride, padding, dilation)
    dx = crop(scatter(dy, whole_kernel(w, groups), window), window)
    dw = own_blocks(match(pad(x, window), dy, window), groups)
    return dx, dw, dy.sum(axis=tuple(range(dy.ndim - 1)))


def conv_transpose(
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray | None = None,
    *,
    stride: IntOrInts = 1,
    padding: Padding = "valid",
    output_padding: IntOrInts = 0,
    dilation: IntOrInts = 1,
    groups: int = 1,
) -> np.ndarray:
    """Return what ``F.conv_transpose`` returns: conv's own way back to its input, plus b."""
    sizes, kernel = x.shape[1:-1], w.shape[:-2]
    window = adjoint_window(sizes, kernel, stride, padding, output_padding, dilation)
    y = crop(scatter(x, whole_kernel(w, groups), window), window)
    return y if b is None else y + b


def conv_transpose_backward(
    dy: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
    *,
    stride: IntOrInts = 1,
    padding: Padding = "valid",
    output_padding: IntOrInts = 0,
    dilation: IntOrInts = 1,
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, dw, db) for the gradient dy of ``conv_transpose(x, w, b)``: dx is a conv."""
    sizes, kernel = x.shape[1:-1], w.shape[:-2]
    window = adjoint_window(sizes, kernel, stride, padding, output_padding, dilation)
    dx = gather(pad(dy, window), whole_kernel(w, groups), window)
    dw = own_blocks(match(pad(dy, window), x, window), groups)
    return dx, dw, dy.sum(axis=tuple(range(dy.ndim - 1)))


def max_pool(x: np.ndarray, size: IntOrInts, **settings) -> np.ndarray:
    """Return the largest value of each window; settings as in ``F.max_pool``."""
    window = pool_window(x, size, **settings)
    return shifted_inputs(pad(x, window, -np.inf), window).max(axis=0)


def max_pool_backward(dy: np.ndarray, x: np.ndarray, size: IntOrInts, **settings) -> np.ndarray:
    """Return dx: each gradient goes to the tap with the largest value (at a tie, the first)."""
    window = pool_window(x, size, **settings)
    winner = shifted_inputs(pad(x, window, -np.inf), window).argmax(axis=0)
    return crop(back_to_taps(lambda index: dy * (winner == index), dy, window), window)


def avg_pool(
    x: np.ndarray, size: IntOrInts, *, count_padding: bool = False, **settings
) -> np.ndarray:
    """Return the mean of each window; settings as in ``F.avg_pool``."""
    window = pool_window(x, size, **settings)
    total = shifted_inputs(pad(x, window), window).sum(axis=0)
    return total / counted(x, window, count_padding)


def avg_pool_backward(
    dy: np.ndarray, x: np.ndarray, size: IntOrInts, *, count_padding: bool = False, **settings
) -> np.ndarray:
    """Return dx: every position of a window receives the same share of its gradient."""
    window = pool_window(x, size, **settings)
    share = dy / counted(x, window, count_padding)
    return crop(back_to_taps(lambda index: share, dy, window), window)


# -- the tap loops -------------------------------------------------------------------------------


def shifted(tap: tuple[int, ...], window: Window) -> tuple[slice, ...]:
    """Return the index of what one tap reads from the padded input, for all output positions."""
    axes = zip(tap, window.dilation, window.stride, window.output, strict=True)
    return (slice(None), *(slice(k * d, k * d + s * (o - 1) + 1, s) for k, d, s, o in axes))


def gather(padded: np.ndarray, w: np.ndarray, window: Window) -> np.ndarray:
    """Return Σ over taps of shifted input · w[tap]."""
    y = np.zeros((len(padded), *window.output, w.shape[-1]), padded.dtype)
    for tap in np.ndindex(window.kernel):
        y += padded[shifted(tap, window)] @ w[tap]
    return y


def scatter(dy: np.ndarray, w: np.ndarray, window: Window) -> np.ndarray:
    """Add dy · w[tap]ᵀ at the places that each tap has read: the gradient of the padded input."""
    dpadded = padded_zeros(len(dy), window, w.shape[-2], dy.dtype)
    for tap in np.ndindex(window.kernel):
        dpadded[shifted(tap, window)] += dy @ w[tap].T
    return dpadded


def match(padded: np.ndarray, dy: np.ndarray, window: Window) -> np.ndarray:
    """Return dw: for each tap, (shifted input)ᵀ · dy over all examples and positions."""
    channels, filters = padded.shape[-1], dy.shape[-1]
    dw = np.zeros((*window.kernel, channels, filters), dy.dtype)
    for tap in np.ndindex(window.kernel):
        rows = padded[shifted(tap, window)].reshape(-1, channels)
        dw[tap] = rows.T @ dy.reshape(-1, filters)
    return dw


def shifted_inputs(padded: np.ndarray, window: Window) -> np.ndarray:
    """Return what every tap reads, ``(taps, N, *O, C)``."""
    return np.stack([padded[shifted(tap, window)] for tap in np.ndindex(window.kernel)])


def back_to_taps(part: Callable, dy: np.ndarray, window: Window) -> np.ndarray:
    """Add ``part(index of the tap)`` at the places that each tap has read."""
    dpadded = padded_zeros(len(dy), window, dy.shape[-1], dy.dtype)
    for index, tap in enumerate(np.ndindex(window.kernel)):
        dpadded[shifted(tap, window)] += part(index)
    return dpadded


# -- borders, groups, windows --------------------------------------------------------------------


def borders(window: Window) -> list[tuple[int, int]]:
    """Return (before, after) for every axis of the padded array: room for whatever a tap reads."""
    axes = zip(window.before, window.after, window.extent, strict=True)
    return [(before, after + extent) for before, after, extent in axes]


def inside(window: Window) -> tuple[slice, ...]:
    """Return the index of the input within the padded array."""
    axes = zip(window.before, window.size, strict=True)
    return (slice(None), *(slice(before, before + size) for before, size in axes))


def pad(x: np.ndarray, window: Window, value: float = 0.0) -> np.ndarray:
    """Return x with a border of ``value``."""
    return np.pad(x, [(0, 0), *borders(window), (0, 0)], constant_values=value)


def padded_zeros(batch: int, window: Window, channels: int, dtype: np.dtype) -> np.ndarray:
    """Return an empty padded array, to add gradients into."""
    return pad(np.zeros((batch, *window.size, channels), dtype), window)


def crop(dpadded: np.ndarray, window: Window) -> np.ndarray:
    """Return the input's part: what reached the padding reached nobody."""
    return dpadded[inside(window)].copy()


def whole_kernel(w: np.ndarray, groups: int) -> np.ndarray:
    """Return the kernel ``(*K, C, F)``: zero wherever a filter does not read a channel's group."""
    *taps, channels, filters = w.shape
    whole = np.zeros((*taps, channels * groups, filters), w.dtype)
    for rows, columns in group_blocks(channels, filters, groups):
        whole[..., rows, columns] = w[..., columns]
    return whole


def own_blocks(whole: np.ndarray, groups: int) -> np.ndarray:
    """Return ``(*K, C/groups, F)``: the part of a whole kernel that the groups really have."""
    channels, filters = whole.shape[-2] // groups, whole.shape[-1]
    blocks = group_blocks(channels, filters, groups)
    return np.concatenate([whole[..., rows, columns] for rows, columns in blocks], axis=-1)


def group_blocks(channels: int, filters: int, groups: int) -> list[tuple[slice, slice]]:
    """Return for each group its channels and its filters, of the whole kernel."""
    f = filters // groups
    return [
        (slice(g * channels, (g + 1) * channels), slice(g * f, (g + 1) * f)) for g in range(groups)
    ]


def pool_window(
    x: np.ndarray,
    size: IntOrInts,
    *,
    stride: IntOrInts | None = None,
    padding: Padding = "valid",
    dilation: IntOrInts = 1,
    ceil_mode: bool = False,
) -> Window:
    """Return the window that a pool's settings describe; a stride of None means ``size``."""
    sizes = per_axis(size, x.ndim - 2, "size")
    step = sizes if stride is None else stride
    return make_window(x.shape[1:-1], sizes, step, padding, dilation, ceil_mode)


def counted(x: np.ndarray, window: Window, count_padding: bool) -> np.ndarray:
    """Return how many positions each window averages: real ones, or the padding asked for too."""
    ones = pad(np.ones((1, *window.size, 1), x.dtype), window)
    if count_padding:
        axes = zip(window.before, window.size, window.after, strict=True)
        ones[(slice(None), *(slice(sum(axis)) for axis in axes))] = 1
    return shifted_inputs(ones, window).sum(axis=0)
