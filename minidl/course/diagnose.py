"""Which known mistake a student made, found by what their function does."""

from minidl.course.execution import Outcome, Trial, differs, execute
from minidl.course.exercise import Exercise
from minidl.course.timeout import OutOfTime


def diagnose(
    exercise: Exercise,
    tried: list[Trial],
    outcomes: list[Outcome],
    expected: list[Outcome],
) -> str | None:
    """The diagnosis of the known mistake that a student made, or None.

    It is the one that does the same in every trial; else the only one that gives the same values
    wherever the student's function gives any, with another fault on top; else the only one that
    does so in all but the edge cases, which the student may not have thought of either.
    """
    if isinstance(outcomes[-1].error, OutOfTime):
        return None
    known = {}
    for diagnosis in exercise.wrong:
        theirs = execute(exercise, exercise.wrong_function(diagnosis), tried)
        if all(_alike(exercise, *each) for each in zip(tried, outcomes, theirs, strict=True)):
            return diagnosis
        known[diagnosis] = theirs
    for edges in (True, False):
        alike = [
            diagnosis
            for diagnosis, theirs in known.items()
            if _same_values(exercise, tried, outcomes, theirs, expected, edges)
        ]
        if alike:
            return alike[0] if len(alike) == 1 else None
    return None


def _alike(exercise: Exercise, trial: Trial, a: Outcome, b: Outcome) -> bool:
    if a.error is not None or b.error is not None:
        return type(a.error) is type(b.error)
    return a.changed == b.changed and differs(exercise, trial, a, b) is None


def _same_values(
    exercise: Exercise,
    tried: list[Trial],
    outcomes: list[Outcome],
    theirs: list[Outcome],
    expected: list[Outcome],
    edges: bool,
) -> bool:
    """True if b gives a's values wherever a gives any, and wrong ones at least once.

    edges: whether the values in edge cases count.
    """
    telling = False
    for trial, a, b, right in zip(tried, outcomes, theirs, expected, strict=True):
        if a.error is not None:
            continue
        if b.error is not None:
            return False
        if trial.edge and not edges:
            continue
        if differs(exercise, trial, a, b, dtypes=False):
            return False
        telling |= bool(differs(exercise, trial, b, right, dtypes=False))
    return telling
