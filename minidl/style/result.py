"""What a style transfer hands back."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Result:
    """The best picture that a run found, and how it went.

    Attributes:
        image: uint8 ``(H, W, 3)``.
        pixels: the same before rounding, floats 0…255.
        history: for every cost its value at the start and after each step: "total" (J), "content",
            "style", "style/<layer>", "total_variation", each but J before its weight; and "level",
            counted from 0 at the coarsest size. A cost that does not count is not there.
        stopped: "finished"; "converged", if no step lowers J any more; or "interrupted".
        evaluations: how often the network ran forwards and backwards.
        frames: ``{step: image}`` for the steps asked for.
    """

    image: np.ndarray
    pixels: np.ndarray
    history: dict[str, list[float]]
    stopped: str
    evaluations: int
    frames: dict[int, np.ndarray] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Steps taken, over all levels."""
        levels = self.history["level"]
        return len(levels) - len(set(levels))
