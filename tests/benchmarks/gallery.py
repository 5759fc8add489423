"""How long drawing 10,000 faces takes, and finding one person among a million.

    python tests/benchmarks/gallery.py [--people 1000000]

Prints the times, and the memory that a gallery of that size takes. A quarter of a minute, 1.3 GB
(the random encodings exist twice).
"""

import argparse
import statistics
import time

import numpy as np

from minidl import datasets, faces


def seconds(work, repeats: int = 1) -> float:
    """The median of a few runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def crowd(people: int) -> np.ndarray:
    """Random encodings of length 1, ``(people, 128)``."""
    encodings = np.random.default_rng(0).standard_normal((people, 128), dtype=np.float32)
    encodings /= np.linalg.norm(encodings, axis=1, keepdims=True)
    return encodings


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    people = parser.parse_args().people

    drawing = seconds(lambda: datasets.faces(1000, 10, seed=0))
    print(f"drawing 1,000 people × 10 pictures, 48 × 48: {drawing:.1f} s")

    encodings = crowd(people)
    gallery = faces.Gallery("random encodings")
    gallery.enrol_all([f"person {k}" for k in range(people)], encodings)
    query = encodings[people // 2] + np.float32(0.01)
    first = seconds(lambda: gallery.identify(query, 0.5))
    assert gallery.identify(query, 0.5).name == f"person {people // 2}"
    again = seconds(lambda: gallery.identify(query, 0.5), repeats=9)
    print(f"identification among {people:,}: {again:.3f} s (the first time {first:.3f} s)")
    megabytes = gallery.encodings.nbytes / 1e6
    print(f"encodings: {megabytes:.0f} MB, squared lengths {4 * people / 1e6:.0f} MB")

    network = faces.trained_encoder()
    pictures, _, _ = datasets.faces(range(1000, 1100), 1, seed=0)
    stored = faces.Gallery(faces.fingerprint(network))
    stored.enrol_all([str(k) for k in range(100)], faces.encode(network, pictures))
    guest = pictures[:1]
    door = seconds(lambda: stored.identify(faces.encode(network, guest)[0], 0.5), repeats=9)
    every = seconds(lambda: faces.encode(network, pictures), repeats=5) + door
    print(f"100 people, precomputed: {1000 * door:.1f} ms; encoded again: {1000 * every:.1f} ms")


if __name__ == "__main__":
    main()
