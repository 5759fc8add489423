"""Every exercise of the course: its solutions pass, its known mistakes are told apart by name."""

import dataclasses
import inspect
import time
from pathlib import Path

import numpy as np
import pytest

from minidl.course import names
from minidl.course.execution import attempts, execute, trials
from minidl.course.exercise import BEGIN, END, mistakes
from minidl.course.grade import grade
from minidl.course.gradients import gradient_fault

SECONDS = 60.0  # time is not what is tested here, and a busy machine compiles slowly


def same_arguments(exercise, function):
    """A function that is called as the solution is and hands (solution's result, …) to another."""

    def wrapper(*args, **kwargs):
        return function(exercise.solution(*args, **kwargs), args, kwargs)

    wrapper.__signature__ = inspect.signature(exercise.solution)
    return wrapper


def test_there_are_exercises():
    assert "convolve" in names()
    assert len(names()) == len(set(names()))


def test_right_answers_are_those_of_exercises():
    files = {path.stem for path in (Path(__file__).parent / "right").glob("*.py")}
    assert files == {"square_sum", *names()}


def test_the_declaration_is_complete(exercise):
    assert exercise.points >= 1
    abouts = [*exercise.cases, *exercise.edges]
    assert len(abouts) >= 3
    assert len(exercise.hints) >= 2
    assert len(exercise.wrong) >= 4
    for words in [*exercise.hints, *exercise.wrong]:
        assert words.rstrip("`)").endswith((".", "?", ":")), words
        assert words.count("`") % 2 == 0, words
    assert len(set(abouts)) == len(abouts)
    assert not any(mark in about for about in abouts for mark in ":;")


def test_the_student_reads_a_docstring_and_writes_between_the_marks(exercise):
    lines = [line.strip() for line in exercise.source.splitlines()]
    assert lines.count(BEGIN) == lines.count(END) == 1
    first = inspect.getdoc(exercise.solution).splitlines()[0]
    assert len(first) > 15 and first.endswith(".")
    assert exercise.name in exercise.source.splitlines()[0]


def test_every_right_solution_passes(exercise, right_answers):
    others = right_answers(exercise)
    assert len(others) >= 2
    for function in [exercise.solution, *others]:
        feedback = grade(exercise, function, SECONDS)
        assert feedback.kind == "right", f"{function.__name__}: {feedback}"


def test_every_known_mistake_gets_its_own_diagnosis(exercise, wrong):
    feedback = grade(exercise, exercise.wrong_function(wrong), SECONDS)
    assert feedback.kind == "wrong"
    assert feedback.diagnosis == wrong
    assert wrong in str(feedback)
    assert not any(hint in str(feedback) for hint in exercise.hints)


def test_an_edit_that_fits_nowhere_is_refused(toy):
    for edits in [{"no such text": "x"}, {"2 * scale": "x", "2 * scale * x": "x"}]:
        exercise = dataclasses.replace(toy, wrong={"A mistake.": edits})
        with pytest.raises(ValueError, match=r"square_sum cannot .* mistake. '.*' does not stand"):
            exercise.wrong_function("A mistake.")


def test_mistakes_are_read_from_a_text(toy):
    table = mistakes("""
        The scale is missing, and the square
        stays.
            2 * scale * x -> 2 * x
            float( -> int(
        You return early.
            return scale ->
                if scale > 1:
                    return x
                return scale
            -> scale = abs(scale)
        The factor is gone.
            2 * ->
    """)
    early = {
        "return scale": "if scale > 1:\n    return x\nreturn scale",
        "": "scale = abs(scale)",
    }
    assert table == {
        "The scale is missing, and the square stays.": {"2 * scale * x": "2 * x", "float(": "int("},
        "You return early.": early,
        "The factor is gone.": {"2 *": ""},
    }
    source = dataclasses.replace(toy, wrong=table).wrong_source("You return early.")
    assert source.splitlines()[5:] == [
        "    scale = abs(scale)",
        "    if scale > 1:",
        "        return x",
        "    return scale * float((x**2).sum()), 2 * scale * x",
        f"    {END}",
    ]


def test_a_mistake_with_a_mark_is_made_with_each_of_its_values():
    table = mistakes(
        """
        You added {tiny}.
            x -> x + {tiny}
        You doubled it.
            x -> 2 * x
    """,
        tiny=("1e-6", "1e-8"),
    )
    assert table == {
        "You added 1e-6.": {"x": "x + 1e-6"},
        "You added 1e-8.": {"x": "x + 1e-8"},
        "You doubled it.": {"x": "2 * x"},
    }


@pytest.mark.parametrize(
    "text", ["A.\n    x -> y\nB.", "A.\n    x", "A.\n    x -> y\nA.\n    x -> z"]
)
def test_mistakes_without_edits_or_with_the_same_words_are_refused(text):
    with pytest.raises(ValueError):
        mistakes(text)


def test_an_old_text_is_replaced_wherever_it_stands(toy):
    exercise = dataclasses.replace(toy, wrong={"A mistake.": {"scale *": "", "x": "scale"}})
    assert "return float((scale**2).sum()), 2 * scale" in " ".join(
        exercise.wrong_source("A mistake.").split()
    )


