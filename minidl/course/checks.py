"""check, hint and solution: what a student calls."""

import os
import sys
from collections.abc import Callable
from typing import Any

from minidl.console import in_notebook
from minidl.course import worker
from minidl.course.execution import quiet
from minidl.course.exercise import BEGIN, END, Exercise
from minidl.course.feedback import Feedback
from minidl.course.grade import grade
from minidl.course.registry import find

SECONDS = 6.0  # for all calls of one check together

_hints_given: dict[str, int] = {}

if in_notebook():  # the other process gets ready while the reader reads
    worker.start()


def check(name: str, function: Any) -> Callable:
    """Check a student's function, say what was found, and return a function to go on with.

    That is the student's own if it is right, and minidl's otherwise; that one, handed back in, is
    no answer. When nbgrader runs the notebook, a missing or wrong answer also raises
    AssertionError, for which the cell scores 0. Raises ValueError if there is no exercise called
    ``name``.
    """
    exercise = find(name)
    if function is exercise.solution:
        feedback = _not_yours(name)
    else:
        with quiet():
            feedback = _apart(name, function) or grade(exercise, function, SECONDS)
    if exercise.hints[0] in str(feedback):
        _hints_given[name] = max(1, _hints_given.get(name, 0))
    feedback.show()
    if feedback.kind == "right":
        return function
    if os.environ.get("NBGRADER_EXECUTION"):
        _fail(exercise)
    return exercise.solution


def hint(name: str) -> None:
    """Show the next hint of an exercise; ValueError if there is no such exercise."""
    hints, given = find(name).hints, _hints_given.get(name, 0)
    if given < len(hints):
        _hints_given[name] = given + 1
        Feedback("hint", f"{name}: hint {given + 1} of {len(hints)}.", (hints[given],)).show()
    else:
        last = f'The last resort is `solution("{name}")`.'
        Feedback("hint", f"{name}: you have had all {len(hints)} hints.", (last,)).show()


def solution(name: str) -> None:
    """Show the solution of an exercise; ValueError if there is no such exercise."""
    lines = find(name).source.splitlines()
    code = "\n".join(line for line in lines if line.strip() not in (BEGIN, END))
    advice = "Read it, close it, and write it again from memory."
    Feedback("solution", f"{name}: a solution.", (advice,), code).show()


def _apart(name: str, function: Any) -> Feedback | None:
    """The feedback of a process that may be lost, which a notebook with work in it may not."""
    return worker.grade_apart(name, function, SECONDS) if in_notebook() else None


def _not_yours(name: str) -> Feedback:
    """What to say when a check runs again without the student's function before it."""
    advice = f"Run the cell that defines your `{name}` again, and then this one."
    return Feedback("open", f"{name}: this is minidl's own version.", (advice,))


def _fail(exercise: Exercise) -> None:
    """Score 0, and let the later cells go on: the assignment in the cell will not be reached."""
    if in_notebook():
        sys.modules["IPython"].get_ipython().user_ns[exercise.name] = exercise.solution
    raise AssertionError(f"{exercise.name}: no right answer, 0 of {exercise.points} points")
