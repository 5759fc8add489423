"""Siamese training with triplets: one network, run on every picture of a batch.

"Two branches that share their parameters" means that the same network runs on A, P and N. Here they
stand in one batch, one run serves every triplet among them, and the gradients of all three roles
add up in the shared parameters on the way back.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from minidl import nn
from minidl.arguments import check_choice, check_int, check_labels, check_number, check_seed
from minidl.blocks import Executor
from minidl.faces.batches import people_batches
from minidl.faces.distances import squared_distances
from minidl.faces.encoder import check_images, pixels_to_input
from minidl.faces.gradient_caching import part_by_part
from minidl.faces.mining import MINERS, Miner
from minidl.faces.monitor import Monitor
from minidl.faces.triplets import triplet_cost
from minidl.nn.training import Batches, at_once

Augment = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def train_with_triplets(
    network: nn.Sequential,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    epochs: int,
    miner: str | Miner = "batch-hard",
    margin: float = 0.2,
    reduction: str = "mean",
    people: int = 16,
    pictures: int = 4,
    lr: float = 1e-3,
    seed: int = 0,
    augment: Augment | None = None,
    validate: Callable[[nn.Sequential], dict[str, float]] | None = None,
    checkpoint: str | Path | None = None,
    progress: bool = True,
    monitor: Monitor | None = None,
    part: int | None = None,
    executor: Executor | None = None,
) -> nn.History:
    """Train an encoder on uint8 pictures ``(N, H, W, 3)`` of the people ``labels``; return history.

    Adam, with a rate that rises for the first twentieth of the steps and then falls along a cosine.
    Everything drawn depends on ``seed`` and the epoch alone: a run that was killed and resumed from
    its checkpoint ends with the same bits.

    Args:
        network: ends in encodings ``(N, D)``; trained in place.
        epochs: in each, every person is drawn once.
        miner: ``"random"``, ``"semi-hard"``, ``"batch-hard"``, ``"batch-all"`` or a function.
        margin: α, in units of squared distance.
        reduction: of the triplets' costs, see ``triplet_cost``.
        people, pictures: P and K of a batch.
        lr: the highest learning rate.
        augment: changes a batch of float32 pictures at random, given a generator.
        validate, checkpoint, progress: as in ``nn.fit``. The rate falls over all ``epochs``: with
            more of them it is another run, which needs a checkpoint of its own.
        monitor: is told about every batch; give one to look at it afterwards.
        part: pictures that run at once, for batches larger than memory; by default all of a batch.
            The network may then have no batch norm and no dropout, see ``part_by_part``.
        executor: runs the parts, see ``minidl.blocks``; None: this process.

    Returns:
        The history: ``loss``, the monitor's numbers, and what ``validate`` returns.

    Raises:
        ValueError: for settings or data that do not fit; nothing is trained then.
    """
    images = check_images(images)
    labels = check_labels(labels, count=len(images))
    epochs, seed = check_int(epochs, "epochs", 0), check_seed(seed)
    miner, margin = _miner(miner), check_number(margin, "margin", 0, np.inf, open_high=True)
    monitor = Monitor(margin) if monitor is None else monitor
    rows = people_batches(labels, people, pictures, seed=seed)
    steps = epochs * sum(1 for _ in rows(0))
    if part is None and executor is not None:
        raise ValueError("an executor runs parts of a batch: say how many pictures are a part.")

    def loss(encodings: np.ndarray, target: tuple) -> tuple[float, np.ndarray]:
        people_of, rng = target
        d = squared_distances(encodings)
        triplets = miner(d, people_of, margin, rng)
        value, gradient, active = triplet_cost(
            encodings, triplets, margin, reduction=reduction, distances=d
        )
        monitor.add(value, active, d, people_of)
        return value, gradient

    rate = nn.cosine(lr, steps, warmup=steps // 20) if steps else lr
    return nn.fit(
        network,
        labelled_batches(images, labels, rows, augment, seed),
        loss,
        nn.Adam(network.parameters, rate),
        epochs=epochs,
        validate=lambda net: monitor.epoch() | (validate(net) if validate else {}),
        checkpoint=checkpoint,
        progress=progress,
        gradients=partial(part_by_part, part=part, executor=executor) if part else at_once,
    )


def labelled_batches(
    images: np.ndarray,
    labels: np.ndarray,
    rows: Callable[[int], Iterable[np.ndarray]],
    augment: Augment | None,
    seed: int,
) -> Batches:
    """Return the batches of input, and of (labels, generator) for the loss; rows says which."""

    def batches(epoch: int) -> Iterator[tuple[np.ndarray, tuple]]:
        for number, chosen in enumerate(rows(epoch)):
            rng = np.random.default_rng([seed, epoch, number])
            x = pixels_to_input(images[chosen])
            yield (augment(x, rng) if augment else x), (labels[chosen], rng)

    return batches


def _miner(miner: str | Miner) -> Miner:
    if callable(miner):
        return miner
    return MINERS[check_choice(miner, "miner", MINERS)]


def shift(pixels: int = 2) -> Augment:
    """Return an augmentation that moves every picture by at most ``pixels`` each way.

    What moves in at a border repeats the border's colour.
    """
    pixels = check_int(pixels, "pixels", 0)

    def move(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        height, width = x.shape[1:3]
        padded = np.pad(x, ((0, 0), (pixels,) * 2, (pixels,) * 2, (0, 0)), mode="edge")
        offsets = rng.integers(0, 2 * pixels + 1, (len(x), 2))
        cuts = [
            picture[i : i + height, j : j + width]
            for picture, (i, j) in zip(padded, offsets, strict=True)
        ]
        return np.stack(cuts)

    return move