def test_every_known_mistake_gets_somewhere(exercise, wrong):
    """One that only ever raised would be recognised in anything that raises the same."""
    outcomes = execute(exercise, exercise.wrong_function(wrong), trials(exercise))
    assert any(outcome.error is None for outcome in outcomes)


def test_gradients_of_the_solution_agree_with_central_differences_everywhere(differentiable):
    made = attempts(differentiable, differentiable.solution)
    assert gradient_fault(differentiable, made, elements=None) is None


def test_inputs_are_the_same_every_time_and_a_check_takes_a_moment(exercise):
    once, again = exercise.inputs(), exercise.inputs()
    for about, first in once.items():
        second = again[about]
        for name, value in first.items():
            if isinstance(value, np.ndarray):
                assert np.array_equal(value, second[name], equal_nan=value.dtype.kind == "f")
    start = time.process_time()
    grade(exercise, exercise.wrong_function(next(iter(exercise.wrong))), SECONDS)
    assert time.process_time() - start < 3


def test_not_written_yet_is_told_from_wrong(exercise):
    def raises(*args, **kwargs):
        raise NotImplementedError

    def only_a_docstring(*args, **kwargs):
        """What it should do."""

    def an_ellipsis(*args, **kwargs):
        return ...

    for function in [raises, only_a_docstring, an_ellipsis]:
        assert grade(exercise, function, SECONDS).kind == "open"


def _arguments_changed(result, args, kwargs):
    for value in [*args, *kwargs.values()]:
        if isinstance(value, np.ndarray) and value.size:
            value.flat[0] += 1
        elif isinstance(value, list):
            value.append(value)
    return result


def _misshapen(value):
    if isinstance(value, tuple | list):
        return type(value)(_misshapen(item) for item in value)
    if isinstance(value, dict):
        return {name: _misshapen(item) for name, item in value.items()}
    return np.asarray(value)[None] if isinstance(value, np.ndarray | float | int) else [value]


def _other_dtype(value):
    if isinstance(value, tuple | list):
        return type(value)(_other_dtype(item) for item in value)
    if isinstance(value, dict):
        return {name: _other_dtype(item) for name, item in value.items()}
    return np.asarray(value).astype(np.complex64)


MISBEHAVIOUR = {
    "nothing": (lambda result, args, kwargs: None, "None"),
    "an exception": (lambda result, args, kwargs: [][0], "IndexError"),
    "a wrong shape": (lambda result, args, kwargs: _misshapen(result), "has the shape (1,"),
    "a wrong dtype": (lambda result, args, kwargs: _other_dtype(result), "complex"),
    "a word": (lambda result, args, kwargs: "y", "is a str"),
    "itself": (lambda result, args, kwargs: grade, "function"),
}


@pytest.mark.parametrize("behaviour", MISBEHAVIOUR)
def test_misbehaviour_gets_words(exercise, behaviour):
    function, word = MISBEHAVIOUR[behaviour]
    feedback = grade(exercise, same_arguments(exercise, function), SECONDS)
    assert feedback.kind == "wrong"
    assert word in str(feedback)
    assert " at 0x" not in str(feedback), "a place in memory says nothing"
    assert len(feedback.lines) >= 2


def test_a_changed_argument_gets_words(exercise):
    values = [value for arguments in exercise.inputs().values() for value in arguments.values()]
    feedback = grade(exercise, same_arguments(exercise, _arguments_changed), SECONDS)
    if any(isinstance(value, np.ndarray | list) for value in values):
        assert feedback.kind == "wrong" and "changed" in str(feedback)
    else:  # numbers, which nobody can change
        assert feedback.kind == "right"


def test_an_endless_loop_gets_words(exercise):
    def endless(*args, **kwargs):
        while True:
            pass

    execute(exercise, exercise.solution, trials(exercise))  # what it compiles takes time once
    start = time.monotonic()
    feedback = grade(exercise, endless, 0.05)
    assert time.monotonic() - start < 2
    assert feedback.kind == "wrong"
    assert "never ends" in str(feedback)


@pytest.mark.parametrize("value", [None, 3, "convolve", np.ones(3), [1], {}])
def test_what_is_no_function_gets_words(toy, value):
    feedback = grade(toy, value, SECONDS)
    assert feedback.kind == "wrong"
    assert type(value).__name__ in str(feedback)


def test_a_wrong_first_line_gets_words(toy):
    feedback = grade(toy, lambda x: (x, x), SECONDS)
    assert "def square_sum(x, scale=1.0):" in str(feedback)


def test_the_time_that_minidl_needs_is_not_the_students(toy, right_answers):
    def square_sum(x, scale=1.0):
        time.sleep(0.1)
        return toy.solution(x, scale)

    slow = dataclasses.replace(toy, solution=square_sum)
    assert grade(slow, right_answers(toy)[0], 0.2).kind == "right"
    assert grade(slow, square_sum, 0.2).kind == "wrong"
