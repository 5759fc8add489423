"""Optimisers over pixels: gradient descent and L-BFGS with a line search, and Adam.

Pixels stay within 0…255: every trial picture is clipped, so that what is minimised is the picture
that will be seen. (Clipping only at the end undoes much of the work: the pixels that were out of
range had been making up for each other.)
"""

from collections.abc import Callable, Mapping

import numpy as np

from minidl import nn
from minidl.style.objective import Point

Evaluate = Callable[[np.ndarray], Point]

BLACK, WHITE = 0.0, 255.0
ARMIJO = 1e-4  # c: the share of the decrease that the slope promises, which a step must reach
SHORTEST = 2.0**-20


def inner(u: np.ndarray, v: np.ndarray) -> float:
    """Return Σ u·v, summed in float64 in a fixed order: the same bits on any number of threads."""
    return float(np.add.reduce(u * v, axis=None, dtype=np.float64))


def line_search(here: Point, direction: np.ndarray, evaluate: Evaluate) -> tuple[Point, float]:
    """Return the first point low enough along ``direction`` (backtracking), and the length used.

    The length begins at 1 and shrinks until J ≤ J(here) + c·⟨∇J, step⟩, Armijo's rule: each time to
    the lowest point of the parabola through what is known, within a tenth and a half of what it
    was. If no length will do, ``here`` itself is returned, with length 0.
    """
    length = 1.0
    while length >= SHORTEST:
        pixels = np.clip(here.pixels + here.pixels.dtype.type(length) * direction, BLACK, WHITE)
        promise = inner(here.gradient, pixels - here.pixels)
        there = evaluate(pixels)
        if promise < 0 and there.value <= here.value + ARMIJO * promise:
            return there, length
        excess = there.value - here.value - promise  # above the tangent: the parabola's bend
        lowest = -promise / (2 * excess) if excess > 0 else 0.5
        length *= min(max(lowest, 0.1), 0.5)
    return here, 0.0


def projected_gradient(here: Point) -> np.ndarray:
    """Return the gradient, 0 for pixels at 0 or 255 that it would push out of range."""
    stuck = (here.pixels <= BLACK) & (here.gradient > 0)
    stuck |= (here.pixels >= WHITE) & (here.gradient < 0)
    return np.where(stuck, 0, here.gradient)


