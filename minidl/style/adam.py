"""Adam on pixels: ``nn.Adam`` with the picture as its one parameter."""

from collections.abc import Mapping

import numpy as np

from minidl import nn
from minidl.style.objective import Point
from minidl.style.search import BLACK, WHITE, Evaluate


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
