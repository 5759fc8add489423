"""Time and memory of the top-patches pass: ``python tests/benchmarks/top_patches.py``.

10,000 pictures go through each of the course's own two networks, every convolution watched. They
are made while the pass runs, a few at a time, and never lie in memory together. Each network has a
fresh process of its own, whose peak memory counts everything: Python, the compiled kernels, the
pictures.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

from minidl import datasets, visualization, zoo
from minidl.faces.encoder import pixels_to_input
from minidl.faces.pretrained import trained_encoder
from scripts.patches import random_patch, source_pictures

SECONDS, MEGABYTES = 60, 1000  # what the course promises on two cores


def crops(number: int) -> Iterator[np.ndarray]:
    """Patches of 64 × 64 from photographs and paintings."""
    sources = source_pictures()
    rng = np.random.default_rng(0)
    for _ in range(number):
        yield random_patch(sources[rng.integers(len(sources))], rng)


def people(number: int) -> Iterator[np.ndarray]:
    """Drawn faces of 48 × 48, ten of each person."""
    for first in range(0, number // 10, 10):
        yield from datasets.faces(range(first, first + 10), 10, seed=1)[0]


def photographs(number: int) -> tuple:
    """AlexNet in small, on crops."""
    layers = [f"conv{k}" for k in range(1, 6)]
    return zoo.small_alexnet(), crops(number), layers, None


def faces(number: int) -> tuple:
    """The face encoder, on drawn faces."""
    layers = [f"stage{k}_norm" for k in range(1, 4)]
    return trained_encoder(), people(number), layers, pixels_to_input


CASES = {"photographs": photographs, "faces": faces}


def timed(pictures: Iterator[np.ndarray], spent: list[float]) -> Iterator[np.ndarray]:
    """Yield the pictures, and add up how long making them takes."""
    while True:
        start = time.perf_counter()
        image = next(pictures, None)
        spent[0] += time.perf_counter() - start
        if image is None:
            return
        yield image


def peak_megabytes() -> float:
    """The most memory that this process has held (not known on Windows: nan)."""
    try:
        import resource
    except ImportError:
        return float("nan")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def measure(case: str, number: int) -> bool:
    """Run one case in this process, print its line, and say whether it kept within the limits."""
    network, pictures, layers, prepare = CASES[case](number)
    spent, start = [0.0], time.perf_counter()
    found = visualization.top_patches(
        network, timed(pictures, spent), layers, batch_size=64, prepare=prepare, progress=False
    )
    seconds, peak = time.perf_counter() - start, peak_megabytes()
    watched = sum(len(top.picture) for top in found.values())
    print(
        f"{case:12} {number:8,} {len(layers):7} {watched:6} {seconds:8.1f} s {spent[0]:11.1f} s "
        f"{peak:8.0f} MB",
        flush=True,
    )
    return seconds <= SECONDS and not peak > MEGABYTES


def main() -> None:
    """Measure every case in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=10_000, help="pictures in a pass")
    parser.add_argument("--case", choices=CASES, help="this one only, in this process")
    arguments = parser.parse_args()
    if arguments.case:
        sys.exit(0 if measure(arguments.case, arguments.number) else 1)
    print(f"{os.cpu_count()} cores; limits {SECONDS} s and {MEGABYTES} MB")
    print("network      pictures  layers  units       pass  of it pictures     peak", flush=True)
    results = [
        subprocess.run(
            [sys.executable, __file__, "--case", case, "--number", str(arguments.number)],
            check=False,
        ).returncode
        for case in CASES
    ]
    sys.exit(max(results))


if __name__ == "__main__":
    main()