class GradientDescent:
    """G := G − rate·∂J/∂G, the rate growing by half after each step that needed no halving.

    lr: how far the first step moves a pixel on average, in grey levels.
    """

    def __init__(self, lr: float | None = None):
        self.lr = 4.0 if lr is None else lr
        self.rate: float | None = None

    def step(self, here: Point, evaluate: Evaluate) -> Point:
        """Take one step and return the new point; ``here`` itself if nothing is lower."""
        g = projected_gradient(here)
        size = float(np.abs(g).mean(dtype=np.float64))
        if size == 0:
            return here
        if self.rate is None:
            self.rate = self.lr / size
        there, length = line_search(here, -g * g.dtype.type(self.rate), evaluate)
        self.rate *= 1.5 if length == 1 else max(length, SHORTEST)
        return there

    def state(self) -> dict[str, np.ndarray]:
        """Return what the next step depends on."""
        return {} if self.rate is None else {"rate": np.array(self.rate)}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Take over what ``state`` returned."""
        self.rate = float(state["rate"]) if "rate" in state else None


class Pair:
    """A correction pair: how far the picture moved in a step, s, and how its gradient changed, y.

    Their products ⟨s, y⟩ and ⟨y, y⟩ are worked out once.
    """

    def __init__(self, s: np.ndarray, y: np.ndarray):
        self.s, self.y = s, y
        self.sy, self.yy = inner(s, y), inner(y, y)


class LBFGS:
    """A quasi-Newton method that knows the Hessian by its last few steps (Liu and Nocedal, 1989).

    Where the picture moved by s, the gradient changed by y ≈ H·s. From the last ``memory`` pairs
    the two-loop recursion works out H⁻¹·∇J without ever forming H: two products a pair. SciPy's
    ``fmin_l_bfgs_b`` does the same, but cannot be stopped, saved and resumed.

    lr: how far the first step, which knows no pairs yet, moves a pixel on average, in grey levels.
    """

    def __init__(self, lr: float | None = None, *, memory: int = 10):
        self.lr = 4.0 if lr is None else lr
        self.memory = memory
        self.pairs: tuple[Pair, ...] = ()  # oldest first

    def step(self, here: Point, evaluate: Evaluate) -> Point:
        """Take one step and return the new point; ``here`` itself if nothing is lower."""
        g = projected_gradient(here)
        if not g.any():
            return here
        # stuck pixels stay where they are, even if the pairs would move them
        direction = np.where(g == 0, 0, -self.two_loop_recursion(g))
        there, length = line_search(here, direction, evaluate)
        if length == 0 and self.pairs:
            self.pairs = ()  # the guess misleads: begin again from the plain gradient
            return self.step(here, evaluate)
        pair = Pair(there.pixels - here.pixels, there.gradient - here.gradient)
        if pair.sy > 1e-10 * pair.yy:  # only upward curvature fits a minimum
            self.pairs = (*self.pairs, pair)[-self.memory :]
        return there

    def two_loop_recursion(self, g: np.ndarray) -> np.ndarray:
        """Return H⁻¹·g by the two-loop recursion; without pairs, g scaled to the first step."""
        kind = g.dtype.type
        if not self.pairs:
            return g * kind(self.lr / np.abs(g).mean(dtype=np.float64))
        q, shares = g, []
        for pair in reversed(self.pairs):
            shares.append(inner(pair.s, q) / pair.sy)
            q = q - kind(shares[-1]) * pair.y
        newest = self.pairs[-1]  # it sets the scale
        q = q * kind(newest.sy / newest.yy)
        for pair, share in zip(self.pairs, reversed(shares), strict=True):
            q = q + kind(share - inner(pair.y, q) / pair.sy) * pair.s
        return q

    def state(self) -> dict[str, np.ndarray]:
        """Return what the next step depends on: the pairs."""
        return {
            f"{i:02d}/{name}": array
            for i, pair in enumerate(self.pairs)
            for name, array in (("s", pair.s), ("y", pair.y))
        }

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Take over what ``state`` returned."""
        count = len(state) // 2
        self.pairs = tuple(Pair(state[f"{i:02d}/s"], state[f"{i:02d}/y"]) for i in range(count))


class Adam:
    """Adam (Kingma and Ba, 2015); the picture is clipped to 0…255 after every step.

    lr: grey levels by which a pixel moves at most, about, in a step.
    """

    def __init__(self, lr: float | None = None):
        self.lr = 8.0 if lr is None else lr
        self.adam: nn.Adam | None = None

    def step(self, here: Point, evaluate: Evaluate) -> Point:
        """Take one step and return the new point, lower or not."""
        adam = self._adam(here.pixels)
        picture = adam.parameters["G"]
        picture.value = here.pixels.copy()
        picture.add_gradient(here.gradient)
        adam.step()
        return evaluate(np.clip(picture.value, BLACK, WHITE))

    def _adam(self, pixels: np.ndarray) -> nn.Adam:
        if self.adam is None:
            self.adam = nn.Adam({"G": nn.Parameter(pixels.copy())}, self.lr)
        return self.adam

    def state(self) -> dict[str, np.ndarray]:
        """Return what the next step depends on: the two running means."""
        return {k: v.copy() for k, v in self.adam.state().items()} if self.adam else {}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Take over what ``state`` returned."""
        self.adam = None
        if state:
            self._adam(state["G/mean"]).load_state(state)


OPTIMIZERS = {"lbfgs": LBFGS, "adam": Adam, "gradient_descent": GradientDescent}
PixelOptimizer = LBFGS | Adam | GradientDescent
