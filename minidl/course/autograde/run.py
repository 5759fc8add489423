"""Running a submission's notebooks, at the worker: each in a kernel and a process of its own.

What is run is what nbgrader has prepared in ``autograded/``, by nbgrader's own preprocessor, with
the settings of the course; only the cells that no points depend on are left out. Workers see the
course's folder by the same path as the one who sends them.
"""

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import nbformat
import psutil
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from minidl.course.autograde.slicing import only_show
from minidl.course.files import read

try:
    import resource
except ImportError:  # Windows, where a kernel may take what there is
    resource = None

GIGABYTE = 1 << 30
MOST, LEAST = 4 * GIGABYTE, GIGABYTE  # bytes of memory for one process, at most and at least
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Course:
    """What all submissions of an assignment have in common, sent to each worker once.

    ``handed_out`` has, for each notebook's name, the sources of the cells that may be left out;
    ``environment`` is that of the kernels, on top of the worker's own.
    """

    config: Config
    handed_out: dict[str, frozenset[str]]
    environment: dict[str, str]


@dataclass(frozen=True)
class Prepared:
    """A submission that waits to be run: its notebooks are in ``folder``."""

    student: str
    folder: Path
    notebooks: tuple[str, ...]


@dataclass(frozen=True)
class Ran:
    """What came of a submission: its notebooks with their outputs, as text, by name.

    ``trouble`` says what went wrong apart from wrong answers; if ``failed``, nothing can be graded.
    """

    student: str
    notebooks: dict[str, str]
    seconds: float
    trouble: str = ""
    failed: bool = False


def run(prepared: Prepared, course: Course) -> Ran:
    """Run the notebooks of a submission; whatever happens in them comes back as words."""
    began, done, trouble = time.perf_counter(), {}, ""
    failed = False
    try:
        for name in prepared.notebooks:
            notebook = read(prepared.folder / f"{name}.ipynb")
            skipped = only_show(notebook.cells, course.handed_out.get(name, ()))
            execute = Kernel(skipped, course.environment, config=course.config)
            notebook, _ = execute(notebook, {"metadata": {"path": str(prepared.folder)}})
            done[name] = nbformat.writes(notebook)
            trouble = trouble or _limits_met(notebook)
    except Exception as error:  # nbclient's, nbformat's, and what a damaged notebook raises
        trouble, failed = words(error), True
    return Ran(prepared.student, done, time.perf_counter() - began, trouble, failed)


class Kernel(Execute):
    """nbgrader's run of a notebook, less the cells that are skipped, with bounded memory."""

    def __init__(self, skipped: frozenset[int], environment: dict[str, str], **settings: Any):
        super().__init__(**settings)
        self.skipped, self.environment = skipped, environment

    def preprocess_cell(self, cell: Any, resources: dict, index: int) -> tuple[Any, dict]:
        """Run a cell, or leave it as it is."""
        if index in self.skipped:
            return cell, resources
        return super().preprocess_cell(cell, resources, index)

    def start_new_kernel(self, **settings: Any) -> None:
        """Start the kernel, which nbgrader's checks recognise by their environment."""
        one = dict.fromkeys(THREADS, "1")  # the cores are for the other submissions
        own = {**one, **os.environ, **self.environment, "NBGRADER_EXECUTION": "autograde"}
        if resource is not None:
            settings["preexec_fn"] = partial(_bound_memory, _share())
        # what a student prints past Python is for nobody's terminal
        super().start_new_kernel(env=own, stdout=DEVNULL, stderr=DEVNULL, **settings)


def _share() -> int:
    """Bytes that a process may take; two run for each core: a kernel, and the one that checks."""
    free = psutil.virtual_memory().available
    return min(MOST, max(LEAST, free // (2 * (os.cpu_count() or 1))))


def _bound_memory(share: int) -> None:
    """Bound this process and all that it starts; where a system has no such bound, go on."""
    for kind in (resource.RLIMIT_DATA, *(() if sys.platform == "linux" else (resource.RLIMIT_AS,))):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (share, share))


def _limits_met(notebook: nbformat.NotebookNode) -> str:
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", ()):
            name = output.get("ename")
            if name == "CellTimeoutError":
                return f"cell {number} did not end in time, and was interrupted"
            if name == "MemoryError":
                return f"cell {number} asked for more memory than it may take"
    return ""


def words(error: Exception) -> str:
    """What went wrong, in a line."""
    if isinstance(error, DeadKernelError):
        return "its kernel died: a crash, `os._exit`, or no memory left"
    if isinstance(error, CellTimeoutError):
        return "a cell did not end, and would not be interrupted"
    lines = f"{type(error).__name__}: {error}".splitlines()
    return lines[0][:200]
