"""A small training loop: progress, history, and checkpoints that lose nothing.

Everything that an epoch draws depends on the seed and the epoch's number alone, and a checkpoint
holds everything else. A run that was killed and resumed ends with the same bits as one that was
not.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from minidl.arguments import check_int, check_path, check_seed
from minidl.files import check_writable
from minidl.nn.checkpoint import History, TrainingRun
from minidl.nn.network import Sequential
from minidl.nn.optimizers import Optimizer
from minidl.nn.progress import progress_bar

Batches = Callable[[int], Iterable[tuple[np.ndarray, object]]]
Loss = Callable[[np.ndarray, object], tuple[float, np.ndarray]]
Gradients = Callable[[Sequential, np.ndarray, object, Loss], float]


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
        x, target: the training set, arrays whose first axes have one length.
        batch_size: examples in a batch; the last one may be smaller.
        seed: with the epoch's number it settles the order.
        augment: changes a batch of x at random, given a generator.

    Raises:
        TypeError, ValueError: for data that are no arrays, empty, or of different lengths, or
            settings that are no positive ints.
    """
    for name, array in (("x", x), ("target", target)):
        if not isinstance(array, np.ndarray) or array.ndim == 0:
            raise TypeError(f"{name} must be an array of examples, got {type(array).__name__}.")
    if len(x) != len(target) or len(x) == 0:
        raise ValueError(
            f"x and target must be equally long and not empty, got {len(x)} and {len(target)}."
        )
    batch_size = check_int(batch_size, "batch_size")
    seed = check_seed(seed)

    def batches(epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = np.random.default_rng([seed, epoch])
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            yield (augment(x[rows], rng) if augment else x[rows]), target[rows]

    return batches


def at_once(network: Sequential, x: np.ndarray, target: object, loss: Loss) -> float:
    """Send a whole batch forwards and back; return its loss, and leave the gradients."""
    with network.memory_guard(x):
        value, gradient = loss_of(loss, network.forward(x), target)
        network.backward(gradient, need_input=False, release=True)
    return value


def loss_of(loss: Loss, output: np.ndarray, target: object) -> tuple[float, np.ndarray]:
    """Return the loss of an output and its gradient."""
    return _pair(loss(output, target), "loss must return a pair (value, gradient)")


def fit(
    network: Sequential,
    batches: Batches,
    loss: Loss,
    optimizer: Optimizer,
    *,
    epochs: int,
    validate: Callable[[Sequential], dict[str, float]] | None = None,
    checkpoint: str | Path | None = None,
    progress: bool = True,
    gradients: Gradients = at_once,
) -> History:
    """Train for ``epochs`` epochs; return the history.

    Args:
        network: to be trained, in place.
        batches: function of the epoch's number that yields (x, target); see ``shuffled_batches``.
        loss: function of (output, target) that returns (value, gradient).
        optimizer: takes the steps.
        epochs: how many in all; a resumed run does the rest of them.
        validate: returns numbers to record after each epoch, for instance
            ``lambda net: {"accuracy": …}``; called in inference mode.
        checkpoint: an .npz file, written after every epoch; if it exists, the run goes on from
            there. If it cannot be written during the run, a warning says so.
        progress: whether to show a bar.
        gradients: how a batch gets its gradients, a function of (network, x, target, loss) that
            returns the loss and leaves the gradients in the parameters.

    A checkpoint belongs to its run. Other batches in the first epoch (data, their order, their
    size, their augmentation), layers, loss, learning rate in the steps done, settings of the
    optimiser, or frozen parameters are another run's. More epochs are not, and neither are other
    first weights and ``validate``. A function counts by its name and the settings that it holds:
    with another body it needs another path.

    Interrupt (Ctrl-C, or the notebook's stop button) ends training cleanly: the history says so,
    and the network keeps what it has learned.

    Raises:
        TypeError, ValueError: for arguments that are not what they should be, before any training.
        OSError: if the checkpoint cannot be written, before any training.
        WeightFileError: if the checkpoint is damaged or belongs to another run, saying what
            differs; the network is then as it was.
        FloatingPointError: if the loss is not finite any more.
        MemoryError: if a batch is too large for the memory; it says which size would fit.
    """
    _check_parts(network, batches, loss, optimizer, validate)
    epochs = check_int(epochs, "epochs", 0)
    run = TrainingRun(network, optimizer)
    if checkpoint is not None:
        checkpoint = check_path(checkpoint, "checkpoint")
        batches = run.identify(batches, loss)
        if checkpoint.exists():
            run.load(checkpoint)
        if run.history.epochs < epochs:
            check_writable(checkpoint)
    training, start = network.training, run.history.epochs
    run.clear()  # gradients left over from elsewhere
    with progress_bar(progress, total=epochs, initial=start, unit="epoch") as bar:
        try:
            for number in range(start, epochs):
                parts = network.train(), batches, loss, optimizer, gradients
                values = {"loss": _epoch(*parts, number)}
                if validate is not None:
                    values |= _numbers(validate(network.eval()))
                run.history.add(**values)
                if checkpoint is not None:
                    run.save(checkpoint)
                bar.update()
                bar.set_postfix({name: f"{value:.4g}" for name, value in values.items()})
        except KeyboardInterrupt:
            run.history.stopped = "interrupted"
        finally:
            run.clear()
            network.train(training)
    return run.history


def _check_parts(network, batches, loss, optimizer, validate) -> None:
    function = "a function such as"
    wants = (
        ("network", network, Sequential, "one such as nn.Sequential([…], input_shape=…)"),
        ("optimizer", optimizer, Optimizer, "one such as nn.Adam(network.parameters)"),
        ("batches", batches, Callable, f"{function} nn.shuffled_batches(x, target, 32)"),
        ("loss", loss, Callable, f"{function} nn.softmax_cross_entropy"),
        ("validate", validate, Callable | None, f'{function} lambda net: {{"accuracy": …}}'),
    )
    for name, value, kind, wanted in wants:
        if not isinstance(value, kind):
            raise TypeError(f"{name} must be {wanted}, got {type(value).__name__}.")


def _pair(value: object, what: str) -> tuple:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise TypeError(f"{what}, got {type(value).__name__}.")
    return tuple(value)


def _numbers(values: object) -> dict[str, float]:
    if not isinstance(values, Mapping) or "loss" in values:
        raise TypeError(
            'validate must return numbers by name, such as {"accuracy": 0.9} (not "loss", which is '
            f"the training's), got {values!r}."
        )
    return {str(name): float(value) for name, value in values.items()}


def _epoch(network, batches, loss, optimizer, gradients, number: int) -> float:
    total = examples = 0
    for batch in batches(number):
        x, target = _pair(batch, "batches must yield pairs (x, target)")
        value = gradients(network, x, target, loss)
        if not np.isfinite(value):
            raise FloatingPointError(
                f"the loss became {value} in epoch {number + 1}: lower the learning rate, "
                "or look for NaN in the data."
            )
        optimizer.step()
        total, examples = total + value * len(x), examples + len(x)
    if not examples:
        raise ValueError(f"batches({number}) yielded nothing to train on.")
    return total / examples
