"""What the tests of executors send to other processes, and what they send it to.

Other processes import it by name, as they do a package's functions.
"""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from minidl import datasets, faces, nn

ROOT = Path(__file__).parents[1]
PATH = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
ENVIRONMENT = os.environ | {"PYTHONPATH": PATH, "OMP_NUM_THREADS": "1"}


class Cluster:
    """A Dask scheduler and its workers, each a process, on the loopback address."""

    def __init__(self, folder):
        self.file, self.workers = folder / "scheduler.json", []
        self.log = (folder / "log.txt").open("ab")
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")

    def _start(self, what, *options):
        command = [sys.executable, "-m", "dask", what, "--scheduler-file", str(self.file)]
        return subprocess.Popen(
            [*command, "--no-dashboard", *options],
            stdout=self.log,
            stderr=self.log,
            env=ENVIRONMENT,
            cwd=self.file.parent,
        )

    def add_worker(self):
        """Start one more process; a killed one stays dead (no nanny)."""
        worker = self._start("worker", "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
        self.workers.append(worker)
        return worker

    def client(self):
        """A client that sees as many workers as are alive."""
        from dask.distributed import Client

        client = Client(scheduler_file=str(self.file), timeout=60, set_as_default=False)
        client.wait_for_workers(sum(worker.poll() is None for worker in self.workers), timeout=60)
        return client

    def stop(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()
        self.log.close()


@contextmanager
def cluster(folder, workers=2):
    """A cluster that is gone at the end of the block."""
    started = Cluster(folder)
    try:
        for _ in range(workers):
            started.add_worker()
        yield started
    finally:
        started.stop()


# -- work ----------------------------------------------------------------------------------------


def slow_square(number):
    time.sleep(0.05)
    return number * number


def busy(number):
    """Some hundredths of a second of arithmetic."""
    x = np.full((100, 100), 0.5)
    for _ in range(1000):
        x = np.sqrt(x + number)
    return float(x[0, 0])


def dying_square(number):
    """Ends the process that works on block 20, once."""
    if number == 20:
        os._exit(1)
    return number * number


def fails_at_seven(number):
    if number >= 7:
        raise ValueError(f"no {number}")
    return number


def process_of(block, thing):
    time.sleep(0.02)
    return os.getpid(), thing.array.sum()


class Counted:
    """Counts how often it is sent."""

    sent = 0

    def __init__(self):
        self.array = np.arange(1000)

    def __reduce__(self):
        Counted.sent += 1
        return (Counted, ())


def brightness(picture):
    """A stand-in for the encodings of one face."""
    time.sleep(0.03)
    return picture.mean(axis=(0, 1), dtype=np.float32)[None]


# -- each part of minidl that takes an executor, in small ----------------------------------------


def encoder():
    return nn.Sequential(
        [
            nn.Conv2D(4, 3, stride=2, activation="relu", name="conv"),
            nn.Flatten(name="flat"),
            nn.Dense(6, name="encoding"),
            nn.L2Normalize(name="unit"),
        ],
        input_shape=(12, 12, 3),
        seed=2,
    )


def pictures(number=60):
    return np.random.default_rng(0).random((number, 12, 12, 3), np.float32)


def triplet_loss(encodings, labels):
    d = faces.squared_distances(encodings)
    chosen = faces.batch_hard(d, labels, 0.2, np.random.default_rng(0))
    return faces.triplet_cost(encodings, chosen, 0.2, distances=d)[:2]


def fill(folder, number=40):
    """A folder of small pictures, and one bad file."""
    folder.mkdir()
    for k, picture in enumerate((255 * pictures(number)).astype(np.uint8)):
        datasets.save_image(picture, folder / f"{k:02}.png")
    (folder / "bad.jpg").write_text("no picture", encoding="utf-8")
    return folder


def describe(folder, path, executor=None):
    """Describe a folder into a gallery; return what it holds."""
    gallery = faces.GalleryFolder(path, "brightness", shard_rows=8)
    report = faces.describe_folder(
        folder, gallery, executor=executor, describe=brightness, progress=False
    )
    assert list(report.bad) == ["bad.jpg"]
    return gallery.names(range(len(gallery))), np.concatenate(list(gallery.encodings()))
