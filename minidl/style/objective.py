"""What style transfer minimises over pixels: J(G) = α·J_content + β·Σ λ·J_style + tv·TV.

The sum runs over layers, λ is a layer's weight, and TV the total variation.

``Objective`` is J for one size of G; ``Problem`` makes it, for any size, from pictures and weights.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from minidl import nn
from minidl.datasets.images import target_size
from minidl.nn.memory import Estimate
from minidl.style.borders import mirrored, mirrored_backward, within
from minidl.style.conventions import Convention
from minidl.style.costs import content_cost, mean_gram_matrix, style_cost_to, total_variation
from minidl.style.images import resized
from minidl.style.networks import Recipe

PICTURES = 32  # copies of G that an optimiser holds: L-BFGS ten pairs, and what it works with


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
    margin: pixels of mirror image that the network sees around G.
    """

    network: nn.Sequential
    content: Mapping[str, np.ndarray] = field(default_factory=dict)
    style: Mapping[str, np.ndarray] = field(default_factory=dict)
    lambdas: Mapping[str, float] = field(default_factory=dict)
    alpha: float = 1.0
    beta: float = 1.0
    tv: float = 0.0
    margin: int = 0

    def __call__(self, pixels: np.ndarray) -> Point:
        """Return J at these pixels ``(1, H, W, 3)``, with its gradient and its parts."""
        kind = pixels.dtype.type
        total, gradient, costs = 0.0, np.zeros(pixels.shape, kind), {}
        taps = tuple(dict.fromkeys((*self.content, *self.style)))
        run = self.network.trace(mirrored(pixels, self.margin), taps) if taps else None
        activations = run.activations if taps else {}
        inject = {layer: np.zeros(full.shape, kind) for layer, full in activations.items()}
        a = {layer: within(full, pixels, self.margin) for layer, full in activations.items()}
        da = {layer: within(full, pixels, self.margin) for layer, full in inject.items()}
        for layer, target in self.content.items():
            cost, change = content_cost(target, a[layer])
            costs["content"] = costs.get("content", 0.0) + cost
            total += self.alpha * cost
            da[layer] += change * kind(self.alpha)
        for layer, target in self.style.items():
            weight = self.beta * self.lambdas[layer]
            cost, change = style_cost_to(target, a[layer], weight)
            costs[f"style/{layer}"] = cost
            costs["style"] = costs.get("style", 0.0) + self.lambdas[layer] * cost
            total += weight * cost
            da[layer] += change
        if self.tv:
            cost, dx = total_variation(pixels)
            costs["total_variation"] = cost
            total += self.tv * cost
            gradient += dx * kind(self.tv)
        if run is not None:
            del activations, a, da  # on the way back, what they hold may go
            dx = run.backward(inject, release=True)
            gradient += mirrored_backward(dx, self.margin, pixels.shape[1:3])
        return Point(pixels, total, gradient, costs)


