"""Which cells run for a grade: all that a point may depend on, and no more where that is sure."""

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from minidl.course import find, names
from minidl.course.autograde.slicing import only_show, unmarked_sources
from minidl.course.cells import exercise_cells, nbgrader_metadata
from minidl.course.files import read, source_notebooks
from tests.setup_cell import setup_cell

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SETUP = "import matplotlib.pyplot as plt\nimport numpy as np\nfrom minidl import viz\nviz.style()"
OWN = "def output_size(size, kernel, stride=1, padding=(0, 0), dilation=1):\n    {}"


def solution(source):
    return new_code_cell(source, metadata={"nbgrader": nbgrader_metadata("own", solution=True)})


def graded(source):
    marks = nbgrader_metadata("asks", grade=True, locked=True, points=1)
    return new_code_cell(source, metadata={"nbgrader": marks})


def skipped(plain, answer="return 0", student=(), ask=None):
    """Whether each of the handed-out cells is left out; the student's own come after them."""
    check = exercise_cells("output_size")[1] if ask is None else graded(ask)
    source = OWN.format(answer) if ask is None else answer
    handed_out = [new_code_cell(text) for text in plain]
    cells = [
        new_markdown_cell("# 01"),
        setup_cell(SETUP),
        *handed_out,
        *map(new_code_cell, student),
        solution(source),
        check,
    ]
    left_out = only_show(cells, set(plain))
    assert left_out <= set(range(2, 2 + len(plain))), "what counts always runs"
    return [i in left_out for i in range(2, 2 + len(plain))]


def test_what_only_shows_something_is_left_out():
    plain = [
        "x = np.arange(3)\nfig, ax = plt.subplots()\nax.plot(x)\nax.set_title('x')\nprint(x)",
        "rng = np.random.default_rng(0)\nx += rng.integers(3)\nx[0] = output_size(3, 1)",
        "def draw(x):\n    viz.show(x)\n\n\nfor i in range(3):\n    draw(i)",
        "display(x)",
    ]
    assert skipped(plain) == [True] * 4


def test_what_comes_after_the_last_that_counts_is_left_out():
    cells = [solution("a = 1"), graded("assert a == 1"), new_code_cell("a.b = open('c')")]
    assert only_show(cells, {"a.b = open('c')"}) == {2}


def test_what_a_student_wrote_or_changed_always_runs():
    assert only_show([new_code_cell("print(1)"), graded("assert 1")], ()) == frozenset()


NEEDED = {  # handed-out cells, all needed by the answer
    "a value": (["y = 3"], "return y"),
    "a value of a value": (["x = 3", "y = x + 1"], "return y"),
    "added to": (["y = 3", "y += 1"], "return y"),
    "changed in place": (["y = [3]", "y.append(4)"], "return y[0]"),
    "changed by another name": (["y = [3]", "z = y", "z.append(4)"], "return y[0]"),
    "changed within": (["y = [3]", "def add():\n    y.append(4)", "add()"], "return y[0]"),
    "a global": (["y = 3", "def add():\n    global y\n    y = 4", "add()"], "return y"),
    "drawn from": (
        ["rng = np.random.default_rng(0)", "print(rng.random())"],
        "return rng.random()",
    ),
    "in a lambda": (["y = 3"], "return (lambda: y)()"),
    "in a comprehension": (["y = 3"], "return [y for _ in range(2)][0]"),
    "in a class": (["y = 3"], "class A:\n        y = y\n    return A.y"),
    "deleted": (["y = 3", "del y"], "return y"),
    "a loop's": (["for y in range(3):\n    pass"], "return y"),
    "unpacked": (["(x, *y), z = (1, 2), 3"], "return y"),
    "a walrus": (["print(y := 3)"], "return y"),
    "a match": (["match [3]:\n    case [y]:\n        pass"], "return y"),
    "an import": (["import math as y"], "return y.pi"),
    "a patched module": (["np.pi = 3"], "return np.pi"),
    "a patched function": (["output_size.calls = 0"], "return 0"),
    "settings": (["plt.rcParams['figure.dpi'] = 3"], "return 0"),
    "chance": (["np.random.seed(0)"], "return np.random.rand()"),
    "chance by another name": (["from numpy.random import rand\nrand()"], "return 0"),
    "a file": (["np.save('a', np.ones(3))"], "return np.load('a.npy')"),
    "another library": (["import os\nos.chdir('/')"], "return 0"),
}


@pytest.mark.parametrize("case", NEEDED)
def test_what_an_answer_may_depend_on_runs(case):
    plain, answer = NEEDED[case]
    assert skipped(plain, answer) == [False] * len(plain)


REMEMBERS = [  # answers that are not the same after a call as before it
    "output_size.calls = 1",
    "global calls\n    calls = 1",
    "calls.append(1)",
    "np.random.seed(0)",
    "return open('calls').read()",
]


@pytest.mark.parametrize("answer", REMEMBERS)
def test_a_function_that_may_remember_a_call_gets_all_its_calls(answer):
    assert skipped(["print(output_size(3, 1))"], answer, ["calls = []"]) == [False]


@pytest.mark.parametrize(
    "answer",
    [
        "def f(x, seen=[]):\n    return seen",
        "@cache\ndef f(x):\n    return x",
        "class f:\n    pass",
        "f = lambda x: x",
        "f = 3\ndef f(x):\n    return x",
    ],
)
def test_other_things_may_remember_too(answer):
    assert skipped(["print(f(3))"], answer, ask="assert f(3) == 3") == [False]
    assert skipped(["print(g(3))"], answer, ask="assert f(3) == 3") == [True]


@pytest.mark.parametrize(
    "own",
    [
        "eval('x')",
        "globals()['x']",
        "print(_)",
        "Out[2]",
        "%timeit x",
        "!ls",
        "from math import *",
        "import sys",
        "import my_helpers",
        "import __main__",
        "f.__globals__",
        "get_ipython().run_cell('x')",
    ],
)
def test_where_anything_could_be_read_all_runs(own):
    assert skipped(["x = 3"], student=["import os\nfrom copy import copy\nprint(1)"]) == [True]
    assert skipped(["x = 3"], student=[own]) == [False]


@pytest.mark.parametrize("slip", ["x = = 3", "print(x", "\0"])
def test_a_slip_reads_nothing(slip):
    assert skipped(["x = 3"], student=[slip]) == [True]


def test_a_setting_of_the_notebook_may_be_asked_anywhere():
    plain = ["if FULL:\n    print(3)", "assert not FULL"]
    assert skipped(plain, student=["FULL = len('abc') == 3"]) == [True, True]
    assert skipped(["x = FULL"], student=["FULL = len('abc') == 3"]) == [False]


@pytest.mark.parametrize("path", source_notebooks(NOTEBOOKS), ids=lambda path: path.stem[:2])
def test_a_notebook_runs_little_for_a_grade(path):
    """Most cells are there to be looked at; but the processes of a cluster are felt everywhere."""
    cells = read(path).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    marked = [cell for cell in code if cell.metadata.get("nbgrader")]
    assert len(marked) > sum(find(name).notebook == path.stem[:2] for name in names())
    share = 0.25 if "distributed" in "".join(cell.source for cell in code) else 0.9
    assert len(only_show(cells, unmarked_sources(cells))) >= share * (len(code) - len(marked))
