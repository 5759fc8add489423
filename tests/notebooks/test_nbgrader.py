"""The round trip on the real tool: hand out, collect, grade, give feedback."""

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import read, write
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

from minidl.course import find
from minidl.course.edition import student_edition
from minidl.course.teach import make

pytestmark = pytest.mark.slow(30)

ANSWERS = ("solved", "wrong", "empty")  # in the mixed submission, one exercise after the other


def nbgrader(course, environment, *arguments):
    """Run one of nbgrader's commands; the page for teachers gives them."""
    run = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return run.stdout + run.stderr


def nbgrader_here(course, step, *arguments):
    """Take one of nbgrader's steps in this process: starting a command takes it seconds."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.CourseDirectory.root = str(course)
    result = getattr(NbGraderAPI(config=config), step)(*arguments)
    assert result["success"], result.get("error", "") + result.get("log", "")[-3000:]


def solution_cells(notebook):
    return [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]


def answer(notebook, kinds):
    """Write the student's cells: the solution, a known wrong one, or nothing."""
    for cell, kind in zip(solution_cells(notebook), kinds, strict=True):
        exercise = find(cell.metadata.nbgrader.grade_id)
        if kind == "solved":
            cell.source = exercise.source
        elif kind == "wrong":
            cell.source = exercise.wrong_source(next(iter(exercise.wrong)))
    return notebook


@pytest.fixture
def course(tmp_path, source):
    """A teacher's folder, in a path with a space, with one assignment."""
    folder = tmp_path / "my course"
    one = tmp_path / "notebooks"
    one.mkdir()
    shutil.copy(source, one)
    if make(one, folder) != [source.stem]:
        pytest.skip("a notebook without exercises")
    return folder


def submissions(notebook):
    """The three submissions: what each student wrote in each exercise."""
    count = len(solution_cells(notebook))
    return {
        "empty": ["empty"] * count,
        "solved": ["solved"] * count,
        "mixed": [ANSWERS[i % 3] for i in range(count)],
    }


def test_points_are_exactly_those_of_the_right_answers(source, course, quick_environment):
    """Hand out, collect three submissions, grade them, answer. The empty one is also the proof
    that the student's edition runs to its end with every exercise unsolved.
    """
    name = source.stem
    nbgrader_here(course, "generate_assignment", name)
    released = read(course / "release" / name / source.name, as_version=4)
    edition = read(source.parent / "student" / source.name, as_version=4)
    _handed_out_is_the_students_edition(edition, released)
    for student, kinds in submissions(released).items():
        target = course / "submitted" / student / name / source.name
        target.parent.mkdir(parents=True)
        write(answer(read(course / "release" / name / source.name, as_version=4), kinds), target)
    nbgrader_here(course, "autograde", name, "*")

    exercises = [find(c.metadata.nbgrader.grade_id) for c in solution_cells(released)]
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        for student, kinds in submissions(released).items():
            submission = book.find_submission(name, student)
            given = {grade.name: grade.auto_score for grade in submission.notebooks[0].grades}
            assert given == {
                f"{e.name}_check": e.points if kind == "solved" else 0
                for e, kind in zip(exercises, kinds, strict=True)
            }, student
            assert submission.max_score == sum(e.points for e in exercises)
            assert submission.score == sum(given.values())
            assert not submission.needs_manual_grade
    _unsolved_it_went_on(course / "autograded" / "empty" / name / source.name)
    _only_checks_failed(course, name)
    _feedback(course, name, exercises)


def _handed_out_is_the_students_edition(edition, released):
    assert [cell.source for cell in released.cells] == [cell.source for cell in edition.cells]
    checks = [c for c in released.cells if c.metadata.get("nbgrader", {}).get("locked")]
    assert checks and not any(cell.metadata.get("editable", True) for cell in checks)


def _unsolved_it_went_on(path):
    """Every check says that nothing is written yet, and goes on with minidl's own version."""
    graded = [
        c for c in read(path, as_version=4).cells if c.metadata.get("nbgrader", {}).get("grade")
    ]
    assert graded
    for cell in graded:
        said = "".join(o.get("data", {}).get("text/plain", "") for o in cell.outputs)
        assert "not written yet" in said and "goes on with minidl's own version" in said


def _only_checks_failed(course, name):
    """No cell fails but those that check a missing or wrong answer."""
    for path in (course / "autograded").glob(f"*/{name}/*.ipynb"):
        for cell in read(path, as_version=4).cells:
            errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
            assert not errors or cell.metadata.get("nbgrader", {}).get("grade"), cell.source
            assert all("no right answer" in error.evalue for error in errors)


def _feedback(course, name, exercises):
    nbgrader_here(course, "generate_feedback", name)
    for student, words in [("empty", "not written yet"), ("solved", "right."), ("mixed", "right.")]:
        page = course / "feedback" / student / name / f"{name}.html"
        text = page.read_text(encoding="utf-8")
        assert words in text
        assert f"/ {sum(e.points for e in exercises)}" in text.replace(".0", "")


def test_the_validate_button_tells_a_student_the_truth(small, tmp_path, quick_environment):
    """Validation fails on an unsolved copy, and passes on a solved one."""
    solved = read(small, as_version=4)
    write(student_edition(solved), tmp_path / "unsolved.ipynb")
    run = nbgrader(tmp_path, quick_environment, "validate", "unsolved.ipynb")
    assert "VALIDATION FAILED ON 1 CELL(S)" in run and "0 of 3 points" in run
    assert "passes all the tests" in nbgrader(tmp_path, quick_environment, "validate", small.name)


def test_a_teachers_settings_are_kept(tmp_path, small):
    one = Path(small).parent
    folder = tmp_path / "kept"
    assert make(one, folder) == ["01_small"]
    settings = folder / "nbgrader_config.py"
    assert 'course_id = "kept"' in settings.read_text(encoding="utf-8")
    settings.write_text("# mine\n", encoding="utf-8")
    make(one, folder)
    assert settings.read_text(encoding="utf-8") == "# mine\n"


def test_the_teachers_page_works_as_written(tmp_path, root, quick_environment):
    """Every command of TEACHERS.md in its order, with one submission where it says so."""
    page = (root / "TEACHERS.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```shell\n(.*?)```", page, flags=re.S)
    lines = [line.strip() for block in blocks for line in block.splitlines() if line.strip()]
    assert lines[:2] == ["python -m minidl.course.teach my_course", "cd my_course"]
    (assignment,) = {line.split()[-1] for line in lines if line.split()[-1].startswith("01")}
    shutil.copytree(root / "notebooks", tmp_path / "notebooks")
    subprocess.run(
        [sys.executable, *lines[0].split()[1:]], cwd=tmp_path, env=quick_environment, check=True
    )
    course = tmp_path / "my_course"
    for line in lines[2:]:
        program, *arguments = line.split()
        if program == "python":
            command = [sys.executable, *arguments]
            subprocess.run(command, cwd=course, env=quick_environment, check=True)
            continue
        assert program == "nbgrader"
        nbgrader(course, quick_environment, *arguments)
        if arguments[0] == "generate_assignment":
            target = course / "submitted" / "ada" / assignment
            shutil.copytree(course / "release" / assignment, target)
    assert (course / "feedback" / "ada" / assignment / f"{assignment}.html").exists()
    with (course / "grades.csv").open(encoding="utf-8", newline="") as file:
        (row,) = [r for r in csv.DictReader(file) if r["assignment"] == assignment]
    assert row["student_id"] == "ada" and float(row["score"]) == 0 < float(row["max_score"])
