"""What a function does on the cases of an exercise: results, errors, changed arguments."""

import contextlib
import copy
import io
import math
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from minidl.course.compare import Bounds, difference, float_for_whole, with_dtypes_of
from minidl.course.exercise import Arguments, Exercise
from minidl.course.timeout import OutOfTime, limited


@dataclass(frozen=True)
class Trial:
    """A case with its arguments; ``loose`` for the repetition in float32."""

    about: str
    arguments: Arguments
    edge: bool = False
    loose: bool = False

    def __str__(self) -> str:
        return ", ".join(f"{name} {_brief(value)}" for name, value in self.arguments.items())


@dataclass(frozen=True)
class Outcome:
    """What one call did: a value or an error, the arguments it changed, whether it printed."""

    value: Any = None
    error: BaseException | None = None
    changed: tuple[str, ...] = ()
    printed: bool = False


@dataclass(frozen=True)
class Attempt:
    """What one call of a student's function did, and what it was to do."""

    trial: Trial
    outcome: Outcome
    expected: Outcome


def attempts(exercise: Exercise, function: Callable, seconds: float = math.inf) -> list[Attempt]:
    """Call a student's function on every trial, up to the one that runs out of time."""
    tried = trials(exercise)
    expected = execute(exercise, exercise.solution, tried)  # first: what it compiles is not timed
    outcomes = execute(exercise, function, tried, seconds)
    return [Attempt(*each) for each in zip(tried, outcomes, expected, strict=False)]


def trials(exercise: Exercise) -> list[Trial]:
    """The cases of an exercise and, where it asks for it, all of them again in float32."""
    out = [Trial(what, x, what in exercise.edges) for what, x in exercise.inputs().items()]
    for double in out[:] if exercise.float32 else []:
        single = {name: _float32(value) for name, value in double.arguments.items()}
        if not _unchanged(double.arguments, single):
            about = f"{double.about}, in float32"
            out.append(Trial(about, single, double.edge, loose=True))
    return out


def execute(
    exercise: Exercise, function: Callable, tried: list[Trial], seconds: float = math.inf
) -> list[Outcome]:
    """Call the function on every trial; a call that runs out of time is the last."""
    deadline = time.monotonic() + seconds
    outcomes = []
    for trial in tried:
        outcomes.append(_call(exercise, function, trial, deadline - time.monotonic()))
        if isinstance(outcomes[-1].error, OutOfTime):
            break
    return outcomes


def differs(
    exercise: Exercise, trial: Trial, a: Outcome, b: Outcome, *, dtypes: bool = True
) -> str | None:
    """A sentence on how the value of ``a`` differs from that of ``b``, or None."""
    scale = 1e4 if trial.loose else 1.0
    bounds = Bounds(exercise.rtol * scale, exercise.atol * scale, dtypes)
    free = exercise.any_float
    value = with_dtypes_of(b.value, a.value, free) if free else a.value
    words = difference(value, b.value, bounds)
    if words or not (dtypes and exercise.whole):
        return words
    return float_for_whole(value, b.value)


def _call(exercise: Exercise, function: Callable, trial: Trial, seconds: float) -> Outcome:
    arguments = copy.deepcopy(trial.arguments)
    bound = exercise.bind(arguments)

    def attempt() -> tuple[Any, BaseException | None]:
        try:
            return function(*bound.args, **bound.kwargs), None
        except BaseException as error:  # whatever a student raises is theirs, even an exit
            return None, error

    with quiet() as output:
        try:
            value, error = limited(attempt, seconds)
        except OutOfTime as late:
            value, error = None, late
    changed = tuple(n for n, old in trial.arguments.items() if not _unchanged(old, arguments[n]))
    return Outcome(value, error, changed, output.written)


@contextlib.contextmanager
def quiet() -> Iterator["_Output"]:
    """Let nothing be printed and no warning be raised, whatever the notebook has set before.

    A notebook may turn warnings and NumPy's floating-point errors into exceptions, which would
    make right answers fail; and to nbgrader a word on stderr is a failure.
    """
    output = _Output()
    with (
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield output


class _Output(io.TextIOBase):
    """Takes what a function prints and remembers only that it did."""

    written = False

    def write(self, text: str) -> int:
        self.written = True
        return len(text)


def _unchanged(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray):
        same = old.dtype == new.dtype and old.shape == new.shape
        return same and np.array_equal(old, new, equal_nan=old.dtype.kind in "fc")
    if isinstance(old, list | tuple):
        same = len(old) == len(new)
        return same and all(_unchanged(a, b) for a, b in zip(old, new, strict=True))
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_unchanged(old[k], new[k]) for k in old)
    return True


def _float32(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value.astype(np.float32)
    if isinstance(value, list | tuple):
        return type(value)(_float32(item) for item in value)
    if isinstance(value, dict):
        return {key: _float32(item) for key, item in value.items()}
    return value


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return str(value.shape) if value.ndim else f"{value:.4g}"
    if isinstance(value, list | tuple) and any(isinstance(v, np.ndarray) for v in value):
        return f"({', '.join(_brief(v) for v in value)})"
    if callable(value):
        return getattr(value, "__name__", "a function")
    text = repr(value)
    return text if len(text) < 60 and " at 0x" not in text else f"of type {type(value).__name__}"
