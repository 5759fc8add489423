"""A small training loop: progress, history, early stop, and checkpoints that lose nothing.

Everything that an epoch draws depends on the seed and the epoch's number alone, and a checkpoint
holds everything else. A run that was killed and resumed ends with the same bits as one that was
not.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from minidl.nn.network import Sequential
from minidl.nn.optimizers import Optimizer
from minidl.nn.weights import WeightFileError, read_arrays, write_arrays

Batches = Callable[[int], Iterable[tuple[np.ndarray, object]]]
Loss = Callable[[np.ndarray, object], tuple[float, np.ndarray]]


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

    def add(self, **values: float) -> None:
        """Add one epoch's numbers."""
        for name, value in values.items():
            self.curves.setdefault(name, []).append(float(value))


def shuffled_batches(
    x: np.ndarray,
    target: np.ndarray,
    batch_size: int,
    *,
    seed: int = 0,
    augment: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
) -> Batches:
    """Return a function of the epoch's number that yields (x, target) batches in a new order.

    Args:
        x, target: the training set, first axes of one length.
        batch_size: examples in a batch; the last one may be smaller.
        seed: with the epoch's number it settles the order.
        augment: changes a batch of x at random, given a generator.
    """
    if len(x) != len(target) or len(x) == 0:
        raise ValueError(f"x and target must be as long, and not empty: {len(x)}, {len(target)}.")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}.")

    def batches(epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = np.random.default_rng([seed, epoch])
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            yield (augment(x[rows], rng) if augment else x[rows]), target[rows]

    return batches


def fit(
    network: Sequential,
    batches: Batches,
    loss: Loss,
    optimizer: Optimizer,
    *,
    epochs: int,
    validate: Callable[[Sequential], dict[str, float]] | None = None,
    patience: int | None = None,
    watch: str = "loss",
    checkpoint: str | Path | None = None,
    progress: bool = True,
) -> History:
    """Train for so many epochs; return the history.

    Args:
        network: to be trained, in place.
        batches: function of the epoch's number that yields (x, target); see ``shuffled_batches``.
        loss: function of (output, target) that returns (value, gradient).
        optimizer: takes the steps.
        epochs: how many in all; a resumed run does the rest of them.
        validate: returns numbers to record after each epoch, for instance
            ``lambda net: {"accuracy": …}``; called in inference mode.
        patience: stop after so many epochs in which ``watch`` did not fall, and go back to the
            best weights.
        watch: the recorded number that should fall: "loss", or a name from ``validate``.
        checkpoint: an .npz file, written atomically after every epoch; if it exists, the run goes
            on from there.
        progress: whether to show a bar.

    Interrupt (Ctrl-C, or the notebook's stop button) ends training cleanly: the history says so,
    and the network keeps what it has learned.

    Raises:
        WeightFileError: if the checkpoint is damaged or belongs to another run; the network is then
            as it was.
        FloatingPointError: if the loss is not finite any more.
    """
    run = _Run(network, optimizer, patience, watch)
    if checkpoint is not None and Path(checkpoint).exists():
        run.load(Path(checkpoint))
    bar = tqdm(total=epochs, initial=run.history.epochs, unit="epoch", disable=not progress)
    training = network.training
    try:
        while run.history.epochs < epochs and not run.history.stopped:
            values = {"loss": _epoch(network.train(), batches, loss, optimizer, run.history.epochs)}
            if validate is not None:
                values |= validate(network.eval())
            run.record(values)
            if checkpoint is not None:
                run.save(Path(checkpoint))
            bar.update()
            bar.set_postfix({name: f"{value:.4g}" for name, value in values.items()})
    except KeyboardInterrupt:
        run.history.stopped = "interrupted"
    finally:
        bar.close()
        network.train(training)
    if run.best is not None:
        network.load_state(run.best)
    return run.history


def _epoch(network, batches, loss, optimizer, number: int) -> float:
    total = examples = 0
    for x, target in batches(number):
        value, gradient = loss(network.forward(x), target)
        if not np.isfinite(value):
            raise FloatingPointError(
                f"the loss became {value} in epoch {number + 1}: lower the learning rate, "
                "clip the gradients (clip_norm), or look for NaN in the data."
            )
        network.backward(gradient, need_input=False)
        optimizer.step()
        total, examples = total + value * len(x), examples + len(x)
    if not examples:
        raise ValueError(f"batches({number}) yielded nothing to train on.")
    return total / examples


class _Run:
    """What a checkpoint holds: weights, optimiser, history, and the best weights so far."""

    def __init__(self, network: Sequential, optimizer: Optimizer, patience: int | None, watch: str):
        self.network, self.optimizer = network, optimizer
        self.patience, self.watch = patience, watch
        self.history = History()
        self.best: dict[str, np.ndarray] | None = None

    def record(self, values: dict[str, float]) -> None:
        self.history.add(**values)
        if self.patience is None:
            return
        curve = self.history[self.watch]
        since = len(curve) - 1 - int(np.argmin(curve))
        if since == 0:
            self.best = {name: value.copy() for name, value in self.network.state().items()}
        elif since >= self.patience:
            self.history.stopped = f"{self.watch} has not fallen for {since} epochs"

    def save(self, path: Path) -> None:
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
        arrays = read_arrays(path)
        parts: dict[str, dict[str, np.ndarray]] = {"network": {}, "optimizer": {}, "best": {}}
        for name, array in arrays.items():
            part, _, key = name.partition("/")
            if part in parts:
                parts[part][key] = array
        before = self.network.state()
        try:
            self.network.load_state(parts["network"])
            self.optimizer.load_state(parts["optimizer"])
            record = json.loads(arrays["history"].tobytes().decode("utf-8"))
        except (ValueError, KeyError) as error:
            self.network.load_state(before)
            raise WeightFileError(
                f"{path.name} belongs to another training run: {error}"
            ) from error
        self.history = History(record["curves"], record["stopped"])
        self.best = parts["best"] or None
