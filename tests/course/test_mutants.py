"""A sample of the mutants that ``mutate.py`` judges all of."""

import random

import pytest

from minidl.course import find, names
from tests.course.equal_mutants import EQUAL, is_equal
from tests.course.mutants import mutants
from tests.course.mutate import answers, refused


def test_every_kind_of_change_is_made():
    source = '''
def f(x, n=2):
    """What it does."""
    if n > 1 and not x.any():
        x = abs(x[1:]) * np.maximum(x, 0).sum(axis=0, keepdims=True)
    return x - n, n
'''
    lines = [what.split("  →  ")[1] for what, _ in mutants(source)]
    for expected in [
        "def f(x, n=3):",
        "if n >= 1 and (not x.any()):",
        "if n > 1 or not x.any():",
        "if n > 1 and x.any():",
        "if n > 2 and (not x.any()):",
        "if not (n > 1 and (not x.any())):",
        "if n > 1 and (not x.all()):",
        "pass",
        "x = x[1:] * np.maximum(x, 0).sum(axis=0, keepdims=True)",
        "x = abs(x[:]) * np.maximum(x, 0).sum(axis=0, keepdims=True)",
        "x = abs(x[1:]) / np.maximum(x, 0).sum(axis=0, keepdims=True)",
        "x = abs(x[1:]) * np.minimum(x, 0).sum(axis=0, keepdims=True)",
        "x = abs(x[1:]) * np.maximum(x, 0).sum(axis=1, keepdims=True)",
        "x = abs(x[1:]) * np.maximum(x, 0).sum(axis=0)",
        "x = abs(x[1:]) * np.maximum(x, 0).mean(axis=0, keepdims=True)",
        "return (n - x, n)",
        "return (n, x - n)",
    ]:
        assert expected in lines, expected
    assert len({text for _, text in mutants(source)}) == len(lines)


def test_arguments_for_equal_mutants_speak_of_exercises():
    assert set(EQUAL) <= set(names())


@pytest.mark.parametrize("name", names())
def test_mutants_are_refused(name):
    exercise = find(name)
    source, known = answers(exercise)[0]
    for what, text in random.Random(name).sample(list(mutants(source)), 2):
        label = f"{name}: {what}"
        assert is_equal(name, label) or refused(exercise, name, text, known), label
