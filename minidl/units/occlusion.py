"""Occlusion: cover a part of the picture and see how much a unit minds."""

import numpy as np

from minidl.functional.arguments import per_axis
from minidl.nn import Sequential
from minidl.units.arguments import check_position, check_single, check_unit


def occlusion_map(
    network: Sequential,
    x: np.ndarray,
    name: str,
    unit: int,
    *,
    position: tuple[int, ...] | None = None,
    size: int = 16,
    step: int = 8,
    fill: float = 127.5,
    batch_size: int = 16,
) -> np.ndarray:
    """Cover a square of the input at a time and measure how far a unit's answer falls.

    Args:
        x: one input ``(1, *S, C)``.
        position: of the unit in its layer; None takes its strongest answer wherever it is, so that
            a second thing of the same kind in the picture makes up for the one that is covered.
        size, step: of the square, in pixels.
        fill: the square's value.

    Returns:
        The fall for each place of the square, one axis per spatial axis.

    Raises:
        ValueError: for an unknown layer, unit or position, or more than one input.
    """
    check_single(x)
    for value, what in ((size, "size"), (step, "step"), (batch_size, "batch_size")):
        per_axis(value, 1, what)
    sizes = x.shape[1:-1]
    starts = [np.arange(0, max(s - size, 0) + 1, step) for s in sizes]
    places = np.stack(np.meshgrid(*starts, indexing="ij"), axis=-1).reshape(-1, len(sizes))

    def answer(batch: np.ndarray) -> np.ndarray:
        a = network.trace(batch, (name,), keep=False)[name]
        check_unit(unit, a.shape[-1])
        if position is not None:
            check_position(position, a.shape[1:-1])
            return a[(slice(None), *position, unit)]
        return a[..., unit].reshape(len(batch), -1).max(axis=1)

    falls = []
    for start in range(0, len(places), batch_size):
        chosen = places[start : start + batch_size]
        batch = np.repeat(x, len(chosen), axis=0)
        for covered, place in zip(batch, chosen, strict=True):
            covered[tuple(slice(p, p + size) for p in place)] = fill
        falls.append(answer(batch))
    return answer(x)[0] - np.concatenate(falls).reshape([len(s) for s in starts])
