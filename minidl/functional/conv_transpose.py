"""Transposed convolution: the adjoint of conv, which spreads each input over a window of outputs.

⟨conv(x, w), y⟩ = ⟨x, conv_transpose(y, w)⟩ for every x and y: it is conv's own backward pass, used
forwards, and so its backward pass is conv.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from minidl import kernels
from minidl.arguments import IntOrInts, per_axis
from minidl.functional.arguments import (
    Padding,
    Shape,
    check_arrays,
    check_cache,
    check_gradient,
    check_need,
    check_vectors,
    memoized,
    padding_entries,
    padding_per_axis,
)
from minidl.functional.conv import check_filters, sum_to_channels


@dataclass(frozen=True, slots=True)
class ConvTransposeCache:
    """The arguments, and the window of the convolution that this is the adjoint of."""

    x: np.ndarray
    w: np.ndarray
    b: np.ndarray | None
    window: kernels.Window
    groups: int


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
) -> tuple[np.ndarray, ConvTransposeCache]:
    """Apply the adjoint of ``conv(·, w, stride=…, padding=…)`` to x, and add b.

    Args:
        x: input ``(N, *S, F)``, shaped like the output of that convolution.
        w: that convolution's kernel ``(*K, C/groups, F)``.
        b: one bias per output channel ``(C,)``, or None.
        stride, padding, dilation, groups: that convolution's settings.
        output_padding: positions added at the end of each axis, less than the stride there. A
            convolution with stride s maps s different sizes to the same one; this says which.

    Returns:
        y ``(N, *O, C)`` with ``O = (S − 1)·stride + (K − 1)·dilation + 1 − before − after +
        output_padding``; on axes with ``"same"``, ``O = S·stride``. And the cache.

    Raises:
        TypeError, ValueError: as ``conv``.
    """
    check_arrays(x=x, w=w, b=b, optional="b")
    bias = None if b is None else b.shape
    settings = (stride, padding, output_padding, dilation, groups, bias)
    window, groups = conv_transpose_window(x.shape, w.shape, *settings)
    y = kernels.convolve_input_gradient(x, w, window, groups)
    if b is not None:
        y += b
    return y, ConvTransposeCache(x, w, b, window, groups)


def conv_transpose_backward(
    dy: np.ndarray, cache: ConvTransposeCache, need: tuple[str, ...] = ("x", "w", "b")
) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """Return (dx, dw, db): the adjoint's adjoint is conv itself, dx = conv(dy, w)."""
    check_cache(cache, ConvTransposeCache, "conv_transpose")
    x, w, window, groups = cache.x, cache.w, cache.window, cache.groups
    check_gradient(dy, (x.shape[0], *window.size, w.shape[-2] * groups), x.dtype)
    ask = check_need(need, ("x", "w", "b"))
    dx = kernels.convolve(dy, w, window, groups) if "x" in ask else None
    dw = kernels.convolve_kernel_gradient(dy, x, window, groups) if "w" in ask else None
    db = sum_to_channels(dy) if "b" in ask and cache.b is not None else None
    return dx, dw, db


@memoized
def conv_transpose_window(
    x: Shape,
    w: Shape,
    stride: IntOrInts = 1,
    padding: Padding = "valid",
    output_padding: IntOrInts = 0,
    dilation: IntOrInts = 1,
    groups: int = 1,
    b: Shape | None = None,
) -> tuple[kernels.Window, int]:
    """Return the window and groups for these shapes, or say why there is none."""
    groups = check_filters(x, w, groups)
    if x[-1] != w[-1]:
        raise ValueError(
            f"x {x} must have as many channels as w {w} has filters ({w[-1]}): "
            "x stands where the convolution's output stood."
        )
    if b is not None:
        check_vectors(w[-2] * groups, b=b)
    window = adjoint_window(x[1:-1], w[:-2], stride, padding, output_padding, dilation)
    return window, groups


def adjoint_window(
    sizes: Sequence[int],
    kernel: Sequence[int],
    stride: IntOrInts,
    padding: Padding,
    output_padding: IntOrInts,
    dilation: IntOrInts,
) -> kernels.Window:
    """Return the window of the convolution whose output has these sizes."""
    rank = len(sizes)
    strides = per_axis(stride, rank, "stride")
    dilations = per_axis(dilation, rank, "dilation")
    extra = per_axis(output_padding, rank, "output_padding", low=0)
    if any(e >= s for e, s in zip(extra, strides, strict=True)):
        raise ValueError(
            f"output_padding {output_padding!r} must be less than the stride {strides}."
        )
    same = [isinstance(p, str) and p == "same" for p in padding_entries(padding, rank)]
    if any(e > 0 and settled for e, settled in zip(extra, same, strict=True)):
        raise ValueError(
            'padding="same" settles the size (input × stride): leave output_padding at 0, '
            "or give the padding as numbers."
        )
    extents = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    grown = [n * s for n, s in zip(sizes, strides, strict=True)]
    pads = padding_per_axis(padding, grown, extents, strides)
    out = tuple(
        g if settled else g - s + e - sum(p) + o
        for g, s, e, p, o, settled in zip(grown, strides, extents, pads, extra, same, strict=True)
    )
    if min(out) < 1:
        raise ValueError(f"padding {padding!r} leaves an output of size {out}: pad less.")
    before, after = zip(*pads, strict=True)
    return kernels.Window(out, tuple(kernel), strides, dilations, before, after)
