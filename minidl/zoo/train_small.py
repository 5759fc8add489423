"""Train ``small_net`` to tell where a patch is from: ``python -m minidl.zoo.train_small``.

Fourteen photographs and six paintings drawn by the course. Patches are cut at random places and
scales from the upper three quarters of each picture; the lower quarter is kept for the test, so
that the network is asked about pixels that it has never seen.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from minidl import nn
from minidl.console import say
from minidl.files import check_writable
from minidl.zoo.own import FOLDER
from minidl.zoo.photos import photo
from minidl.zoo.small_network import CLASSES, PATCH, WEIGHTS, top_class, untrained_small_net

PHOTOGRAPHS = (
    *("astronaut", "cat", "coffee", "hubble", "rocket", "retina", "tissue"),
    *("camera", "coins", "brick", "grass", "gravel", "china", "flower"),
)
LONGEST = 400  # pixels of a picture's longer side, so that patches show things and not only blur
TRAINED_PART = 0.75  # of each picture's height


def pictures() -> list[np.ndarray]:
    """Return the 20 pictures, one class each."""
    from minidl.datasets import paintings

    photographs = [_shrink(photo(name)) for name in PHOTOGRAPHS]
    drawn = [paintings.painting(name, size=(320, 400), seed=0) for name in paintings.names()]
    assert len(photographs) + len(drawn) == CLASSES
    return photographs + drawn


def _shrink(image: np.ndarray) -> np.ndarray:
    picture = Image.fromarray(image)
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def cut(image: np.ndarray, rng: np.random.Generator, test: bool = False) -> np.ndarray:
    """Cut a random patch ``(64, 64, 3)`` from the part for training, or from the one for testing.

    It is 48 to 96 pixels wide before it is brought to 64, mirrored half of the time, and somewhat
    brighter or darker.
    """
    border = int(len(image) * TRAINED_PART)
    part = image[border:] if test else image[:border]
    side = int(min(rng.integers(48, 97), *part.shape[:2]))
    y, x = (int(rng.integers(0, n - side + 1)) for n in part.shape[:2])
    patch = Image.fromarray(part[y : y + side, x : x + side])
    patch = np.asarray(patch.resize((PATCH, PATCH), Image.Resampling.BILINEAR), np.float32)
    if rng.random() < 0.5:
        patch = patch[:, ::-1]
    return np.clip((patch - 128) * rng.uniform(0.7, 1.2) + 128 + rng.uniform(-25, 25), 0, 255)


def patches(
    images: list[np.ndarray], number: int, rng: np.random.Generator, test: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``number`` patches of random pictures ``(number, 64, 64, 3)`` and their classes."""
    labels = rng.integers(0, len(images), number)
    return np.stack([cut(images[k], rng, test) for k in labels]).astype(np.float32), labels


def train(
    *, epochs: int = 36, steps: int = 60, batch_size: int = 48, seed: int = 0, checkpoint=None
) -> tuple[nn.Sequential, float]:
    """Train a fresh network; return it and the share of 2,000 test patches that it gets right."""
    images = pictures()
    network = untrained_small_net(seed=seed)
    schedule = nn.cosine(2e-3, epochs * steps, warmup=min(steps, epochs * steps // 2))
    optimizer = nn.Adam(network.parameters, schedule, weight_decay=0.3)

    def batches(epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = np.random.default_rng([seed, epoch])
        for _ in range(steps):
            yield patches(images, batch_size, rng)

    test, answers = patches(images, 2000, np.random.default_rng([seed, 10**6]), test=True)

    def validate(net: nn.Sequential) -> dict[str, float]:
        return {"accuracy": float((top_class(net, test[:400]) == answers[:400]).mean())}

    nn.fit(
        network,
        batches,
        nn.softmax_cross_entropy,
        optimizer,
        epochs=epochs,
        validate=validate,
        checkpoint=checkpoint,
    )
    return network, float((top_class(network, test) == answers).mean())


def main() -> None:
    """Train, report the test accuracy and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=36)
    parser.add_argument("--output", type=Path, default=FOLDER / WEIGHTS)
    parser.add_argument("--checkpoint", type=Path, help="go on from here if it exists")
    arguments = parser.parse_args()
    check_writable(arguments.output)
    network, accuracy = train(epochs=arguments.epochs, checkpoint=arguments.checkpoint)
    network.save(arguments.output)
    say(f"{accuracy:.1%} of the test patches told right; weights in {arguments.output}")


if __name__ == "__main__":
    main()
