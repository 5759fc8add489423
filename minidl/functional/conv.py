"""Convolution at any rank, as deep learning means it: cross-correlation, the kernel not flipped.

    y[n, o, f] = b[f] + Σ_k Σ_c  x[n, o·stride + k·dilation − before, c] · w[k, c, f]

n: example; o: position of y; k: tap (o and k have as many axes as the kernel); c: input channel;
f: filter; before: the padding in front.
"""

from dataclasses import dataclass

import numpy as np

from minidl import kernels
from minidl.arguments import IntOrInts, check_int
from minidl.functional.arguments import (
    Padding,
    Shape,
    check_activation,
    check_arrays,
    check_axes,
    check_cache,
    check_gradient,
    check_need,
    check_positions,
    check_vectors,
    make_window,
    memoized,
)


@dataclass(frozen=True, slots=True)
class ConvCache:
    """What the backward pass needs: the arguments, the window, and y where a ReLU cut it."""

    x: np.ndarray
    w: np.ndarray
    b: np.ndarray | None
    window: kernels.Window
    groups: int
    y: np.ndarray | None


def conv(
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray | None = None,
    *,
    stride: IntOrInts = 1,
    padding: Padding = "valid",
    dilation: IntOrInts = 1,
    groups: int = 1,
    activation: str | None = None,
) -> tuple[np.ndarray, ConvCache]:
    """Slide the filters w over x; the rank is ``w.ndim − 2``.

    A NaN or an infinity, in x, w or dy, reaches exactly the results that it is a term of; padding
    is no term, whatever w holds. In float32, 3×3 kernels with stride 1 and 16 channels or more go
    through Winograd's transforms, F(4×4, 3×3): rounding errors there are relative to the largest
    of 6×6 neighbouring inputs, about 1e-5 of it. Where a transform overflows, or something is not
    finite, the sums are taken directly, which is slower.

    Args:
        x: input ``(N, *S, C)``, float32 or float64.
        w: filters ``(*K, C/groups, F)``, of x's dtype.
        b: one bias per filter ``(F,)``, or None.
        stride: positions that the window moves at a time; an int or one per axis.
        padding: ``"valid"``, ``"same"``, ``"causal"`` (rank 1), an int, one int per axis, or
            (before, after) per axis.
        dilation: distance between neighbouring taps; an int or one per axis.
        groups: split channels and filters into this many independent convolutions.
        activation: ``"relu"`` applies max(y, 0) in the same pass over memory.

    Returns:
        y ``(N, *O, F)`` with ``O = ⌊(S + before + after − (K − 1)·dilation − 1) / stride⌋ + 1``,
        and the cache for ``conv_backward``. In the lecture's letters, with p on both sides, no
        dilation, and f for the kernel's size: ⌊(n + 2p − f)/s⌋ + 1.

    Raises:
        TypeError: for arrays that are not float32 or float64, or of different dtypes.
        ValueError: for shapes and settings that do not fit together.
    """
    check_arrays(x=x, w=w, b=b, optional="b")
    settings = (stride, padding, dilation, groups, activation, None if b is None else b.shape)
    window, groups = conv_window(x.shape, w.shape, *settings)
    relu = activation == "relu"
    y = kernels.convolve(x, w, window, groups, bias=b, relu=relu)
    return y, ConvCache(x, w, b, window, groups, y if relu else None)


def conv_backward(
    dy: np.ndarray, cache: ConvCache, need: tuple[str, ...] = ("x", "w", "b")
) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """Return (dx, dw, db) for the gradient dy of y; None for what is not in ``need`` (or no bias).

    Every y is a sum of products x·w, so with respect to x each tap of w carries dy back to where it
    read (terms whose index is not whole, or outside of dy, are left out), with respect to w each x
    carries dy to its tap, and b gathers dy as it is:

        dx[i] = Σ_k dy[(i + before − k·dilation) / stride] · w[k]ᵀ
        dw[k] = Σ_o x[o·stride + k·dilation − before]ᵀ · dy[o]
        db    = Σ_o dy[o]
    """
    check_cache(cache, ConvCache, "conv")
    x, w, window, groups = cache.x, cache.w, cache.window, cache.groups
    check_gradient(dy, (x.shape[0], *window.output, w.shape[-1]), x.dtype)
    ask = check_need(need, ("x", "w", "b"))
    if cache.y is not None:
        dy = kernels.relu_backward(dy, cache.y)
    dx = kernels.convolve_input_gradient(dy, w, window, groups) if "x" in ask else None
    dw = kernels.convolve_kernel_gradient(x, dy, window, groups) if "w" in ask else None
    db = sum_to_channels(dy) if "b" in ask and cache.b is not None else None
    return dx, dw, db


@memoized
def conv_window(
    x: Shape,
    w: Shape,
    stride: IntOrInts = 1,
    padding: Padding = "valid",
    dilation: IntOrInts = 1,
    groups: int = 1,
    activation: str | None = None,
    b: Shape | None = None,
) -> tuple[kernels.Window, int]:
    """Return the window and groups of a convolution of these shapes, or say why there is none."""
    groups = check_filters(x, w, groups)
    if x[-1] != w[-2] * groups:
        raise ValueError(
            f"w {w} with groups={groups} expects {w[-2] * groups} input channels, "
            f"but x {x} has {x[-1]}."
        )
    if b is not None:
        check_vectors(w[-1], b=b)
    check_activation(activation)
    return make_window(x[1:-1], w[:-2], stride, padding, dilation), groups


def check_filters(x: Shape, w: Shape, groups: int) -> int:
    """Return groups; refuse shapes that no convolution, forward or transposed, could take."""
    if len(w) < 3:
        raise ValueError(f"w must have shape (*K, C/groups, F) with 3 axes or more, got {w}.")
    check_axes(x, "x", len(w), f"(N, *S, C) for a kernel w of shape {w}")
    check_positions(x)
    if 0 in w:
        raise ValueError(f"w must not be empty, got shape {w}.")
    groups = check_int(groups, "groups")
    if w[-1] % groups:
        raise ValueError(f"groups={groups} does not divide the {w[-1]} filters of w.")
    return groups


def sum_to_channels(dy: np.ndarray) -> np.ndarray:
    """Sum over every axis but the last: the gradient of a number per channel."""
    return kernels.channel_sums(dy).astype(dy.dtype)
