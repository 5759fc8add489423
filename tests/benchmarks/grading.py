"""How long a class takes to grade: nbgrader's own loop, and on all cores.

    python tests/benchmarks/grading.py [--students 8] [--notebook 01_convolution]

Prints the seconds of processor time and of the clock for each submission, by both commands of
TEACHERS.md; all have solved everything. A few minutes on two cores. Not on Windows, which does not
count the time of processes that have ended.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from minidl.course.teach import make

ROOT = Path(__file__).parents[2]


def class_of(students: int, notebook: str, folder: Path) -> Path:
    """A teacher's folder in which all students have handed in the solutions."""
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / f"{notebook}.ipynb", folder / "notebooks")
    course = folder / "course"
    make(folder / "notebooks", course)
    run(course, "nbgrader", "generate_assignment", notebook)
    for k in range(students):
        shutil.copytree(course / "source" / notebook, course / "submitted" / f"s{k}" / notebook)
    return course


def run(course: Path, module: str, *arguments: str) -> tuple[float, float]:
    """Seconds of processor time, of the command and all that it started, and of the clock."""
    before, began = used(), time.perf_counter()
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=course,
        env={**os.environ, "PATH": scripts, "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    return used() - before, time.perf_counter() - began


def used() -> float:
    """Seconds of processor time of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=8)
    parser.add_argument("--notebook", default="01_convolution")
    given = parser.parse_args()
    for module in ("nbgrader autograde", "minidl.course.autograde"):
        with tempfile.TemporaryDirectory() as folder:
            course = class_of(given.students, given.notebook, Path(folder))
            cpu, clock = (s / given.students for s in run(course, *module.split(), given.notebook))
        print(f"{module:24} {cpu:5.1f} s of processor time, {clock:5.1f} s for each submission")


if __name__ == "__main__":
    main()
