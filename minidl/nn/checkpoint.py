"""Checkpoints: everything that a training run needs to go on as if it had never been stopped."""

import hashlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from minidl.nn.identity import (
    Identity,
    check_same,
    function_identity,
    hashed,
    layer_identities,
    optimizer_identity,
    rate_identity,
)
from minidl.nn.network import Sequential
from minidl.nn.optimizers import Optimizer
from minidl.nn.weights import (
    Kind,
    WeightFileError,
    compare_arrays,
    from_json_array,
    json_array,
    read_arrays,
    write_arrays,
)

CHECKPOINT = Kind("checkpoint", "give another path, or delete it to begin again")
VERSION = "1"  # raised when a run of before could not go on to the same bits


def write_checkpoint(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write a checkpoint; if that fails, warn, so that the run and its result are not lost."""
    try:
        write_arrays(path, arrays)
    except (OSError, MemoryError) as error:
        warnings.warn(
            f"the checkpoint {path} could not be written ({str(error) or 'no memory'}). The run "
            "goes on and returns its result, but once stopped it cannot be resumed from here.",
            stacklevel=3,
        )


@contextmanager
def resuming(path: Path) -> Iterator[None]:
    """Turn errors within into one that says that the checkpoint cannot be resumed from, and why."""
    try:
        yield
    except (ValueError, LookupError, TypeError) as error:
        why = f"it lacks {error}" if isinstance(error, KeyError) else error
        raise WeightFileError(
            f"the checkpoint {path.name} cannot be resumed from ({why}): give the path of this "
            "run's checkpoint or of a new one, or delete the file to begin again."
        ) from error


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


class TrainingRun:
    """What a checkpoint holds: weights, optimiser, history, and whose they are."""

    def __init__(self, network: Sequential, optimizer: Optimizer):
        self.network, self.optimizer = network, optimizer
        self.history = History()

    def clear(self) -> None:
        """Forget all gradients."""
        for parameter in self.optimizer.parameters.values():
            parameter.zero_grad()

    def identify(self, batches: Callable, loss: Callable) -> Callable:
        """Note whose the checkpoint will be; return the batches, to be taken from now on.

        Those of the first epoch are noted as they pass: they tell one run's data from another's.
        """
        self.lr, self.seen = self.optimizer.lr, hashlib.sha256()
        self.settings = {
            "the version of nn.fit": VERSION,
            **optimizer_identity(self.optimizer),
            "the loss": function_identity(loss),
            **layer_identities(self.network),
        }
        self.batches = hashed(batches, self.seen)
        return self.batches

    def whose(self, steps: int) -> Identity:
        """Return the identity of this run after ``steps`` steps, without its data."""
        return {"the learning rate": rate_identity(self.lr, steps), **self.settings}

    def save(self, path: Path) -> None:
        """Write the checkpoint, whole or not at all; warn if that cannot be."""
        whose = self.whose(self.optimizer.steps) | {"the batches": self.seen.hexdigest()}
        write_checkpoint(
            path,
            {
                **{f"network/{k}": v for k, v in self.network.state().items()},
                **{f"optimizer/{k}": v for k, v in self.optimizer.state().items()},
                "history": json_array(vars(self.history)),
                "run": json_array(whose),
            },
        )

    def load(self, path: Path) -> None:
        """Take over a checkpoint.

        Raises:
            WeightFileError: if it is damaged or another run's; nothing is changed then.
        """
        before = self.network.state()
        arrays = read_arrays(path, kind=CHECKPOINT)
        with resuming(path):
            parts = _parts(arrays)
            history = _history(parts["history"]["history"])
            theirs = dict(from_json_array(parts["run"]["run"]))
            seen = theirs.pop("the batches")
            check_same(theirs, self.whose(int(parts["optimizer"]["steps"])))
            compare_arrays(parts["network"], before, "its network")
        for _ in self.batches(0):
            pass
        with resuming(path):
            if seen != self.seen.hexdigest():
                raise ValueError(
                    "it is another run's: the batches of the first epoch differ. So the data, the "
                    "batch size, the seed or the augmentation do, or batches are not the same from "
                    "call to call: let them draw from np.random.default_rng([seed, epoch])"
                )
            self.optimizer.load_state(parts["optimizer"])
            self.network.load_state(parts["network"])
        self.history = history


def _parts(arrays: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Sort the arrays by the first part of their names."""
    parts = {"network": {}, "optimizer": {}, "history": {}, "run": {}}
    for name, array in arrays.items():
        part, _, key = name.partition("/")
        if part not in parts:
            raise ValueError(f"it holds {name!r}, which no checkpoint of nn.fit does")
        parts[part][key or part] = array
    return parts


def _history(array: np.ndarray) -> History:
    """Return the history from the bytes of its JSON; ValueError or TypeError for anything else."""
    record = from_json_array(array)
    curves, stopped = dict(record["curves"]), str(record["stopped"])
    for name, curve in curves.items():
        if not isinstance(curve, list) or not all(isinstance(v, int | float) for v in curve):
            raise ValueError(f"its history of {name!r} does not consist of numbers")
    return History(curves, stopped)
