import numpy as np
import pytest

from minidl.course import find, names, registry
from minidl.course.exercise import Case, Exercise, Gradient, Wrong


def square_sum(x, scale=1.0):
    """Return scale · Σ x² and its gradient.

    x: (N,); returns the number and (N,).
    """
    ### BEGIN SOLUTION
    return scale * float((x**2).sum()), 2 * scale * x
    ### END SOLUTION


def _loop(x, scale=1.0):
    total, gradient = 0.0, np.zeros_like(x)
    for i, value in enumerate(x):
        total += scale * float(value) ** 2
        gradient[i] = 2 * scale * value
    return total, gradient


def _in_place(x, scale=1.0):
    total = scale * float((x**2).sum())
    x *= 2 * scale
    return total, x


TOY = Exercise(
    solution=square_sum,
    points=2,
    cases=(
        Case("five numbers", lambda rng: {"x": rng.standard_normal(5)}),
        Case("a scale of 3", lambda rng: {"x": rng.standard_normal(4), "scale": 3.0}),
        Case("no number at all", lambda rng: {"x": np.zeros(0)}, edge=True),
    ),
    hints=("Square first.", "Then add up.", "The gradient is `2 * scale * x`."),
    wrong=(
        Wrong("The gradient misses its factor 2.", edit=("2 * scale * x", "scale * x")),
        Wrong("You took the mean, not the sum.", edit=("(x**2).sum()", "(x**2).mean()")),
        Wrong("Your `x` is overwritten.", function=_in_place),
        Wrong(
            "The scale is missing somewhere.",
            edit=("return scale *", "return"),
            when=lambda results, expected: np.isclose(3 * results[1][0], expected[1][0]),
        ),
    ),
    right=(_loop, lambda x, scale=1.0: (scale * float(x @ x), x * scale * 2)),
    gradient=Gradient(loss=lambda x, scale=1.0: scale * (x**2).sum(), of=("x",), results=(1,)),
)


EVERY = [TOY, *map(find, names())]


def pytest_generate_tests(metafunc):
    """A test that takes ``exercise`` runs for every exercise; with ``wrong``, for every mistake.

    One that takes ``differentiable`` runs for those that return gradients.
    """
    if "wrong" in metafunc.fixturenames:
        pairs = [(e, wrong) for e in EVERY for wrong in e.wrong]
        ids = [f"{e.name}-{i}" for e in EVERY for i in range(len(e.wrong))]
        metafunc.parametrize(("exercise", "wrong"), pairs, ids=ids)
    elif "differentiable" in metafunc.fixturenames:
        with_gradient = [exercise for exercise in EVERY if exercise.gradient]
        metafunc.parametrize("differentiable", with_gradient, ids=lambda e: e.name)
    elif "exercise" in metafunc.fixturenames:
        metafunc.parametrize("exercise", EVERY, ids=lambda e: e.name)


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
