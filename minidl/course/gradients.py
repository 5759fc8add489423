"""Holding a student's gradients against central differences."""

import numpy as np

from minidl.course.behaviour import Outcome, Trial
from minidl.course.exercise import Exercise

STEP = 1e-6
TOLERANCE = 1e-5


def gradient_fault(exercise: Exercise, tried: list[Trial], outcomes: list[Outcome]) -> str | None:
    """A sentence on the first gradient that central differences contradict, or None.

    Each gradient g of a float64 case is projected on a random direction v:
    g·v against (J(x + εv) − J(x − εv)) / 2ε, which sees every entry of g at once.
    """
    if exercise.gradient is None:
        return None
    for trial, outcome in zip(tried, outcomes, strict=False):
        if trial.edge or trial.loose or outcome.error is not None:
            continue
        for position, name in enumerate(exercise.gradient.of):
            words = _contradiction(exercise, trial, outcome, name, position)
            if words:
                return words
    return None


def _contradiction(
    exercise: Exercise, trial: Trial, outcome: Outcome, name: str, position: int
) -> str | None:
    gradient = exercise.gradient
    x = np.asarray(trial.arguments[name], np.float64)
    v = np.random.default_rng(position).standard_normal(x.shape)
    try:
        result = outcome.value
        if gradient.results is not None:
            result = result[gradient.results[position]]
        analytic = float(np.sum(np.asarray(result, np.float64) * v))
    except Exception:  # not even an array of the right shape, which the comparison has said
        return None
    ahead = gradient.loss(**{**trial.arguments, name: x + STEP * v})
    behind = gradient.loss(**{**trial.arguments, name: x - STEP * v})
    numeric = float(ahead - behind) / (2 * STEP)
    if abs(analytic - numeric) <= TOLERANCE * max(1.0, abs(analytic), abs(numeric)):
        return None
    return (
        f"The gradient with respect to `{name}` contradicts central differences: along one random "
        f"direction it says {analytic:.4g}, the slope measured there is {numeric:.4g}."
    )
