"""What may enter a network: the shape it is built for, the batch it runs on, the names it taps."""

from collections.abc import Iterable, Mapping

import numpy as np

from minidl.arguments import LARGEST, is_int, is_list
from minidl.nn.layer import Shape


def check_input_shape(shape: Shape) -> Shape:
    """Return ``(*S, C)`` as a tuple: positive ints, None for spatial sizes that are not fixed."""
    sizes = shape if is_list(shape) else ()
    known = [s for s in sizes if s is not None]
    if not known or sizes[-1] is None or not all(is_int(s) and 0 < s <= LARGEST for s in known):
        raise ValueError(
            "input_shape must be (*S, C) of one example, positive ints (None for a size that may "
            f"be any), such as (48, 48, 3); got {shape!r}."
        )
    return tuple(None if s is None else int(s) for s in sizes)


def check_dtype(dtype: np.dtype | type) -> np.dtype:
    """Return the dtype, which must be float32 or float64."""
    if dtype not in (np.float32, np.float64, "float32", "float64"):
        raise TypeError(f"a network's dtype must be np.float32 or np.float64, got {dtype!r}.")
    return np.dtype(dtype)


def check_batch(x: np.ndarray, shape: Shape, dtype: np.dtype) -> None:
    """Refuse x unless it is a batch ``(N, *S, C)`` of the network's shape and dtype."""
    if not isinstance(x, np.ndarray) or x.dtype != dtype:
        got = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
        raise TypeError(
            f"the network takes {dtype} arrays, got {got}: use np.asarray(x).astype(np.{dtype})."
        )
    if not fits(x.shape[1:], shape):
        alone = fits(x.shape, shape)
        want = "(N, " + ", ".join("any" if s is None else str(s) for s in shape) + ")"
        raise ValueError(
            f"the network takes a batch {want}, got shape {x.shape}"
            + (": give one example alone as x[None]." if alone else ".")
        )


def fits(shape: tuple[int, ...], wanted: Shape) -> bool:
    """True if the sizes are those wanted, where they are fixed."""
    return len(shape) == len(wanted) and all(
        want in (None, size) for want, size in zip(wanted, shape, strict=True)
    )


def check_taps(taps: Iterable[str], nodes: Mapping[str, object]) -> tuple[str, ...]:
    """Return names of layers as a tuple, refusing those that there are not."""
    names = (taps,) if isinstance(taps, str) or not isinstance(taps, Iterable) else tuple(taps)
    unknown = [name for name in names if not isinstance(name, str) or name not in nodes]
    if unknown:
        raise ValueError(
            f"no layer is called {', '.join(map(repr, unknown))}; "
            f"the layers are: {', '.join(nodes)}."
        )
    return names
