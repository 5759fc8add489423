"""Points depend on what the student's function does, and on nothing else in the notebook."""

import sys
import types
import warnings

import numpy as np
import pytest

from minidl.course import check, find
from minidl.course.cells import exercise_cells
from minidl.course.exercises import n01_output_size

NAME = "softmax_cross_entropy"


def right(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    gradient = np.exp(log_p)
    gradient[rows, labels] -= 1
    return float(-log_p[rows, labels].mean()), gradient / len(labels)


def wrong(logits, labels):
    return 0.0, logits


@pytest.fixture(autouse=True)
def grading(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")


def points(function, **names):
    """Run the check cell, with these names in the notebook; the notebook's names afterwards."""
    notebook = {NAME: function, **names}
    exec(exercise_cells(NAME)[1].source, notebook)
    return notebook


def agree(name, function):
    return function


NAMES = {
    "check is a number": {"check": True},
    "check is a function": {"check": agree},
    "minidl is another": {
        "minidl": types.SimpleNamespace(course=types.SimpleNamespace(check=agree))
    },
    "minidl is a number": {"minidl": 3},
    "course is a number": {"course": 3, "find": 4, "grade": 5, "exercises": 6},
    "np is another": {"np": types.SimpleNamespace(isclose=agree), "numpy": None},
    "an error is another": {"AssertionError": ValueError, "Exception": None},
}


@pytest.mark.parametrize("names", NAMES)
def test_a_name_costs_no_points_and_earns_none(names):
    assert points(right, **NAMES[names])[NAME] is right
    with pytest.raises(AssertionError, match="0 of"):
        points(wrong, **NAMES[names])


def test_a_helper_of_the_students_that_is_called_check_stays_theirs():
    notebook = {"check": lambda x: x - x.max(axis=1, keepdims=True), "np": np, "right": right}
    exec("def helped(logits, labels):\n    return right(check(logits), labels)", notebook)
    after = points(notebook["helped"], **notebook)
    assert after["check"] is notebook["check"]
    assert points(after[NAME], **notebook)[NAME] is notebook["helped"]


def none(size, kernel, stride=1, padding=(0, 0), dilation=1):
    return 0


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (np, "isclose", lambda a, b, **options: np.ones(np.shape(a), bool)),
        (np, "allclose", lambda a, b, **options: True),
        (n01_output_size, "output_size", none),
    ],
)
def test_what_is_replaced_in_a_module_earns_no_points(module, name, value, monkeypatch):
    monkeypatch.setattr(module, name, value)
    with pytest.raises(AssertionError, match="0 of"):
        exec(exercise_cells("output_size")[1].source, {"output_size": none})


def test_minidls_own_version_is_no_answer(capsys, monkeypatch):
    """It is what a first check of a wrong answer leaves behind under the function's name."""
    with pytest.raises(AssertionError, match="0 of"):
        points(find(NAME).solution)
    assert "Run the cell that defines your" in capsys.readouterr().out
    monkeypatch.delenv("NBGRADER_EXECUTION")
    left = check(NAME, wrong)
    capsys.readouterr()
    assert check(NAME, left) is left
    assert "right." not in capsys.readouterr().out


def test_an_object_that_claims_to_equal_everything_does_not(toy):
    class Agreeable:
        def __eq__(self, other):
            return True

        __hash__ = None

    from minidl.course.compare import Bounds, difference

    for expected in ("a word", None, 3, 2.5, np.ones(2), [1, 2], (3.0,)):
        assert difference(Agreeable(), expected, Bounds(1e-7, 1e-9))


@pytest.fixture
def strict():
    """A notebook in which floating-point errors and warnings are exceptions."""
    before = np.seterr(all="raise")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    np.seterr(**before)


def underflows(logits, labels):
    np.exp(np.full(3, -1000.0)), np.float64(1) / np.float64(0)
    warnings.warn("careful", stacklevel=2)
    print("a word", file=sys.stderr)
    return right(logits, labels)


@pytest.mark.parametrize("function", [right, underflows])
def test_settings_of_the_notebook_cost_no_points(strict, function, capsys):
    assert points(function)[NAME] is function
    assert not capsys.readouterr().err, "to nbgrader a word on stderr is a failure"


@pytest.mark.parametrize("spoken", ["inputs", "loss"])
def test_what_minidl_says_while_it_checks_costs_no_points(spoken, toy, capsys, monkeypatch):
    """Compiling a kernel for the first time is announced on stderr."""
    import dataclasses

    from minidl.course.exercise import Gradient

    def speak(value):
        print("minidl: compiling", file=sys.stderr)
        warnings.warn("careful", stacklevel=2)
        return value

    def square_sum(x, scale=1.0):
        return toy.solution(x, scale)

    make, gradient = toy.cases["five numbers"], toy.gradient
    if spoken == "inputs":
        changed = {"cases": {**toy.cases, "five numbers": lambda rng: speak(make(rng))}}
    else:
        loss = lambda x, scale=1.0: speak(gradient.loss(x, scale))  # noqa: E731
        changed = {"gradient": Gradient(loss, gradient.of, gradient.results)}
    monkeypatch.setattr(
        "minidl.course.checks.find", lambda name: dataclasses.replace(toy, **changed)
    )
    assert check("square_sum", square_sum) is square_sum
    assert not capsys.readouterr().err
