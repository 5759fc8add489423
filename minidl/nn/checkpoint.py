"""Checkpoints: everything that a training run needs to go on as if it had never been stopped."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from minidl.nn.network import Sequential
from minidl.nn.optimizers import Optimizer
from minidl.nn.weights import WeightFileError, compare_arrays, read_arrays, write_arrays


@dataclass
class History:
    """What a training run recorded: one entry per epoch under each name ("loss" and metrics)."""

    curves: dict[str, list[float]] = field(default_factory=dict)
    stopped: str = ""

    @property
    def epochs(self) -> int:
        """Epochs done."""
        return len(self.curves.get("loss", ()))

    def __getitem__(self, name: str) -> list[float]:
        return self.curves[name]

    def add(self, /, **values: float) -> None:
        """Add one epoch's numbers."""
        for name, value in values.items():
            self.curves.setdefault(name, []).append(float(value))


class Run:
    """What a checkpoint holds: weights, optimiser, history, and the best weights so far.

    ``patience`` and ``watch`` are those of ``nn.fit``.
    """

    def __init__(self, network: Sequential, optimizer: Optimizer, patience: int | None, watch: str):
        self.network, self.optimizer = network, optimizer
        self.patience, self.watch = patience, watch
        self.history = History()
        self.best: dict[str, np.ndarray] | None = None

    def record(self, values: dict[str, float]) -> None:
        """Add an epoch's numbers; keep the weights if they are the best, stop if none were long."""
        self.history.add(**values)
        if self.patience is None:
            return
        if self.watch not in self.history.curves:
            names = ", ".join(map(repr, self.history.curves))
            raise ValueError(f"watch={self.watch!r} was not recorded; what was: {names}.")
        curve = np.nan_to_num(self.history[self.watch], nan=np.inf, posinf=np.inf)  # never the best
        since = len(curve) - 1 - int(np.argmin(curve))
        if since == 0:
            self.best = {name: value.copy() for name, value in self.network.state().items()}
        elif since >= self.patience:
            self.history.stopped = f"{self.watch} has not fallen for {since} epochs"

    def clear(self) -> None:
        """Forget all gradients."""
        for parameter in self.optimizer.parameters.values():
            parameter.zero_grad()

    def save(self, path: Path) -> None:
        """Write the checkpoint, atomically."""
        text = json.dumps({"curves": self.history.curves, "stopped": self.history.stopped})
        write_arrays(
            path,
            {
                **{f"network/{k}": v for k, v in self.network.state().items()},
                **{f"optimizer/{k}": v for k, v in self.optimizer.state().items()},
                **{f"best/{k}": v for k, v in (self.best or {}).items()},
                "history": np.frombuffer(text.encode("utf-8"), np.uint8),
            },
        )

    def load(self, path: Path) -> None:
        """Take over a checkpoint.

        Raises:
            WeightFileError: if it is damaged or another run's; nothing is changed then.
        """
        before = self.network.state()
        try:
            parts = _parts(read_arrays(path))
            history = _history(parts["history"]["history"])
            if parts["best"]:
                compare_arrays(parts["best"], before, "its best weights")
            self.network.load_state(parts["network"])
            self.optimizer.load_state(parts["optimizer"])
        except (ValueError, KeyError, TypeError) as error:
            self.network.load_state(before)
            raise WeightFileError(
                f"the checkpoint {path.name} cannot be resumed from ({error}): give the path of "
                "this run's checkpoint, or delete the file to begin again."
            ) from error
        self.history, self.best = history, parts["best"] or None


def _parts(arrays: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Sort the arrays by the first part of their names."""
    parts = {"network": {}, "optimizer": {}, "best": {}, "history": {}}
    for name, array in arrays.items():
        part, _, key = name.partition("/")
        parts[part][key or part] = array
    return parts


def _history(array: np.ndarray) -> History:
    """Return the history from the bytes of its JSON; ValueError or TypeError for anything else."""
    record = json.loads(array.tobytes().decode("utf-8"))
    curves, stopped = dict(record["curves"]), str(record["stopped"])
    for name, curve in curves.items():
        if not isinstance(curve, list) or not all(isinstance(v, int | float) for v in curve):
            raise ValueError(f"its history of {name!r} does not consist of numbers")
    return History(curves, stopped)
