"""Mutation testing of the exercises: ``python -m tests.course.mutate [name …]``.

Every right answer that is known, the exercise's own and those in ``right``, is changed in every
small way; a check that takes a changed one for right lacks a case, unless the change changes
nothing, as ``equal_mutants.py`` argues. Prints a table and the survivors that nobody argued for.
"""

import argparse
import inspect
import os
import runpy
import sys
import textwrap
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import numpy as np

from minidl.course import find, names
from minidl.course.exercise import Exercise
from minidl.course.grade import grade
from tests.course.equal_mutants import is_equal, parts
from tests.course.mutants import mutants

HERE = Path(__file__).parent
SECONDS = 1.0  # for one mutant; it is an endless loop that takes so long


@dataclass
class Score:
    """How many mutants of an exercise there are, which live, and which arguments fit none."""

    name: str
    count: int = 0
    equal: int = 0
    survivors: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def killed(self) -> float:
        """The share of the mutants that are not equal to a right answer and were refused."""
        return 1 - len(self.survivors) / max(self.count - self.equal, 1)


def answers(exercise: Exercise) -> list[tuple[str, dict]]:
    """The source and the global names of every right answer that is known."""
    file = runpy.run_path(str(HERE / "right" / f"{exercise.name}.py"), run_name="right")
    others = [f for f in file.values() if getattr(f, "__module__", "") == "right"]
    return [
        (textwrap.dedent(inspect.getsource(f)), f.__globals__) for f in (exercise.solution, *others)
    ]


def every(exercise: Exercise) -> list[tuple[str, str, str, dict]]:
    """All mutants of an exercise: function, what was changed, source, global names."""
    out = []
    for source, known in answers(exercise):
        function = source.split("(")[0].removeprefix("def ").strip()
        out += [(function, what, text, known) for what, text in mutants(source)]
    return out


def refused(exercise: Exercise, function: str, text: str, known: dict) -> bool:
    """Whether ``check`` takes a mutant for wrong."""
    namespace = {"np": np, **known}
    exec(compile(text, "<mutant>", "exec"), namespace)
    with mock.patch("minidl.course.grade.diagnose", lambda *a: None):  # whatever its name
        return grade(exercise, namespace[function], SECONDS).kind != "right"


def score(name: str) -> Score:
    """Judge every mutant of an exercise."""
    exercise, out = find(name), Score(name, stale=list(parts(name)))
    for function, what, text, known in every(exercise):
        out.count += 1
        label = f"{function}: {what}"
        if refused(exercise, function, text, known):
            continue
        if is_equal(name, label):
            out.equal += 1
            out.stale = [part for part in out.stale if part not in label]
        else:
            out.survivors.append(label)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="exercises (all)")
    chosen = parser.parse_args().names or names()
    total = Score("together")
    print(f"{'exercise':26} {'mutants':>8} {'equal':>6} {'survive':>8} {'killed':>8}")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for one in pool.map(score, chosen):
            total.count += one.count
            total.equal += one.equal
            total.survivors += one.survivors
            print(_row(one), flush=True)
            print("".join(f"    {x}\n" for x in one.survivors), end="")
            print("".join(f"    no longer survives: {x}\n" for x in one.stale), end="")
    print(_row(total))
    sys.exit(total.killed < 0.98)


def _row(one: Score) -> str:
    return f"{one.name:26} {one.count:8} {one.equal:6} {len(one.survivors):8} {one.killed:8.1%}"


if __name__ == "__main__":
    main()
