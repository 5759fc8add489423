"""Train the small network and store its weights in data/.

    python -m minidl.style.train_small

The task: from which of sixty drawn paintings was this patch cut? The patches come at random places,
sizes, mirrored and with other colours, so that it takes strokes and forms to tell. Patches from the
right-hand fifth of each painting are kept for the test.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from minidl import nn
from minidl.datasets import painting, paintings, resize
from minidl.zoo.small_net import CLASSES, FILTERS, WEIGHTS, new_small_net

SIDE, PATCH, BATCH = 320, 64, 48
SMALLEST, LARGEST = 48, 120  # pixels that a patch covers before it is scaled to PATCH
EPOCH = 100  # batches


def draw_paintings() -> list[np.ndarray]:
    """Return the paintings to tell apart, SIDE pixels square, in the order of the classes."""
    styles = paintings.names()
    return [
        painting(styles[i % len(styles)], (SIDE, SIDE), i // len(styles)) for i in range(CLASSES)
    ]


def cut(
    pictures: list[np.ndarray], count: int, rng: np.random.Generator, *, test: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return so many patches ``(count, PATCH, PATCH, 3)``, float32 0…255, and their classes."""
    border = SIDE * 4 // 5
    left, right = (border, SIDE) if test else (0, border)
    labels = rng.integers(len(pictures), size=count)
    patches = np.empty((count, PATCH, PATCH, 3), np.float32)
    for patch, label in zip(patches, labels, strict=True):
        side = int(rng.integers(SMALLEST, min(LARGEST, right - left) + 1))
        top, start = rng.integers(SIDE - side + 1), rng.integers(left, right - side + 1)
        square = pictures[label][top : top + side, start : start + side]
        patch[:] = resize(square, PATCH)[:, :: rng.choice((-1, 1))]
    return patches if test else recoloured(patches, rng), labels


def recoloured(patches: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the patches under another light each: colours mixed a little, lighter or darker."""
    mix = np.eye(3) + rng.normal(0, 0.15, (len(patches), 1, 3, 3))
    light = rng.normal(0, 12, (len(patches), 1, 1, 3))
    colours = (patches - 127.5) @ mix.astype(np.float32) + (127.5 + light).astype(np.float32)
    return np.clip(colours, 0, 255)


def even_out(net: nn.Network, patches: np.ndarray) -> None:
    """Scale every channel of every convolution to a mean activation of 1 over the patches.

    What a layer's weights are divided by, the next layer's are multiplied with, so that the network
    computes what it did (ReLU lets positive factors through). Channels that never fire are left.
    """
    names = [f"conv{i}" for i in range(1, len(FILTERS) + 1)]
    means = {name: a.mean((0, 1, 2)) for name, a in net.trace(patches, names).activations.items()}
    values = {name: parameter.value for name, parameter in net.parameters.items()}
    for name, following in zip(names, [*names[1:], "logits"], strict=True):
        scale = np.where(means[name] > 1e-6, means[name], 1)
        values[f"{name}/w"] /= scale
        values[f"{name}/b"] /= scale
        values[f"{following}/w"] *= scale[:, None]


def accuracy(net: nn.Network, patches: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of patches that the network gives to the right painting."""
    return float((net.predict(patches).argmax(axis=1) == labels).mean())


def train(epochs: int, *, checkpoint: Path | None = None, progress: bool = True) -> nn.Network:
    """Return the network, trained and evened out."""
    pictures = draw_paintings()
    net = new_small_net()
    test = cut(pictures, 600, np.random.default_rng(1), test=True)

    def batches(epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = np.random.default_rng([2, epoch])
        for _ in range(EPOCH):
            yield cut(pictures, BATCH, rng)

    nn.fit(
        net,
        batches,
        nn.softmax_cross_entropy,
        nn.Adam(net.parameters, nn.cosine(2e-3, epochs * EPOCH, warmup=50)),
        epochs=epochs,
        validate=lambda net: {"test accuracy": accuracy(net, *test)},
        checkpoint=checkpoint,
        progress=progress,
    )
    even_out(net, cut(pictures, 300, np.random.default_rng(3))[0])
    return net


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--output", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    train(given.epochs, checkpoint=given.output.with_suffix(".part.npz")).save(given.output)
    given.output.with_suffix(".part.npz").unlink()
    print(f"{given.output}: {given.output.stat().st_size / 1000:.0f} kB")
