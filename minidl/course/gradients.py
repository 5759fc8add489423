"""Holding a student's gradients against central differences."""

from typing import Any

import numpy as np

from minidl.course.execution import Attempt
from minidl.course.exercise import Exercise

TOLERANCE = 1e-5


def gradient_fault(
    exercise: Exercise, attempts: list[Attempt], elements: int | None = 12
) -> str | None:
    """A sentence on the first gradient that central differences contradict, or None.

    elements: how many entries of each gradient to check in each float64 case; None means all.
    """
    if exercise.gradient is None:
        return None
    for attempt in attempts:
        if attempt.trial.edge or attempt.trial.loose or attempt.outcome.error is not None:
            continue
        for position in range(len(exercise.gradient.of)):
            words = _contradiction(exercise, attempt, position, elements)
            if words:
                return words
    return None


def _contradiction(
    exercise: Exercise, attempt: Attempt, position: int, elements: int | None
) -> str | None:
    from minidl.nn.gradient_check import gradient_check  # few exercises need it, and it is large

    trial, name = attempt.trial, exercise.gradient.of[position]

    def loss(x: np.ndarray) -> float:
        return exercise.gradient.loss(**{**trial.arguments, name: x})

    x = np.asarray(trial.arguments[name], np.float64)
    claimed = _claimed(attempt.outcome.value, exercise.gradient.results, position)
    if claimed is None or claimed.shape != x.shape:
        return None  # the comparison with the right result has said so
    report = gradient_check(loss, x, claimed, elements=elements, tolerance=TOLERANCE)
    if report:
        return None
    at = list(report.index) if x.ndim else ""
    return (
        f"The gradient with respect to `{name}` contradicts central differences: {trial.about}, at "
        f"{name}{at}: the slope measured is {report.expected:.4g}, yours is {report.got:.4g}."
    )


def _claimed(value: Any, results: tuple[int, ...] | None, position: int) -> np.ndarray | None:
    try:
        claimed = np.asarray(value if results is None else value[results[position]])
    except Exception:
        return None
    return claimed.astype(np.float64) if claimed.dtype.kind in "iuf" else None
