"""What style transfer minimises: J(G) = α·J_content + β·Σ λ·J_style + tv·TV, over pixels."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from minidl import nn
from minidl.style.content import content_cost
from minidl.style.style_cost import style_cost_to
from minidl.style.total_variation import total_variation


@dataclass(frozen=True)
class Point:
    """A picture ``(1, H, W, 3)``, J there, its gradient, and each cost before its weight.

    ``costs`` holds "content", "style" (the sum with λ), "style/<layer>" (without) and
    "total_variation", as far as they count.
    """

    pixels: np.ndarray
    value: float
    gradient: np.ndarray
    costs: dict[str, float]


@dataclass(frozen=True)
class Objective:
    """J as a function of the pixels; calling it runs the network forwards and backwards once.

    network: takes pixels 0…255 ``(1, H, W, 3)``; frozen, so that no weight gradients are computed.
    content: the target activations of each content layer.
    style: the target matrices Ḡ(S) of each style layer, and ``lambdas`` their weights.
    """

    network: nn.Network
    content: Mapping[str, np.ndarray] = field(default_factory=dict)
    style: Mapping[str, np.ndarray] = field(default_factory=dict)
    lambdas: Mapping[str, float] = field(default_factory=dict)
    alpha: float = 1.0
    beta: float = 1.0
    tv: float = 0.0

    def __call__(self, pixels: np.ndarray) -> Point:
        """Return J at these pixels ``(1, H, W, 3)``, with its gradient and its parts."""
        kind = pixels.dtype.type
        total, gradient, costs = 0.0, np.zeros_like(pixels), {}
        inject: dict[str, np.ndarray] = {}
        taps = tuple(dict.fromkeys((*self.content, *self.style)))
        run = self.network.trace(pixels, taps) if taps else None

        def add(layer: str, da: np.ndarray) -> None:
            inject[layer] = inject[layer] + da if layer in inject else da

        for layer, target in self.content.items():
            cost, da = content_cost(target, run[layer])
            costs["content"] = costs.get("content", 0.0) + cost
            total += self.alpha * cost
            add(layer, da * kind(self.alpha))
        for layer, target in self.style.items():
            weight = self.beta * self.lambdas[layer]
            cost, da = style_cost_to(target, run[layer], weight)
            costs[f"style/{layer}"] = cost
            costs["style"] = costs.get("style", 0.0) + self.lambdas[layer] * cost
            total += weight * cost
            add(layer, da)
        if self.tv:
            cost, dx = total_variation(pixels)
            costs["total_variation"] = cost
            total += self.tv * cost
            gradient += dx * kind(self.tv)
        if run is not None:
            gradient += run.backward(inject)
        return Point(pixels, total, gradient, costs)
