"""Checks of arrays, in words a student can act on, and the window that arguments describe."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps

import numpy as np

from minidl.arguments import LARGEST, IntOrInts, is_int, is_list, per_axis
from minidl.kernels import Window

Padding = str | int | Sequence

Shape = tuple[int, ...]

ARRAYS = (np.ndarray, np.memmap)  # matrices and masked arrays have another *
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
MOST = 1024  # windows


def check_arrays(*, optional: str = "", **arrays: np.ndarray | None) -> None:
    """Refuse all but float32 or float64 arrays of one dtype: mixing would change the result's.

    The first is the input, whose dtype the others must have; the ``optional`` one may be None.
    """
    dtype = None
    for name, x in arrays.items():
        if x is None and name == optional:
            continue
        if type(x) not in ARRAYS:
            raise TypeError(
                f"{name} must be a NumPy array, got {type(x).__name__}: convert it with np.asarray."
            )
        if x.dtype not in FLOATS:
            raise TypeError(
                f"{name} must be float32 or float64, got {x.dtype}: "
                "convert it with .astype(np.float32)."
            )
        dtype = x.dtype if dtype is None else dtype
        if x.dtype != dtype:
            raise TypeError(
                f"{name} is {x.dtype} but the input is {dtype}: give both the same dtype."
            )


def check_axes(shape: Shape, name: str, axes: int, layout: str) -> None:
    """Refuse a shape that has not this number of axes."""
    if len(shape) != axes:
        alone = layout.startswith("(N") and len(shape) == axes - 1
        raise ValueError(
            f"{name} must have {axes} axes {layout}, got shape {shape}"
            + (f": give one example alone as {name}[None]." if alone else ".")
        )


def check_array(
    x: np.ndarray,
    name: str,
    axes: int | None = None,
    layout: str = "",
    *,
    like: np.ndarray | None = None,
) -> None:
    """Refuse x unless it is a float32 or float64 array with the given number of axes.

    ``like`` is the input whose dtype it must have.
    """
    check_arrays(**{name: x})
    if axes is not None:
        check_axes(x.shape, name, axes, layout)
    if like is not None:
        check_arrays(**{"the input": like, name: x})


def check_vectors(length: int, **shapes: Shape) -> None:
    """Refuse vectors that have not one number for each of the input's ``length`` channels."""
    for name, shape in shapes.items():
        if shape != (length,):
            raise ValueError(f"{name} must have shape ({length},), one per channel, got {shape}.")


def check_channels(shape: Shape, axes: int = 2) -> None:
    """Refuse a shape of x without a batch axis and channels last."""
    if len(shape) < axes:
        layout = "(N, *S, C), batch first and channels last"
        raise ValueError(f"x must have at least {axes} axes {layout}, got shape {shape}.")


def check_positions(shape: Shape) -> None:
    """Refuse the shape ``(N, *S, C)`` of x if a spatial axis is empty: a window needs something."""
    if 0 in shape[1:-1]:
        raise ValueError(f"x has an axis without positions, got shape {shape}.")


def check_gradient(dy: np.ndarray, shape: Shape, dtype: np.dtype, name: str = "dy") -> None:
    """Refuse a gradient that does not look like the output it belongs to."""
    if type(dy) in ARRAYS and dy.shape == shape and dy.dtype == dtype:
        return
    check_array(dy, name)
    if dy.shape != shape:
        raise ValueError(f"{name} must have the output's shape {shape}, got {dy.shape}.")
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


def check_need(need: Iterable[str], names: tuple[str, ...]) -> set[str]:
    """Return ``need`` as a set, refusing names that the operation has no gradient for."""
    try:
        asked = {need} if isinstance(need, str) else set(need)
    except TypeError:  # not several, or not names
        asked = {None}
    if not asked.issubset(names):
        raise ValueError(f"need must be taken from {names}, got {need!r}.")
    return asked


# -- windows -------------------------------------------------------------------------------------


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
    padding: Padding, sizes: Sequence[int], extents: Sequence[int], strides: Sequence[int]
) -> list[tuple[int, int]]:
    """Return (before, after) for every axis from any form that ``F.conv`` takes.

    ``"same"`` is TensorFlow's rule: ``⌈size / stride⌉`` outputs, the odd position padded after.
    ``"causal"`` (rank 1) pads before only, so that no output sees the future.
    """
    entries = padding_entries(padding, len(sizes))
    axes = zip(entries, sizes, extents, strides, strict=True)
    return [
        _by_name(entry, *axis, len(sizes)) if isinstance(entry, str) else _by_number(entry, padding)
        for entry, *axis in axes
    ]


def _by_name(name: str, size: int, extent: int, stride: int, rank: int) -> tuple[int, int]:
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


def _by_number(entry: object, padding: Padding) -> tuple[int, int]:
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


def memoized(make: Callable) -> Callable:
    """Keep the windows that ``make`` returns: short convolutions take no longer than making one.

    So its arguments, shapes and settings, are checked once only. They are told apart by their
    text: lists have no hash, and 1 == True == 1.0.
    """
    windows: dict[str, object] = {}

    @wraps(make)
    def get(*arguments: object, **settings: object) -> object:
        text = repr((arguments, settings))
        window = windows.get(text)
        if window is None:
            window = make(*arguments, **settings)
            if len(windows) >= MOST:
                windows.clear()
            windows[text] = window
        return window

    return get


def make_window(
    sizes: Sequence[int],
    kernel: Sequence[int],
    stride: IntOrInts,
    padding: Padding,
    dilation: IntOrInts,
    ceil: bool = False,
) -> Window:
    """Return the window that these arguments describe, or say why there is none."""
    strides = per_axis(stride, len(sizes), "stride")
    dilations = per_axis(dilation, len(sizes), "dilation")
    extents = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    pads = padding_per_axis(padding, sizes, extents, strides)
    before, after = zip(*pads, strict=True)
    window = Window(tuple(sizes), tuple(kernel), strides, dilations, before, after, ceil)
    if min(window.output) < 1:
        raise ValueError(
            f"the kernel {tuple(kernel)} (with dilation {dilations} it spans {tuple(extents)}) is "
            f"larger than the input {tuple(sizes)} with padding {pads}: "
            "pad more, or use a smaller kernel."
        )
    return window