@dataclass(frozen=True)
class Problem:
    """Pictures and weights; ``objective(size)`` is what G of that size has to minimise.

    α, β and tv are meant for G of ``size``. J_content and the total variation are sums over
    positions, so at a coarser size their weights grow by as much as the positions become fewer, and
    the balance stays. The style pictures shrink along, so that strokes keep their place in it.

    Attributes:
        network: takes pixels 0…255.
        size: G's final (height, width).
        content: pixels ``(1, H, W, 3)``, or None.
        content_layer: where they are compared.
        styles: pixels of each style picture, and ``shares``, which sum to 1, of each.
        lambdas: λ of each style layer.
        alpha, beta, tv: as ``transfer`` takes them; beta and tv None for the recipe's.
        margin: pixels of mirror image around every picture.
        convention: which α and β are given in.
        recipe: the usual weights.
    """

    network: nn.Sequential
    size: tuple[int, int]
    content: np.ndarray | None
    content_layer: str | None
    styles: Sequence[np.ndarray]
    shares: Sequence[float]
    lambdas: Mapping[str, float]
    alpha: float
    beta: float | None
    tv: float | None
    margin: int
    convention: Convention
    recipe: Recipe

    def objective(self, size: tuple[int, int]) -> Objective:
        """Return J for G of this size, which is the final one or a coarser one."""
        finer = self.size[0] * self.size[1] / (size[0] * size[1])
        content = self._content_target(size) if self.content is not None and self.alpha else {}
        style = self._style_targets(size) if self.styles and self.beta != 0 else {}
        values = sum(target.size for target in content.values()) * finer
        alpha, beta = self.convention.to_lecture(self.alpha, self.beta or 0.0, values or 1)
        usual = self.recipe.beta * self.size[0] * self.size[1]
        if self.beta is None:
            beta = (alpha if content else 1.0) * usual
        tv = self.tv
        if tv is None:
            tv = self.recipe.tv * beta / usual if style else 0.0
        lambdas = {layer: self.lambdas[layer] for layer in style}
        return Objective(
            self.network, content, style, lambdas, alpha * finer, beta, tv * finer, self.margin
        )

    @contextmanager
    def memory_guard(self) -> Iterator[None]:
        """Do within what paints. MemoryError, with a size that would fit, as soon as it is clear.

        A style picture goes through the network once, as large as it is; G at every step.
        """
        for style in self.styles:
            self._style_estimate(style.shape[1:3]).check()
        height, width = self.size
        estimate = Estimate(
            f"painting {height} × {width} pixels",
            max(self.size),
            lambda size: self._bytes(target_size(size, self.size)),
            lambda size: f"size={target_size(size, self.size)} would fit",
        )
        estimate.check()
        try:
            yield
        except MemoryError as error:
            raise estimate.exceeded() from error

    def _style_estimate(self, size: tuple[int, int]) -> Estimate:
        layers = self._style_layers()

        def need(longer: int) -> int:
            shape = self._seen(target_size(longer, size))
            return self.network.footprint.bytes(shape, layers, keep=False)

        height, width = size
        return Estimate(
            f"a style picture of {height} × {width} pixels",
            max(size),
            need,
            lambda longer: f"datasets.shrink(style, {longer}) would fit",
        )

    def _bytes(self, size: tuple[int, int]) -> int:
        """Return what a step at this size takes; 0 if the network's layers need a larger one."""
        compared = self.content_layer and self.content is not None and self.alpha
        taps = (*([self.content_layer] if compared else []), *self._style_layers())
        run = self.network.footprint.bytes(self._seen(size), taps, backward=True)
        pictures = PICTURES * 3 * size[0] * size[1] * self.network.dtype.itemsize
        return run + pictures if run or not taps else 0

    def _seen(self, size: tuple[int, int]) -> tuple[int, ...]:
        """Return the shape that the network sees of a picture of this size."""
        return (1, *(side + 2 * self.margin for side in size), 3)

    def _style_layers(self) -> list[str]:
        """Return the layers whose style counts."""
        wanted = self.styles and self.beta != 0
        return [layer for layer, weight in self.lambdas.items() if weight > 0 and wanted]

    def _content_target(self, size: tuple[int, int]) -> dict[str, np.ndarray]:
        if self.content_layer is None:
            raise ValueError("say which layer to compare the content in: content_layer=name.")
        return self._activations(resized(self.content, size), [self.content_layer], "G")

    def _style_targets(self, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """Return Ḡ(S) of each layer with λ > 0; of several styles, the mean by their shares.

        Σ wₛ·‖Ḡ(S) − Ḡ(G)‖² has the same gradient as ‖Σ wₛ·Ḡ(S) − Ḡ(G)‖² if the shares w sum to 1:
        the two differ by what the styles disagree on among themselves, which no G can change.
        """
        layers = self._style_layers()
        if not layers:
            raise ValueError("say which layers to compare the style in: style_layers={name: λ}.")
        mixed: dict[str, np.ndarray] = {}
        for style, share in zip(self.styles, self.shares, strict=True):
            height, width = style.shape[1:3]
            scaled = (-(-height * size[0] // self.size[0]), -(-width * size[1] // self.size[1]))
            run = self._activations(resized(style, scaled), layers, "the style picture")
            for layer in layers:
                gram = mean_gram_matrix(run[layer]) * run[layer].dtype.type(share)
                mixed[layer] = mixed[layer] + gram if layer in mixed else gram
        return mixed

    def _activations(
        self, pixels: np.ndarray, layers: Sequence[str], what: str
    ) -> dict[str, np.ndarray]:
        try:
            run = self.network.trace(mirrored(pixels, self.margin), layers, keep=False)
            return {layer: within(run[layer], pixels, self.margin) for layer in layers}
        except ValueError as error:
            height, width = pixels.shape[1:3]
            raise ValueError(
                f"{what} at {height} × {width} pixels is too small for {', '.join(layers)}: take "
                f"a larger picture, fewer levels or earlier layers. ({error})"
            ) from error
