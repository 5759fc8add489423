"""Checks of arrays, in words a student can act on, and the window that arguments describe."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from minidl.arguments import LARGEST, IntOrInts, is_int, is_list, per_axis
from minidl.kernels import Window

Padding = str | int | Sequence


def check_array(x: np.ndarray, name: str, axes: int | None = None, layout: str = "") -> None:
    """Refuse x unless it is a float32 or float64 array with the given number of axes."""
    if type(x) not in (np.ndarray, np.memmap):  # matrices and masked arrays mean other things by *
        raise TypeError(
            f"{name} must be a NumPy array, got {type(x).__name__}: convert it with np.asarray."
        )
    if x.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"{name} must be float32 or float64, got {x.dtype}: "
            "convert it with .astype(np.float32)."
        )
    if axes is not None and x.ndim != axes:
        alone = layout.startswith("(N") and x.ndim == axes - 1
        raise ValueError(
            f"{name} must have {axes} axes {layout}, got shape {x.shape}"
            + (f": give one example alone as {name}[None]." if alone else ".")
        )


def check_same_dtype(x: np.ndarray, **others: np.ndarray | None) -> None:
    """Refuse arrays whose dtype differs from x's: mixing would silently change the result's."""
    for name, other in others.items():
        if other is not None and other.dtype != x.dtype:
            raise TypeError(
                f"{name} is {other.dtype} but the input is {x.dtype}: give both the same dtype."
            )


def check_vector(v: np.ndarray, name: str, length: int, x: np.ndarray) -> None:
    """Refuse v unless it is a vector with one number for each of x's ``length`` channels."""
    check_array(v, name)
    if v.shape != (length,):
        raise ValueError(f"{name} must have shape ({length},), one per channel, got {v.shape}.")
    check_same_dtype(x, **{name: v})


def check_channels(x: np.ndarray, name: str = "x", axes: int = 2) -> None:
    """Refuse x unless it is a float array with a batch axis and channels last."""
    check_array(x, name)
    if x.ndim < axes:
        layout = "(N, *S, C), batch first and channels last"
        raise ValueError(f"{name} must have at least {axes} axes {layout}, got shape {x.shape}.")


def check_positions(x: np.ndarray, name: str = "x") -> None:
    """Refuse x ``(N, *S, C)`` if one of its spatial axes is empty: a window needs something."""
    if 0 in x.shape[1:-1]:
        raise ValueError(f"{name} has an axis without positions, got shape {x.shape}.")


def check_gradient(
    dy: np.ndarray, shape: tuple[int, ...], dtype: np.dtype, name: str = "dy"
) -> None:
    """Refuse a gradient that does not look like the output it belongs to."""
    check_array(dy, name)
    if dy.shape != shape:
        raise ValueError(f"{name} must have the output's shape {shape}, got {dy.shape}.")
    if dy.dtype != dtype:
        raise TypeError(f"{name} must have the input's dtype {dtype}, got {dy.dtype}.")


def check_cache(cache: object, kind: type, function: str) -> None:
    """Refuse a cache that another operation made."""
    if not isinstance(cache, kind):
        raise TypeError(
            f"F.{function}_backward needs the cache that F.{function} returned, "
            f"got {type(cache).__name__}."
        )


def check_activation(activation: str | None) -> None:
    """Refuse an activation that cannot be applied in the same pass."""
    if activation is not None and not (isinstance(activation, str) and activation == "relu"):
        raise ValueError(f'activation must be None or "relu", got {activation!r}.')


def wanted(need: Iterable[str], names: tuple[str, ...]) -> set[str]:
    """Return ``need`` as a set, refusing names that the operation has no gradient for."""
    asked = [need] if isinstance(need, str) or not isinstance(need, Iterable) else list(need)
    if not all(map(names.__contains__, asked)):
        raise ValueError(f"need must be taken from {names}, got {need!r}.")
    return set(asked)


