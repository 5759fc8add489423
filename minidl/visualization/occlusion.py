"""Occlusion: cover a part of the picture and measure how far a unit's activation falls.

Zeiler and Fergus, 2014.
"""

from collections.abc import Sequence

import numpy as np

from minidl.arguments import IntOrInts, check_int, check_numbers, per_axis
from minidl.nn import Sequential
from minidl.visualization.arguments import check_position, check_single, check_unit, inference_mode


def occlusion_map(
    network: Sequential,
    x: np.ndarray,
    name: str,
    unit: int,
    *,
    position: tuple[int, ...] | None = None,
    size: IntOrInts = 16,
    step: IntOrInts = 8,
    fill: float | Sequence[float] = 127.5,
    batch_size: int = 16,
) -> np.ndarray:
    """Cover a square of the input at a time and measure how far a unit's answer falls.

    Args:
        x: one input ``(1, *S, C)``.
        position: of the unit in its layer; None takes its strongest answer wherever it is, so that
            a second object of the same kind in the picture makes up for the one that is covered.
        size, step: of the square, in pixels; an int or one per axis.
        fill: the square's value, or one per channel.

    Returns:
        The fall for each place of the square, one axis per spatial axis.

    Raises:
        ValueError: for an unknown layer, unit or position, or more than one input.
    """
    check_single(x)
    sizes, batch_size = x.shape[1:-1], check_int(batch_size, "batch_size")
    if not sizes:
        raise ValueError(f"there is nothing to cover in an input without positions, {x.shape}.")
    size, step = per_axis(size, len(sizes), "size"), per_axis(step, len(sizes), "step")
    fill = check_numbers(fill, "fill")
    if fill.shape not in ((), x.shape[-1:]):
        raise ValueError(f"fill must be a number, or one per channel, got shape {fill.shape}.")
    axes = zip(sizes, size, step, strict=True)
    starts = [np.arange(0, max(n - side, 0) + 1, stride) for n, side, stride in axes]
    places = np.stack(np.meshgrid(*starts, indexing="ij"), axis=-1).reshape(-1, len(sizes))

    def answer(batch: np.ndarray) -> np.ndarray:
        a = network.trace(batch, (name,), keep=False)[name]
        row = check_unit(unit, a.shape[-1])
        if position is not None:
            return a[(slice(None), *check_position(position, a.shape[1:-1]), row)]
        return a[..., row].reshape(len(batch), -1).max(axis=1)

    with inference_mode(network):
        whole, falls = answer(x)[0], []
        for start in range(0, len(places), batch_size):
            chosen = places[start : start + batch_size]
            batch = np.repeat(x, len(chosen), axis=0)
            for covered, place in zip(batch, chosen, strict=True):
                covered[tuple(slice(p, p + s) for p, s in zip(place, size, strict=True))] = fill
            falls.append(whole - answer(batch))
    return np.concatenate(falls).reshape([len(s) for s in starts])
