"""Train the small network that style transfer can do without fetching anything.

    python -m scripts.train_style_network

The task is that of ``scripts/train_small_alexnet.py``: which of twenty pictures, fourteen
photographs and six paintings, is this patch from? Here the colours of each patch are mixed anew as
well, so that strokes and textures have to tell.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from minidl import nn
from minidl.style.style_network import LAYERS, WEIGHTS, new_style_net
from scripts.patch_classifier import accuracy, command
from scripts.patches import random_patches, source_pictures

BATCH, STEPS, TEST = 48, 60, 1000  # patches in a batch, batches in an epoch, test patches


def recoloured(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return patches ``(N, H, W, 3)`` in other light: in each, colours mixed a little and moved."""
    mix = np.eye(3) + rng.normal(0, 0.15, (len(x), 1, 3, 3))
    move = 127.5 + rng.normal(0, 12, (len(x), 1, 1, 3))
    return np.clip((x - 127.5) @ mix.astype(np.float32) + move.astype(np.float32), 0, 255)


def even_out(net: nn.Sequential, patches: np.ndarray) -> None:
    """Scale each channel of each convolution to a mean square of 1 over the patches.

    What a layer's weights are divided by, the next layer's are multiplied with, so that the scores
    stay what they were (ReLU lets positive factors through). A channel that hardly ever fires is
    not blown up: its root mean square counts as a tenth of the layer's, at least.
    """
    values = {name: parameter.value for name, parameter in net.parameters.items()}
    for name, following in zip(LAYERS, [*LAYERS[1:], "scores"], strict=True):
        a = net.trace(patches, (name,), keep=False)[name]
        square = np.square(a).mean((0, 1, 2))
        scale = np.sqrt(np.maximum(square, 0.01 * square.mean()))
        values[f"{name}/w"] /= scale
        values[f"{name}/b"] /= scale
        values[f"{following}/w"] *= scale[:, None]


def train(
    images: list[np.ndarray],
    *,
    epochs: int = 24,
    checkpoint: Path | None = None,
    progress: bool = True,
) -> tuple[nn.Sequential, float]:
    """Return the network, trained and evened out, and its accuracy on TEST patches."""
    net = new_style_net(classes=len(images))
    optimizer = nn.Adam(
        net.parameters, nn.cosine(2e-3, epochs * STEPS, warmup=STEPS), weight_decay=0.02
    )
    test = random_patches(images, TEST, np.random.default_rng(1), test=True)

    def batches(epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = np.random.default_rng([2, epoch])
        for _ in range(STEPS):
            x, labels = random_patches(images, BATCH, rng)
            yield recoloured(x, rng), labels

    nn.fit(
        net,
        batches,
        nn.softmax_cross_entropy,
        optimizer,
        epochs=epochs,
        validate=lambda net: {"accuracy": accuracy(net, *(part[: TEST // 5] for part in test))},
        checkpoint=checkpoint,
        progress=progress,
    )
    even_out(net, random_patches(images, TEST // 5, np.random.default_rng(3))[0])
    return net, accuracy(net, *test)


if __name__ == "__main__":
    command(__doc__.splitlines()[0], lambda **given: train(source_pictures(), **given), 24, WEIGHTS)
