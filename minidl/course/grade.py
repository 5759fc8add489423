"""Grading a student's function: the same checks for every exercise."""

import ast
import inspect
import traceback
from collections.abc import Callable
from typing import Any

from minidl.course.diagnose import diagnose
from minidl.course.execution import Attempt, attempts, differs
from minidl.course.exercise import Exercise
from minidl.course.feedback import Feedback
from minidl.course.gradients import gradient_fault
from minidl.course.timeout import OutOfTime

GO_ON = "The notebook goes on with minidl's own version."


def grade(exercise: Exercise, function: Any, seconds: float) -> Feedback:
    """Return what a check has to say about ``function``, after at most about ``seconds``."""
    words = _unusable(exercise, function)
    if words:
        return not_right(exercise, [words])
    if _unwritten(function):
        return _open(exercise, "not written yet")
    made = attempts(exercise, function, seconds)
    errors = [attempt.outcome.error for attempt in made]
    if any(isinstance(error, NotImplementedError) for error in errors):
        return _open(exercise, "not all written yet" if None in errors else "not written yet")
    faults = [_fault(exercise, function, attempt, seconds) for attempt in made]
    gradient = gradient_fault(exercise, made)
    if not any(faults) and not gradient:
        return _right(exercise, made)
    return _explain(exercise, made, faults, gradient)


def _unusable(exercise: Exercise, function: Any) -> str | None:
    """Words for what cannot be called at all, or not with the exercise's arguments."""
    if not callable(function):
        kind = type(function).__name__
        return (
            f"`check` was given a value of type {kind}, not a function. Hand over the function by "
            f'its name, without calling it: `check("{exercise.name}", {exercise.name})`.'
        )
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have none
        return None
    for arguments in exercise.inputs().values():
        bound = exercise.bind(arguments)
        try:
            signature.bind(*bound.args, **bound.kwargs)
        except TypeError as error:
            first = f"def {exercise.name}{_plain_signature(exercise.solution)}:"
            return (
                f"It cannot be called as asked for ({error}). Its first line should be `{first}`."
            )
    return None


def _plain_signature(function: Callable) -> str:
    signature = inspect.signature(function)
    plain = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=plain, return_annotation=signature.empty))


def _unwritten(function: Any) -> bool:
    """True for a body of nothing but a docstring, ``pass``, ``...`` and returns without a value.

    The source tells, for bytecode differs from one Python to the next. Notebooks keep it; where
    there is none, as in a plain Python prompt, such a function is one that returns None.
    """
    try:
        source = inspect.getsource(function)
        indented = source[0].isspace()
        block = ast.parse(f"if True:\n{source}" if indented else source)
        found = (block.body[0] if indented else block).body[0]
    except Exception:  # a student's function may be anything
        return False
    return isinstance(found, ast.FunctionDef) and all(map(_idle, found.body))


def _idle(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Return):
        return statement.value is None or ast.unparse(statement.value) in ("None", "...")
    alone = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return alone or isinstance(statement, ast.Pass)


def _fault(exercise: Exercise, function: Callable, attempt: Attempt, seconds: float) -> str | None:
    """A sentence on the first thing that is wrong in one call, or None."""
    outcome = attempt.outcome
    if isinstance(outcome.error, OutOfTime):
        return (
            f"it had not ended after {seconds:g} s, where a moment is enough: there may be a loop "
            "that never ends"
        )
    if outcome.error is not None:
        return f"it raised {_error(function, outcome.error)}"
    words = differs(exercise, attempt.trial, outcome, attempt.expected)
    if not outcome.changed:
        return words
    names = " and ".join(f"`{name}`" for name in outcome.changed)
    value = "the result is right, but" if words is None else f"{words}; besides,"
    plural = "s" * (len(outcome.changed) > 1)
    return (
        f"{value} the function changed its argument{plural} {names}: whoever called it still "
        "needs the old values, so work on a copy"
    )


def _error(function: Callable, error: BaseException) -> str:
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    code = getattr(function, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if code and f.filename == code.co_filename and f.line]
    return f"`{message}`" + (f" in line {own[-1].lineno}: `{own[-1].line}`" if own else "")


def _right(exercise: Exercise, made: list[Attempt]) -> Feedback:
    lines = [f"Verified: values and shapes on {'; '.join(exercise.cases)}."]
    if exercise.edges:
        lines.append(f"Edge cases: {'; '.join(exercise.edges)}.")
    single = ", and float32 stays float32" if any(attempt.trial.loose for attempt in made) else ""
    first = made[0].trial.arguments
    objects = [n for n, v in first.items() if hasattr(v, "__dict__") and not callable(v)]
    aside = f", {' and '.join(objects)} aside," if objects else ""
    lines.append(f"The arguments{aside} are left as they were{single}.")
    if exercise.gradient:
        names = ", ".join(f"`{name}`" for name in exercise.gradient.of)
        lines.append(f"Gradient with respect to {names}: agrees with central differences.")
    if any(attempt.outcome.printed for attempt in made):
        lines.append("It also prints, which the check kept quiet.")
    return Feedback("right", f"{exercise.name}: right.", tuple(lines))


def _open(exercise: Exercise, state: str) -> Feedback:
    more = f'`hint("{exercise.name}")` helps you begin.'
    return Feedback("open", f"{exercise.name}: {state}, and that is fine.", (f"{GO_ON} {more}",))


def not_right(
    exercise: Exercise, words: list[str], diagnosis: str | None = None, *, hint: bool = True
) -> Feedback:
    """The feedback on a wrong answer: what is wrong, a hint, and how to go on.

    The words of a diagnosis are the hint that fits; the exercise's own may speak of what is right
    already, so the student asks for them. hint: whether the first one fits where there is none.
    """
    lines = [*words, f"Hint: {exercise.hints[0]}"] if hint and not diagnosis else words
    lines = [*lines, f'{GO_ON} `hint("{exercise.name}")` says more.']
    return Feedback("wrong", f"{exercise.name}: not right yet.", tuple(lines), diagnosis=diagnosis)


def _explain(
    exercise: Exercise, made: list[Attempt], faults: list[str | None], gradient: str | None
) -> Feedback:
    known = diagnose(exercise, made)
    words = [known] if known else []
    first = next((i for i, fault in enumerate(faults) if fault), None)
    if first is not None:
        trial = made[first].trial
        end = "" if faults[first].endswith("?") else "."
        words.append(f"On {trial.about} ({trial}), {faults[first]}{end}")
        good = [made[i].trial for i, fault in enumerate(faults) if not fault]
        right = [trial.about for trial in good if not trial.loose]
        if right:
            words.append(f"It is right on {'; '.join(right)}.")
    if gradient:
        words.append(gradient)
    # the hint is no help if every number is right, and only its form is not: a list, a dtype
    miscalculated = any(
        attempt.outcome.error is not None
        or differs(exercise, attempt.trial, attempt.outcome, attempt.expected, dtypes=False)
        for attempt in made
    )
    return not_right(exercise, words, known, hint=miscalculated)
