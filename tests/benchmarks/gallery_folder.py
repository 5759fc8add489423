"""A search among ten million encodings on disk: ``python tests/benchmarks/gallery_folder.py``.

Writes a gallery of random encodings (5.2 GB for ten million), searches it, and prints times and the
most memory that the process held, everything counted. Some minutes; the folder is removed.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from minidl import faces
from minidl.files import temporary_folder

BLOCK = 1 << 16


def crowd(first: int, number: int) -> tuple[list[str], np.ndarray]:
    """Random encodings of length 1, ``(number, 128)``, and names."""
    rows = np.random.default_rng(first).standard_normal((number, 128), np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return [f"person {first + k}" for k in range(number)], rows


def peak_megabytes() -> float:
    """The most memory that this process has held, mapped files too (nan on Windows)."""
    try:
        import resource
    except ImportError:
        return float("nan")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def measure(people: int, folder: Path) -> None:
    """Fill a gallery, search it, and print a line for each."""
    gallery = faces.GalleryFolder(folder, "random encodings")
    start = time.perf_counter()
    with gallery.adding() as additions:
        for first in range(0, people, BLOCK):
            additions.add(*crowd(first, min(BLOCK, people - first)))
    print(f"writing {people:,} people: {time.perf_counter() - start:.0f} s")
    wanted = np.linspace(0, people - 1, 100).astype(int)
    queries = np.concatenate(
        [crowd(int(w) // BLOCK * BLOCK, BLOCK)[1][[w % BLOCK]] for w in wanted]
    )
    queries += np.float32(0.01)
    opened = time.perf_counter()
    gallery = faces.GalleryFolder(folder, "random encodings")
    print(f"opening it: {time.perf_counter() - opened:.2f} s")
    for number, repeats in ((1, 3), (100, 1)):
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            _, rows = gallery.nearest(queries[:number], 5)
            times.append(time.perf_counter() - start)
        assert rows[:, 0].tolist() == wanted[:number].tolist()
        print(f"the 5 nearest to {number}: {statistics.median(times):.1f} s")
    assert gallery.names(rows[:, 0]) == [f"person {w}" for w in wanted]
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"on disk {size / 1e9:.1f} GB; most memory {peak_megabytes():.0f} MB")


def main() -> None:
    """Measure in a folder that is removed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=10_000_000)
    with temporary_folder() as folder:
        measure(parser.parse_args().people, folder / "gallery")


if __name__ == "__main__":
    main()
