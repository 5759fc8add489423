"""What sending blocks costs, and what it brings: ``python tests/benchmarks/blocks.py``.

1. The overhead of a block that takes no time, for each executor; it should be below 2 ms.
2. Two workers beside one, on a second of work and more; at least 1.7 times as fast on two cores.
3. The parent's memory while 100,000 blocks of 40 KB, 4 GB in all, pass through a pool.

Two minutes; the machine must be quiet.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # of each worker; this process does not compute
sys.path.insert(0, str(Path(__file__).parents[2]))

import loky
import numpy as np
import psutil

from minidl.blocks import Executor, in_order
from minidl.files import temporary_folder
from tests.cluster_work import busy, cluster

OVERHEAD, FASTER, GROWTH = 2e-3, 1.7, 50e6  # seconds a block, times as fast, bytes


def seconds(work, blocks, executor: Executor | None) -> float:
    """How long all blocks take."""
    start = time.perf_counter()
    for _ in in_order(work, blocks, executor):
        pass
    return time.perf_counter() - start


def overhead(executor: Executor | None, blocks: int = 1000) -> float:
    """Seconds for a block that takes none: the median of five runs."""
    return statistics.median(seconds(abs, range(blocks), executor) / blocks for _ in range(5))


def faster(blocks: int = 150) -> float:
    """How many times as fast two workers are as one, measured in turns."""
    ratios = []
    for _ in range(3):
        times = []
        for workers in (1, 2):
            executor = loky.get_reusable_executor(workers)
            list(in_order(busy, range(4 * workers), executor))
            times.append(seconds(busy, range(blocks), executor))
        ratios.append(times[0] / times[1])
        print(f"  one worker {times[0]:.1f} s, two {times[1]:.1f} s")
    return statistics.median(ratios)


def growth(blocks: int = 100_000) -> float:
    """Bytes by which this process grows while so many blocks pass."""
    executor, process = loky.get_reusable_executor(2), psutil.Process()
    stream = (np.full(10_000, k, np.int32) for k in range(blocks))
    before = most = 0
    for k, largest in enumerate(in_order(np.max, stream, executor)):
        assert largest == k
        if k == 1000:
            before = process.memory_info().rss
        if k % 1000 == 0:
            most = max(most, process.memory_info().rss)
    return most - before


def main() -> None:
    """Measure, print, and say at the end what was missed."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    missed = []
    with temporary_folder() as folder, cluster(folder) as started, started.client() as client:
        executors = {
            "a plain loop": None,
            "a pool of two processes": loky.get_reusable_executor(2),
            "a Dask cluster of two": client.get_executor(),
        }
        for name, executor in executors.items():
            seconds(abs, range(50), executor)
            each = overhead(executor)
            missed += [name] if each > OVERHEAD else []
            print(f"{name}: {1e3 * each:.3f} ms a block")
    ratio = faster()
    print(f"two workers are {ratio:.2f} times as fast as one")
    grown = growth()
    print(f"100,000 blocks of 40 KB: the parent grew by {grown / 1e6:.0f} MB")
    missed += ["two workers"] if ratio < FASTER else []
    missed += ["memory"] if grown > GROWTH else []
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
