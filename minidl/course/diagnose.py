"""Which known mistake a student made, found by what their function does."""

from minidl.course.execution import Attempt, Outcome, differs, execute
from minidl.course.exercise import Exercise
from minidl.course.timeout import OutOfTime


def diagnose(exercise: Exercise, attempts: list[Attempt]) -> str | None:
    """The diagnosis of the known mistake that a student made, or None.

    It is the one that does the same in every trial; else the only one that gives the same values
    wherever the student's function gives any, with another fault on top; else the only one that
    does so in all but the edge cases, which the student may not have thought of either.
    """
    if isinstance(attempts[-1].outcome.error, OutOfTime):
        return None
    tried, known = [attempt.trial for attempt in attempts], {}
    for diagnosis in exercise.wrong:
        theirs = execute(exercise, exercise.wrong_function(diagnosis), tried)
        if all(_alike(exercise, *each) for each in zip(attempts, theirs, strict=True)):
            return diagnosis
        known[diagnosis] = theirs
    for edges in (True, False):
        alike = [
            diagnosis
            for diagnosis, theirs in known.items()
            if _same_values(exercise, attempts, theirs, edges)
        ]
        if alike:
            return alike[0] if len(alike) == 1 else None
    return None


def _alike(exercise: Exercise, attempt: Attempt, theirs: Outcome) -> bool:
    """Whether a known mistake does the same as the student's function in one call."""
    a = attempt.outcome
    if a.error is not None or theirs.error is not None:
        return type(a.error) is type(theirs.error)
    return a.changed == theirs.changed and differs(exercise, attempt.trial, a, theirs) is None


def _same_values(
    exercise: Exercise, attempts: list[Attempt], theirs: list[Outcome], edges: bool
) -> bool:
    """True if a mistake gives the student's values wherever there are any, and some are wrong.

    edges: whether the values in edge cases count.
    """
    telling = False
    for attempt, b in zip(attempts, theirs, strict=True):
        trial, a = attempt.trial, attempt.outcome
        if a.error is not None:
            continue
        if b.error is not None:
            return False
        if trial.edge and not edges:
            continue
        if differs(exercise, trial, a, b, dtypes=False):
            return False
        telling |= bool(differs(exercise, trial, b, attempt.expected, dtypes=False))
    return telling
