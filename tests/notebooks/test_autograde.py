"""A class is graded on many cores: the same points as nbgrader's, whatever one student does."""

from concurrent.futures import Executor, Future

import pytest
from loky import ProcessPoolExecutor
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

from minidl.course import find
from minidl.course.autograde import autograde
from minidl.course.autograde.__main__ import main, table
from minidl.course.cells import exercise_cells, nbgrader_metadata
from minidl.course.files import read, write
from minidl.course.submissions import faults
from minidl.course.teach import make
from tests.notebooks import postgres
from tests.setup_cell import setup_cell

pytestmark = pytest.mark.slow(40)

NAME, FILE = "01_small", "01_small.ipynb"
RIGHT = find("output_size").source


def cells():
    """An exercise, a question that a plain assert grades, and cells that only show something."""
    answer = nbgrader_metadata("answer", solution=True)
    asks = nbgrader_metadata("asks", grade=True, locked=True, points=2)
    return [
        setup_cell("import numpy as np"),
        new_code_cell("shown = np.arange(3)\nprint(shown)", id="shown"),
        *exercise_cells("output_size"),
        new_code_cell("print(output_size(5, 3))", id="used"),
        new_code_cell("factor = 2", id="needed"),
        new_code_cell(
            "### BEGIN SOLUTION\nanswer = 21 * factor\n### END SOLUTION",
            metadata={"nbgrader": answer},
            id="answer",
        ),
        new_code_cell("assert answer == 42", metadata={"nbgrader": asks}, id="asks"),
        new_code_cell("print(shown.sum())", id="last"),
    ]


def solve(cells):
    cells[2].source, cells[6].source = RIGHT, "answer = 21 * factor"


def solve_half(cells):
    cells[2].source = RIGHT


def mistake(cells):
    cells[
        2
    ].source = "def output_size(size, kernel, stride=1, padding=(0, 0), dilation=1):\n    return 0"
    cells[6].source = "answer = 41"


def begin_with(source):
    """Solve everything, and write a cell of one's own before it."""

    def edit(cells):
        solve(cells)
        cells.insert(1, new_code_cell(source, id="own"))

    return edit


def lose_the_check(cells):
    solve(cells)
    del cells[3]


def rename_the_cell(cells):
    solve(cells)
    cells[2].metadata.nbgrader.grade_id = "my_answer"


def misspell(cells):
    solve(cells)
    cells[2].source = RIGHT.replace("def output_size", "def output_sise")


GIGABYTES = "import numpy as np\nnp.empty(5 << 30, np.uint8)"  # never touched, so they cost nothing
DEAF = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(600)"
LIMIT = """
c.Execute.timeout_func = lambda cell: 3 if cell.source.endswith(("pass", "(600)")) else 300
"""
STUDENTS = {  # what each does, the points for it, and what is said
    "right": (solve, 3, ""),
    "half": (solve_half, 1, "NameError"),
    "wrong": (mistake, 0, ""),
    "died": (begin_with("import os\nos._exit(1)"), 0, "its kernel died"),
    "hangs": (begin_with("while True: pass"), 3, "cell 2 did not end in time"),
    "deaf": (begin_with(DEAF), 0, "would not be interrupted"),
    "greedy": (begin_with(GIGABYTES), 3, "more memory than it may"),
    "lost": (lose_the_check, 2, "is gone"),
    "renamed": (rename_the_cell, 0, "output_size is gone"),
    "misspelt": (misspell, 2, "NameError"),
}


def hand_in(course, student, edit):
    notebook = read(course / "release" / NAME / FILE)
    edit(notebook.cells)
    write(notebook, course / "submitted" / student / NAME / FILE)


def api(course):
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.CourseDirectory.root = str(course)
    return NbGraderAPI(config=config)


@pytest.fixture
def course(tmp_path, quick_environment):
    """A teacher's folder with a small notebook, handed out."""
    write(new_notebook(cells=cells()), tmp_path / "notebooks" / FILE)
    folder = tmp_path / "it's my course"
    make(tmp_path / "notebooks", folder)
    settings = folder / "nbgrader_config.py"
    settings.write_text(settings.read_text(encoding="utf-8") + LIMIT, encoding="utf-8")
    result = api(folder).generate_assignment(NAME)
    assert result["success"], result["log"]
    return folder


