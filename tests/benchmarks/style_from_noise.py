"""A photograph painted from noise by each optimiser: `python tests/benchmarks/style_from_noise.py`.

    --size N        the longer side of the picture (256)
    --photo NAME    the photograph (cat)
    --painter NAME  the style (impasto)
    --save FOLDER   where to put the pictures

What the course promises of 256 pixels: in 100 steps of L-BFGS or 300 of Adam the style cost falls
below 1 % of its start, and the photograph is recognisable: edges lie where they lie in it, and not
where they lie in other photographs.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from minidl.datasets import painting, resize, save_image
from minidl.style import transfer
from minidl.zoo import photo

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.style.recognise import likeness

OTHERS = ("cat", "china", "coffee", "astronaut", "flower")
STEPS = {"lbfgs": 100, "adam": 300}


def square(name: str, size: int) -> np.ndarray:
    """The middle of a photograph."""
    image = photo(name)
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return resize(image[top : top + side, left : left + side], size)


def main() -> None:
    """Paint, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--photo", default="cat")
    parser.add_argument("--painter", default="impasto")
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    content = square(options.photo, options.size)
    style = painting(options.painter, (options.size, options.size))
    for optimizer, steps in STEPS.items():
        began = time.perf_counter()
        result = transfer(content, style, optimizer=optimizer, steps=steps, progress=False)
        seconds = time.perf_counter() - began
        totals, costs = result.history["total"], result.history["style"]
        left = costs[int(np.argmin(totals))] / costs[0]
        print(f"{optimizer}: {steps} steps in {seconds:.0f} s, style cost {left:.2%} of its start")
        for name in dict.fromkeys((options.photo, *OTHERS)):
            print(f"  likeness to {name}: {likeness(result.image, square(name, options.size)):.2f}")
        if options.save is not None:
            options.save.mkdir(parents=True, exist_ok=True)
            save_image(result.image, options.save / f"{options.photo}_{optimizer}.png")


if __name__ == "__main__":
    main()