def padding_entries(padding: Padding, rank: int) -> list:
    """Return the padding as one entry per axis, each a name, an int or (before, after)."""
    entries = [padding] * rank if isinstance(padding, str) or is_int(padding) else padding
    if not is_list(entries):
        raise TypeError(f"padding must be a name, an int or one entry per axis, got {padding!r}.")
    if len(entries) != rank:
        raise ValueError(
            f"padding must have one entry for each of {rank} axes, got {padding!r}. "
            f"To pad an axis unevenly write (before, after) in its place, as in {((1, 2),) * rank}."
        )
    return list(entries)


def padding_per_axis(
    padding: Padding,
    sizes: Sequence[int],
    extents: Sequence[int],
    strides: Sequence[int],
) -> list[tuple[int, int]]:
    """Return (before, after) for every axis from any form that ``F.conv`` takes.

    ``"same"`` is TensorFlow's rule: ``⌈size / stride⌉`` outputs, the odd position padded after.
    ``"causal"`` (rank 1) pads before only, so that no output sees the future.
    """
    rank = len(sizes)
    return [
        _pad_axis(entry, padding, *axis, rank)
        for entry, *axis in zip(
            padding_entries(padding, rank), sizes, extents, strides, strict=True
        )
    ]


def _pad_axis(
    entry: object, padding: Padding, size: int, extent: int, stride: int, rank: int
) -> tuple[int, int]:
    if isinstance(entry, str):
        return _pad_by_name(entry, size, extent, stride, rank)
    pair = (entry, entry) if is_int(entry) else entry
    if not is_list(pair) or len(pair) != 2 or not all(map(is_int, pair)):
        raise ValueError(
            f"padding must hold a name, an int or (before, after) for each axis, got {padding!r}."
        )
    if min(pair) < 0:
        raise ValueError(f"padding must not be negative, got {padding!r}: crop the input instead.")
    if max(pair) > LARGEST:
        raise ValueError(f"padding must be at most {LARGEST} on every side, got {padding!r}.")
    return int(pair[0]), int(pair[1])


def _pad_by_name(name: str, size: int, extent: int, stride: int, rank: int) -> tuple[int, int]:
    if name == "valid":
        return 0, 0
    if name == "same":
        total = max((-(-size // stride) - 1) * stride + extent - size, 0)
        return total // 2, total - total // 2
    if name == "causal":
        if rank != 1:
            raise ValueError(f'padding="causal" is for one axis (time), the input has {rank}.')
        return extent - 1, 0
    raise ValueError(f'padding must be "valid", "same", "causal" or numbers, got {name!r}.')


def make_window(
    sizes: Sequence[int],
    kernel: Sequence[int],
    stride: IntOrInts,
    padding: Padding,
    dilation: IntOrInts,
    ceil: bool = False,
) -> Window:
    """Return the window that these arguments describe, or say why there is none."""
    settings = (tuple(sizes), tuple(kernel), stride, padding, dilation, ceil)
    try:
        hash(settings)
        make = _kept_window
    except TypeError:  # a list, which may change, is no key
        make = _make_window
    return make(*settings, repr(settings))


def _make_window(sizes, kernel, stride, padding, dilation, ceil, written) -> Window:
    """``written`` tells apart, for the cache, what is equal: 1, True and 1.0."""
    rank = len(sizes)
    strides = per_axis(stride, rank, "stride")
    dilations = per_axis(dilation, rank, "dilation")
    extents = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    pads = padding_per_axis(padding, sizes, extents, strides)
    before, after = (tuple(p[side] for p in pads) for side in (0, 1))
    window = Window(sizes, kernel, strides, dilations, before, after, ceil)
    if min(window.output) < 1:
        raise ValueError(
            f"the kernel {kernel} (with dilation {dilations} it spans {tuple(extents)}) is "
            f"larger than the input {sizes} with padding {pads}: "
            "pad more, or use a smaller kernel."
        )
    return window


_kept_window = lru_cache(maxsize=1024)(_make_window)  # short convolutions last no longer than it
