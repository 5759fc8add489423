"""nbgrader itself: points for the answer alone, and no zero that the teacher is not told of."""

import os
import subprocess
import sys
import sysconfig

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from minidl.course import find
from minidl.course.cells import exercise_cells
from minidl.course.files import read, write
from minidl.course.submissions import faults
from minidl.course.teach import make
from tests.setup_cell import setup_cell

pytestmark = pytest.mark.slow(40)

NAME, FILE = "01_small", "01_small.ipynb"
RIGHT = find("output_size").source
WRONG = "def output_size(size, kernel, stride=1, padding=(0, 0), dilation=1):\n    return 0"
AGAIN = 'import minidl.course as c\noutput_size = c.check("output_size", output_size)'
ANSWERS = {  # what a student wrote, and whether it is worth the points
    "named": (f"{RIGHT}\ncheck, hint, minidl, np, find, course = range(6)", True),
    "strict": (
        f"{RIGHT}\nnp.seterr(all='raise')\nimport warnings\nwarnings.simplefilter('error')",
        True,
    ),
    "claimed": (f"{WRONG}\ncheck = lambda name, function: function", False),
    "checked": (f"{WRONG}\n{AGAIN}", False),
    "passed": (WRONG.replace("return 0", "pass"), False),
}


def solve(cells):
    cells[2].source = RIGHT


def die(cells):
    solve(cells)
    cells[4].source = "import os\nos._exit(1)"


def lose_the_check(cells):
    solve(cells)
    del cells[3]


def misspell(cells):
    cells[2].source = RIGHT.replace("def output_size", "def output_sise")


def leave(cells):
    pass


def repeat(cells):
    cells.append(cells[2].copy() | {"id": "copy"})


ACCIDENTS = {"died": die, "lost": lose_the_check, "misspelt": misspell, "late": leave}


def nbgrader(course, *arguments):
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env={**os.environ, "PATH": path, "PYTHONUTF8": "1", "MINIDL_QUICK": "1"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=900,
    )


def hand_in(course, student, edit):
    notebook = read(course / "release" / NAME / FILE)
    edit(notebook.cells)
    write(notebook, course / "submitted" / student / NAME / FILE)


@pytest.fixture
def course(tmp_path):
    """A teacher's folder with a notebook of one exercise, handed out, handed in and graded."""
    cells = [
        new_markdown_cell("# 01", id="title"),
        setup_cell("import numpy as np"),
        *exercise_cells("output_size"),
        new_code_cell("print(1)", id="last"),
    ]
    write(new_notebook(cells=cells), tmp_path / "notebooks" / FILE)
    course = tmp_path / "it's my course"
    make(tmp_path / "notebooks", course)
    run = nbgrader(course, "generate_assignment", NAME)
    assert run.returncode == 0, run.stderr
    for student, (source, _) in ANSWERS.items():
        hand_in(course, student, lambda cells, source=source: cells[2].update(source=source))
    for student, edit in ACCIDENTS.items():
        hand_in(course, student, edit)
    assert [fault.student for fault in faults(course)] == ["lost"]
    assert nbgrader(course, "autograde", NAME).returncode != 0  # a kernel died
    hand_in(course, "late", solve)
    return course


def scores(course):
    """What the table of points would say of each student."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {s.student.id: s.score for s in book.assignment_submissions(NAME)}


def test_points_are_for_the_answer_alone_and_no_zero_is_silent(course):
    _points_are_for_the_answer_alone(course)
    _no_zero_is_silent(course)
    _a_cell_that_is_there_twice_stops_nbgrader(course)


def _points_are_for_the_answer_alone(course):
    given = scores(course)
    assert {s: given[s] for s in ANSWERS} == {s: float(right) for s, (_, right) in ANSWERS.items()}
    said = {
        student: str(read(course / "autograded" / student / NAME / FILE).cells[3].outputs)
        for student in ANSWERS
    }
    assert "not written yet" in said["passed"]
    assert "own version" in said["checked"]


def _no_zero_is_silent(course):
    assert all(score == 0 for student, score in scores(course).items() if student in ACCIDENTS)
    found = {fault.student: fault.what for fault in faults(course)}
    assert set(found) == set(ACCIDENTS), "and no zero that a wrong answer has earned"
    assert "could not end" in found["died"]
    assert "is gone" in found["lost"]
    assert "NameError" in found["misspelt"]
    assert "not the version" in found["late"]


def _a_cell_that_is_there_twice_stops_nbgrader(course):
    hand_in(course, "twice", repeat)
    assert [f.student for f in faults(course) if "is there 2 times" in f.what] == ["twice"]
    run = nbgrader(course, "autograde", NAME, "--student", "twice")
    assert "old version" in run.stdout + run.stderr, "nbgrader goes on now: say so no more"
