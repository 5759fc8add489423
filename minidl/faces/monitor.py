"""Watching triplet training: is it learning, or have all encodings become equal?

Collapse is the easy way out: encodings that are all the same satisfy 0 − 0 ≤ 0. The margin forbids
it (such encodings cost exactly α a triplet), but a start that is too hard can still end there. A
loss that stays at the margin and distances that shrink to nothing give it away.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from minidl.arguments import check_number
from minidl.faces.mining import checked_labels

SMALL = 0.25  # of the margin: distances below this are no distances


@dataclass
class Monitor:
    """Numbers of every batch, and their means over an epoch.

    ``curves`` holds, for each batch: ``loss``; ``active``, the share of triplets that are;
    ``near`` and ``far``, mean squared distances within people and between them; ``spread``, the
    standard deviation of all distances. ``watch`` is called after every batch, for instance to draw
    the curves while they grow (``minidl.viz.live``).
    """

    margin: float
    watch: Callable[[], None] | None = None
    curves: dict[str, list[float]] = field(default_factory=dict)
    _told: int = 0

    def __post_init__(self) -> None:
        self.margin = check_number(self.margin, "margin", 0, np.inf)

    def add(self, loss: float, active: float, distances: np.ndarray, labels: np.ndarray) -> None:
        """Take note of a batch: distances ``(N, N)`` between the encodings of ``labels``."""
        labels = checked_labels(labels, distances)
        same = labels[:, None] == labels
        pairs = ~np.eye(len(labels), dtype=bool)
        values = {
            "loss": loss,
            "active": active,
            "near": _mean(distances[same & pairs]),
            "far": _mean(distances[~same]),
            "spread": float(distances[pairs].std()),
        }
        for name, value in values.items():
            self.curves.setdefault(name, []).append(float(value))
        if self.watch:
            self.watch()

    @property
    def collapsed(self) -> bool:
        """True if, in the last batch, different people lay closer than a quarter of the margin.

        For a margin of 0, closer than 0.05: on encodings of length 1 distances reach 4.
        """
        return bool(self.curves) and self.curves["far"][-1] < SMALL * (self.margin or 0.2)

    def epoch(self) -> dict[str, float]:
        """Return the means over the batches since the last call, but for the loss."""
        since, self._told = self._told, len(self.curves.get("loss", ()))
        return {
            name: _mean(np.array(values[since:]))
            for name, values in self.curves.items()
            if name != "loss"
        }


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0