def scores(address):
    with Gradebook(address) as book:
        return {s.student.id: s.score for s in book.assignment_submissions(NAME)}


def sqlite(course, name="gradebook.db"):
    return f"sqlite:///{course / name}"


def test_points_are_nbgraders_whatever_one_student_does(course):
    for student, (edit, _, _) in STUDENTS.items():
        hand_in(course, student, edit)
    with ProcessPoolExecutor(2) as executor:
        report = autograde(course, NAME, executor=executor)
    results = {result.student: result for result in report.results}
    expected = {student: points for student, (_, points, _) in STUDENTS.items()}
    assert {s: r.score for s, r in results.items()} == expected == scores(sqlite(course))
    for student, (_, _, said) in STUDENTS.items():
        trouble = results[student].trouble
        assert said in trouble and bool(said) == bool(trouble), (student, trouble)
    assert "hangs        3 / 3" in table(report) and "10 graded" in table(report)
    _only_what_counts_has_run(course)
    _nbgrader_says_the_same(course)


class Interrupting(Executor):
    """Works at once; while the third submission is awaited, somebody interrupts."""

    count = 0

    def submit(self, work, *arguments):
        self.count += 1
        done = Future()
        if self.count == 3:
            done.set_exception(KeyboardInterrupt())
        else:
            done.set_result(work(*arguments))
        return done


def test_a_second_run_grades_only_what_is_new(course, monkeypatch, capsys):
    for student in ("ada", "bob", "cyd"):
        hand_in(course, student, mistake)
    report = autograde(course, NAME, executor=Interrupting())
    assert [r.student for r in report.results] == ["ada", "bob"]
    assert (report.left, report.stopped) == (1, "interrupted")
    assert not (course / "autograded" / "cyd" / NAME).exists()

    hand_in(course, "ada", solve)
    monkeypatch.chdir(course)
    assert main([NAME, "--workers", "1"]) == 0
    words = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in words] == ["ada", "cyd", "2"]
    assert scores(sqlite(course)) == {"ada": 3, "bob": 0, "cyd": 0}
    assert autograde(course, NAME).results == []


def _only_what_counts_has_run(course):
    ran = {
        cell.id: cell.execution_count is not None
        for cell in read(course / "autograded" / "right" / NAME / FILE).cells
    }
    assert {name for name, has_run in ran.items() if not has_run} == {"shown", "used", "last"}


def _nbgrader_says_the_same(course):
    """Points, comments and what is to be looked at, of the same submissions by nbgrader's loop."""
    mine = entries(sqlite(course))
    (course / "autograded").rename(course / "graded by us")
    (course / "gradebook.db").rename(course / "ours.db")
    assert api(course).generate_assignment(NAME)["success"]
    api(course).autograde(NAME, "*")
    assert entries(sqlite(course)) == mine


def entries(address):
    """All that a gradebook holds on submissions."""
    with Gradebook(address) as book:
        return {
            (submission.student.id, one.name): (
                getattr(one, "auto_score", None),
                getattr(one, "needs_manual_grade", None),
                getattr(one, "auto_comment", None),
            )
            for submission in book.assignment_submissions(NAME)
            for notebook in submission.notebooks
            for one in (*notebook.grades, *notebook.comments)
        }


def test_the_gradebook_may_be_a_postgresql_server(course):
    pytest.importorskip("psycopg", reason="no libpq, or no psycopg", exc_type=ImportError)
    found = postgres.programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.server(found) as address:
        settings = course / "nbgrader_config.py"
        line = f"c.CourseDirectory.db_url = {address!r}\n"
        settings.write_text(settings.read_text(encoding="utf-8") + line, encoding="utf-8")
        result = api(course).generate_assignment(NAME)
        assert result["success"], result["log"]
        (course / "gradebook.db").unlink()
        hand_in(course, "ada", solve)
        hand_in(course, "lost", lose_the_check)
        results = autograde(course, NAME).results
        assert [(r.student, r.score, r.out_of) for r in results] == [("ada", 3, 3), ("lost", 2, 3)]
        assert scores(address) == {"ada": 3, "lost": 2}
        assert [fault.student for fault in faults(course)] == ["lost"]
    assert not (course / "gradebook.db").exists()
