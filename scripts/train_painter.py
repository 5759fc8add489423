"""Train the network that paints in one pass (Johnson, Alahi and Fei-Fei, 2016).

    python -m scripts.train_painter

It minimises the same J as style transfer, with the same VGG-19; but what is changed is not the
pixels of one picture but the weights of a network that makes pixels of photographs.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from minidl import nn
from minidl.console import say
from minidl.datasets import painting, resize
from minidl.files import check_writable
from minidl.nn.progress import progress_bar
from minidl.style import Objective
from minidl.style.conventions import CONVENTIONS
from minidl.style.networks import find_network
from minidl.style.objective import Problem
from minidl.style.painter import WEIGHTS, new_painter
from minidl.zoo import photo
from scripts import WEIGHTS_FOLDER

PHOTOGRAPHS = ("astronaut", "cat", "coffee", "rocket", "flower", "camera", "coins", "obama")
SIZE, CROPS = 96, 200  # pixels a side, and how many different ones
LARGE, SMALL = 512, 128  # the photograph's shorter side when a crop is cut from it
STYLE = ("impasto", (384, 384))


def random_crops(count: int, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Return pieces of the photographs ``(1, size, size, 3)``, float32, some near, some far."""
    photographs, crops = [photo(name) for name in PHOTOGRAPHS], []
    for i in range(count):
        image = photographs[i % len(photographs)]
        scale = np.exp(rng.uniform(np.log(SMALL), np.log(LARGE))) / min(image.shape[:2])
        height, width = (max(size, round(side * scale)) for side in image.shape[:2])
        image = resize(image, (height, width))
        top, left = (int(rng.integers(0, side - size + 1)) for side in (height, width))
        crop = image[top : top + size, left : left + size]
        crops.append(np.float32(crop[:, :: rng.choice((-1, 1))])[None])
    return crops


def objectives(crops: Sequence[np.ndarray], style: np.ndarray) -> list[Objective]:
    """Return J for each crop as the content, by the recipe of style transfer."""
    vgg, recipe = find_network("vgg19", None)
    j = Problem(
        network=vgg,
        size=crops[0].shape[1:3],
        content=None,
        content_layer=recipe.content_layer,
        styles=[np.float32(style)[None]],
        shares=[1.0],
        lambdas=recipe.lambdas,
        alpha=1.0,
        beta=None,
        tv=None,
        margin=0,
        convention=CONVENTIONS["lecture"],
        recipe=recipe,
    ).objective(crops[0].shape[1:3])
    layers = [recipe.content_layer]
    return [replace(j, content=vgg.trace(c, layers, keep=False).activations) for c in crops]


def train(
    crops: Sequence[np.ndarray], style: np.ndarray, *, steps: int, progress: bool = True
) -> tuple[nn.Sequential, list[float]]:
    """Return the painter after ``steps`` pictures, one in each step, and J of each."""
    net, js = new_painter().train(), objectives(crops, style)
    optimizer = nn.Adam(net.parameters, nn.cosine(3e-3, steps, warmup=min(50, steps - 1)))
    rng, history = np.random.default_rng(1), []
    with progress_bar(progress, total=steps, unit="picture") as bar:
        for _ in range(steps):
            i = int(rng.integers(len(crops)))
            point = js[i](net.forward(crops[i]))
            net.backward(point.gradient / np.float32(point.gradient.size))
            optimizer.step()
            history.append(point.value)
            bar.update()
    return net.eval(), history


def main() -> None:
    """Read the command line, train, write the weights, and say how far J fell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--output", type=Path, default=WEIGHTS_FOLDER / WEIGHTS)
    given = parser.parse_args()
    check_writable(given.output)
    crops = random_crops(CROPS, SIZE, np.random.default_rng(0))
    net, history = train(crops, painting(*STYLE), steps=given.steps)
    net.save(given.output)
    tenth = max(1, len(history) // 10)
    left = np.mean(history[-tenth:]) / np.mean(history[:tenth])
    say(f"J fell to {left:.0%} of what it was in the first tenth; weights in {given.output}")


if __name__ == "__main__":
    main()
