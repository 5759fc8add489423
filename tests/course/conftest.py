import runpy
from pathlib import Path

import numpy as np
import pytest

from minidl.course import find, names, registry
from minidl.course.exercise import Exercise, Gradient, given, mistakes, normal


def square_sum(x, scale=1.0):
    """Return scale · Σ x² and its gradient.

    x: (N,); returns the number and (N,).
    """
    ### BEGIN SOLUTION
    return scale * float((x**2).sum()), 2 * scale * x
    ### END SOLUTION


TOY = Exercise(
    solution=square_sum,
    points=2,
    cases={
        "five numbers": normal(5),
        "a scale of 3": normal(4, scale=3.0),
    },
    edges={"no number at all": given(x=np.zeros(0))},
    hints=("Square first.", "Then add up.", "The gradient is `2 * scale * x`."),
    wrong=mistakes("""
        The gradient misses its factor 2.
            2 * scale * x -> scale * x
        You took the mean, not the sum.
            .sum() -> .mean()
        Your `x` is overwritten.
            return scale * float((x**2).sum()), 2 * scale * x ->
                total = scale * float((x**2).sum())
                x *= 2 * scale
                return total, x
        The scale is missing.
            -> scale = 1
    """),
    gradient=Gradient(loss=lambda x, scale=1.0: scale * (x**2).sum(), of=("x",), results=(1,)),
)


EVERY = [TOY, *map(find, names())]


def pytest_generate_tests(metafunc):
    """A test that takes ``exercise`` runs for every exercise; with ``wrong``, for every mistake.

    One that takes ``differentiable`` runs for those that return gradients.
    """
    if "wrong" in metafunc.fixturenames:
        pairs = [(e, diagnosis) for e in EVERY for diagnosis in e.wrong]
        ids = [f"{e.name}-{i}" for e in EVERY for i in range(len(e.wrong))]
        metafunc.parametrize(("exercise", "wrong"), pairs, ids=ids)
    elif "differentiable" in metafunc.fixturenames:
        with_gradient = [exercise for exercise in EVERY if exercise.gradient]
        metafunc.parametrize("differentiable", with_gradient, ids=lambda e: e.name)
    elif "exercise" in metafunc.fixturenames:
        metafunc.parametrize("exercise", EVERY, ids=lambda e: e.name)


@pytest.fixture
def right_answers():
    """Call it for an exercise's other right answers: the functions of its file in ``right``."""

    def load(exercise):
        file = Path(__file__).parent / "right" / f"{exercise.name}.py"
        found = runpy.run_path(str(file), run_name="right")
        return [f for f in found.values() if getattr(f, "__module__", "") == "right"]

    return load


@pytest.fixture
def toy(monkeypatch):
    """An exercise of the tests' own, found by its name like any other."""
    monkeypatch.setattr(
        "minidl.course.checks.find",
        lambda name: TOY if name == "square_sum" else registry.find(name),
    )
    monkeypatch.setattr("minidl.course.checks._hints_given", {})
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    return TOY
