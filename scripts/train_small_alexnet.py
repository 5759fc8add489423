"""Train ``small_alexnet`` to tell from which of twenty pictures a patch was cut.

    python -m scripts.train_small_alexnet [--epochs 36] [--output FILE] [--checkpoint FILE]

Reports its accuracy on 2,000 patches of what it never saw, and writes the weights.
"""

from collections.abc import Iterator

import numpy as np

from minidl import nn
from minidl.zoo.small_alexnet import WEIGHTS, untrained_small_alexnet
from scripts.patch_classifier import accuracy, command
from scripts.patches import random_patches, source_pictures


def train(
    *, epochs: int = 36, steps: int = 60, batch_size: int = 48, seed: int = 0, checkpoint=None
) -> tuple[nn.Sequential, float]:
    """Train a fresh network; return it and the share of 2,000 test patches that it gets right."""
    images = source_pictures()
    network = untrained_small_alexnet(seed=seed)
    schedule = nn.cosine(2e-3, epochs * steps, warmup=min(steps, epochs * steps // 2))
    optimizer = nn.Adam(network.parameters, schedule, weight_decay=0.3)

    def batches(epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = np.random.default_rng([seed, epoch])
        for _ in range(steps):
            yield random_patches(images, batch_size, rng)

    test, labels = random_patches(images, 2000, np.random.default_rng([seed, 10**6]), test=True)

    def validate(net: nn.Sequential) -> dict[str, float]:
        return {"accuracy": accuracy(net, test[:400], labels[:400])}

    nn.fit(
        network,
        batches,
        nn.softmax_cross_entropy,
        optimizer,
        epochs=epochs,
        validate=validate,
        checkpoint=checkpoint,
    )
    return network, accuracy(network, test, labels)


if __name__ == "__main__":
    command(__doc__.splitlines()[0], train, 36, WEIGHTS)
