"""The checkpoint of a run: a file that says exactly where it stands, and whose it is."""

import hashlib
import json
import time
from pathlib import Path

import numpy as np

from minidl import nn
from minidl.style.goal import Goal
from minidl.style.run import Run

SECONDS = 20.0  # between one writing and the next


class Checkpoint:
    """A file for one run, known by a fingerprint of its goal, its start and further settings.

    ``mark`` is called after every step: it keeps the run's state in memory, which an interrupt in
    the middle of a step cannot spoil, and writes it to the file now and then.
    """

    def __init__(self, path: str | Path, goal: Goal, start: np.ndarray, settings: object):
        self.path = Path(path)
        self.fingerprint = _fingerprint(goal, start, settings)
        self.state: dict[str, np.ndarray] | None = None
        self.written = time.monotonic()

    def load(self, run: Run) -> bool:
        """Let the run go on from the file, if there is one.

        Raises:
            nn.WeightFileError: if it is damaged, or another run's.
        """
        if not self.path.exists():
            return False
        state = nn.read_arrays(self.path)
        if not np.array_equal(state.pop("fingerprint", None), self.fingerprint):
            raise nn.WeightFileError(
                f"{self.path.name} is the checkpoint of another run (other pictures, sizes, "
                "weights, network or optimizer): give another name, or delete it to begin anew."
            )
        run.load(state)
        return True

    def mark(self, run: Run) -> None:
        """Remember where the run stands."""
        self.state = run.state()
        if time.monotonic() - self.written > SECONDS:
            self.write()

    def write(self) -> None:
        """Write what was last remembered."""
        if self.state is not None:
            nn.write_arrays(self.path, {"fingerprint": self.fingerprint, **self.state})
            self.written = time.monotonic()


def _fingerprint(goal: Goal, start: np.ndarray, settings: object) -> np.ndarray:
    numbers = [
        goal.size, goal.content_layer, goal.shares, dict(goal.lambdas), goal.alpha, goal.beta,
        goal.tv, goal.convention.name, goal.default_beta, settings,
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(numbers).encode("utf-8"))
    arrays = [start, *goal.styles, *([] if goal.content is None else [goal.content])]
    layers = [(n.name, type(n.layer).__name__, n.inputs) for n in goal.network.graph.nodes.values()]
    digest.update(json.dumps(layers).encode("utf-8"))
    for array in (*arrays, *goal.network.state().values()):
        digest.update(json.dumps([array.shape, str(array.dtype)]).encode("utf-8"))
        digest.update(np.ascontiguousarray(array))
    return np.frombuffer(digest.digest(), np.uint8)
