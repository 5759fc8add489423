"""The checkpoint of a run: a file that says exactly where it stands, and whose it is."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from minidl import nn
from minidl.files import check_writable
from minidl.nn.checkpoint import CHECKPOINT, resuming, write_checkpoint
from minidl.nn.identity import Identity, canonical, check_same, digest, layer_identities
from minidl.nn.weights import from_json_array, json_array
from minidl.style.objective import Problem
from minidl.style.run import Run

SECONDS = 20.0  # between one writing and the next
VERSION = "2"  # raised when a run of before could not go on to the same bits


class Checkpoint:
    """A file for one run, which is known by its ``identity``.

    ``mark`` is called after every step: it keeps the run's state in memory, which an interrupt in
    the middle of a step cannot spoil, and writes it to the file now and then.
    """

    def __init__(self, path: str | Path, whose: Identity):
        self.path, self.whose = Path(path), whose
        self.state: dict[str, np.ndarray] | None = None
        self.written = time.monotonic()

    def load(self, run: Run) -> bool:
        """Let the run go on from the file, if there is one.

        Raises:
            nn.WeightFileError: if it is damaged, or another run's.
            OSError: if steps are left, and the file cannot be written.
        """
        there = self.path.exists()
        if there:
            state = nn.read_arrays(self.path, kind=CHECKPOINT)
            with resuming(self.path):
                check_same(from_json_array(state.pop("run")), self.whose)
                run.load(state)
        if not there or not run.done:
            check_writable(self.path)
        return there

    def mark(self, run: Run) -> None:
        """Remember where the run stands."""
        self.state = run.state()
        if time.monotonic() - self.written > SECONDS:
            self.write()

    def write(self) -> None:
        """Write what was last remembered; warn if that cannot be."""
        if self.state is not None:
            write_checkpoint(self.path, {"run": json_array(self.whose), **self.state})
            self.written = time.monotonic()


def identity(
    problem: Problem,
    start: np.ndarray,
    sizes: Sequence[tuple[int, int]],
    optimizer: str,
    lr: float | None,
) -> Identity:
    """Return what makes a run this one: all that its pictures depend on but the number of steps."""
    usual = problem.recipe
    beta = f"{usual.beta}, the recipe's" if problem.beta is None else canonical(problem.beta)
    tv = f"{usual.tv}, the recipe's" if problem.tv is None else canonical(problem.tv)
    return {
        "the version of style.transfer": VERSION,
        "content": digest(problem.content),
        "style": digest(*problem.styles),
        "style_weights": canonical(problem.shares),
        "start or seed": digest(start),
        "size and levels": canonical(sizes),
        "content_layer": canonical(problem.content_layer),
        "style_layers": canonical(list(problem.lambdas.items())),
        "alpha": canonical(problem.alpha),
        "beta": beta,
        "tv": tv,
        "margin": canonical(problem.margin),
        "convention": problem.convention.name,
        "optimizer": optimizer,
        "lr": canonical(lr),
        "the network's weights": digest(*problem.network.state().values()),
        **layer_identities(problem.network),
    }
