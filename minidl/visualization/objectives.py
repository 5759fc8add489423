"""What a picture can be asked to raise: each returns its value and the gradient beside it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from minidl.visualization.arguments import check_position, check_unit


@dataclass(frozen=True)
class Objective:
    """A number to raise, of one layer's activations.

    layer: the layer's name. evaluate: activations ``(N, *S, C)`` → (value, gradient); a value is
    a sum over the N pictures.
    """

    layer: str
    evaluate: Callable[[np.ndarray], tuple[float, np.ndarray]]


def channel(layer: str, unit: int, weight: float = 1.0) -> Objective:
    """A unit everywhere: the mean over all positions of ``a[..., unit]``."""

    def evaluate(a: np.ndarray) -> tuple[float, np.ndarray]:
        gradient = np.zeros_like(a)
        gradient[..., check_unit(unit, a.shape[-1])] = weight * len(a) / a[..., 0].size
        return float((a * gradient).sum()), gradient

    return Objective(layer, evaluate)


def position(
    layer: str, unit: int, place: tuple[int, ...] | None = None, weight: float = 1.0
) -> Objective:
    """A unit at one position, the middle unless said."""

    def evaluate(a: np.ndarray) -> tuple[float, np.ndarray]:
        middle = tuple(n // 2 for n in a.shape[1:-1])
        where = middle if place is None else check_position(place, a.shape[1:-1])
        gradient = np.zeros_like(a)
        gradient[(slice(None), *where, check_unit(unit, a.shape[-1]))] = weight
        return float((a * gradient).sum()), gradient

    return Objective(layer, evaluate)


def diversity(layer: str, weight: float = 1.0) -> Objective:
    """Unlike one another: minus the mean cosine between the pictures' Gram matrices.

    G = Σ a aᵀ over positions, as a unit vector g; the value is −weight · Σ gᵢ·gⱼ / (N − 1) over
    all pairs i ≠ j. It makes several pictures of one unit show several things that it answers to.
    """

    def evaluate(a: np.ndarray) -> tuple[float, np.ndarray]:
        flat = a.reshape(len(a), -1, a.shape[-1])
        gram = flat.transpose(0, 2, 1) @ flat
        size = np.sqrt((gram**2).sum(axis=(1, 2), keepdims=True)) + 1e-12
        unit = gram / size
        others = unit.sum(axis=0) - unit
        factor = weight / max(len(a) - 1, 1)
        value = -factor * float((unit * others).sum())
        d_unit = -2 * factor * others
        d_gram = (d_unit - unit * (d_unit * unit).sum(axis=(1, 2), keepdims=True)) / size
        return value, (2 * flat @ d_gram).reshape(a.shape)

    return Objective(layer, evaluate)
