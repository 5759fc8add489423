"""Whatever nbgrader would count as 0 without a word is found in the files, and told in words."""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from minidl.course.cells import exercise_cells
from minidl.course.edition import student_edition
from minidl.course.files import write
from minidl.course.submissions import Fault, faults, grades
from minidl.course.submissions.__main__ import main
from tests.setup_cell import setup_cell

ASSIGNMENT = "01_convolution"
FILE = f"{ASSIGNMENT}.ipynb"


@pytest.fixture(scope="module")
def handed_out():
    cells = [
        new_markdown_cell("# 01", id="title"),
        setup_cell("import numpy as np"),
        *exercise_cells("output_size"),
        *exercise_cells("same_padding"),
        new_code_cell("print(1)", id="word"),
    ]
    return student_edition(new_notebook(cells=cells))


@pytest.fixture
def course(tmp_path, handed_out):
    """A teacher's folder in which Ada has handed in the notebook as she got it."""
    course = tmp_path / "my course"
    for folder in ("source", "submitted/ada"):
        write(handed_out, course / folder / ASSIGNMENT / FILE)
    return course


@pytest.fixture
def ada(course):
    return course / "submitted" / "ada" / ASSIGNMENT / FILE


def change(path, edit):
    """Edit the notebook in a file as the JSON that it is."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(edit(notebook) or notebook), encoding="utf-8")


def test_what_is_as_it_was_handed_out_has_no_fault(course):
    (course / "submitted" / "ada" / ".DS_Store").touch()
    (course / "submitted" / "who has asked for more time.txt").touch()
    (course / "submitted" / "ada" / "a word to my teacher.txt").touch()
    (course / "submitted" / "ada" / ASSIGNMENT / ".ipynb_checkpoints").mkdir()
    (course / "submitted" / "ada" / ASSIGNMENT / "my_helpers.py").touch()
    assert faults(course) == []


def test_answers_outputs_and_cells_of_ones_own_are_no_faults(course, ada):
    def answer(notebook):
        notebook["cells"][2]["source"] = "def output_size(): return 1 << 7"
        notebook["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ""}]
        notebook["cells"][3]["metadata"]["nbgrader"]["checksum"] = "1234"
        notebook["cells"][5]["metadata"]["nbgrader"].update(points=50, locked=False)
        notebook["cells"][4]["cell_type"] = "markdown"  # nbgrader makes it code again
        notebook["cells"].insert(3, {"cell_type": "code", "source": ["a\n", "b"], "metadata": {}})

    change(ada, answer)
    assert faults(course) == []


# -- cells -----------------------------------------------------------------------------------------


def drop(number):
    return lambda notebook: notebook["cells"].pop(number) and None


def repeat(number):
    return lambda notebook: notebook["cells"].append(copy.deepcopy(notebook["cells"][number]))


def move(number, to):
    return lambda notebook: notebook["cells"].insert(to, notebook["cells"].pop(number))


def put(number, **fields):
    return lambda notebook: notebook["cells"][number].update(fields)


def mark(number, **marks):
    return lambda notebook: notebook["cells"][number]["metadata"]["nbgrader"].update(marks)


def unmark(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}


CHANGES = {
    "a check is gone": (drop(3), "output_size_check", "is gone: 1 points"),
    "a solution is gone": (drop(4), "same_padding", "is gone, and the answer"),
    "the setup is gone": (drop(1), "setup", "is gone, and cells below"),
    "all marks are gone": (unmark, "", "none of its cells"),
    "a check is there twice": (repeat(3), "output_size_check", "is there 2 times"),
    "a solution is there twice": (repeat(4), "same_padding", "is there 2 times"),
    "the setup is there twice": (repeat(1), "setup", "is there 2 times"),
    "a check before its solution": (move(3, 2), "output_size_check", "stands where output_size"),
    "the setup at the end": (move(1, 6), "output_size", "stands where setup"),
    "a locked check was changed": (put(3, source="pass"), "output_size_check", "is locked"),
    "the locked setup was changed": (put(1, source=["pass"]), "setup", "is locked"),
    "an old schema": (mark(3, schema_version=1), "output_size_check", "(schema_version)"),
    "a check is no check": (mark(3, grade=False), "output_size_check", "(grade)"),
    "a solution is none": (mark(2, solution=False, task=True), "output_size", "(solution, task)"),
    "another's cell": (
        put(6, metadata={"nbgrader": {"grade_id": "convolve"}}),
        "convolve",
        "marks of nbgrader that you did not hand out",
    ),
    "empty marks": (put(6, metadata={"nbgrader": {}}), "number 7", "marks of nbgrader that you"),
    "a conflict in a solution": (
        put(2, source="<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> mine\n"),
        "output_size",
        "git left a conflict",
    ),
    "a conflict elsewhere": (
        put(6, source="x\n<<<<<<< local\n"),
        "number 7",
        "git left a conflict",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_cell_is_named(name, course, ada):
    edit, cell, words = CHANGES[name]
    change(ada, edit)
    (fault,) = faults(course)
    assert (fault.student, fault.file, fault.cell) == (
        "ada",
        f"submitted/ada/{ASSIGNMENT}/{FILE}",
        cell,
    )
    assert words in fault.what and fault.advice


def test_a_cell_without_its_name_is_gone_and_strange(course, ada):
    change(ada, lambda n: n["cells"][3]["metadata"]["nbgrader"].pop("grade_id") and None)
    assert [fault.cell for fault in faults(course)] == ["output_size_check", "number 4"]


# -- files -----------------------------------------------------------------------------------------

CELL = '{"cell_type": "code", "metadata": {}, "source": ""'
DAMAGE = {
    "empty": (b"", "is empty"),
    "cut short": (b'{"cells": [{"cell_type"', "cut short"),
    "a conflict": (b'{\n<<<<<<< HEAD\n"a": 1\n=======\n>>>>>>> b\n}', "(line 2: <<<<<<<)"),
    "half a conflict": (b'{\n"a": 1\n>>>>>>> b\n}', "(line 3: >>>>>>>)"),
    "words": (b"My answers are: 1, 2", "is no notebook"),
    "a page": (b"<!doctype html><html>", "is no notebook"),
    "UTF-16": ("{}".encode("utf-16"), "is not UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "is no notebook"),
    "zeros": (bytes(1000), "is no notebook"),
    "a number": (b"3", "no list of cells"),
    "an old format": (b'{"worksheets": [], "nbformat": 3}', "no list of cells"),
    "cells that are no list": (b'{"cells": {}}', "no list of cells"),
    "a cell that is no cell": (b'{"cells": [null]}', "number 1 of its cells"),
    "a cell without source": (b'{"cells": [{"cell_type": "code", "metadata": {}}]}', "number 1"),
    "metadata that is none": (f'{{"cells": [{CELL}}}, {CELL}, "metadata": 3}}]}}', "number 2"),
    "marks that are none": (f'{{"cells": [{CELL}, "metadata": {{"nbgrader": 3}}}}]}}', "number 1"),
    "outputs that are none": (f'{{"cells": [{CELL}, "outputs": [3]}}]}}', "number 1"),
    "source of numbers": (f'{{"cells": [{CELL}, "source": [1]}}]}}', "number 1"),
    "a kind that is none": (f'{{"cells": [{CELL}, "cell_type": 1}}]}}', "number 1"),
    "endless nesting": (b"[" * 100_000, "nested without end"),
    "an endless number": (b'{"cells": [' + b"9" * 5000 + b"]}", "is no notebook"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_file_is_told_in_words(name, course, ada):
    content, words = DAMAGE[name]
    ada.write_bytes(content if isinstance(content, bytes) else content.encode())
    (fault,) = faults(course)
    assert (fault.student, fault.file) == ("ada", f"submitted/ada/{ASSIGNMENT}/{FILE}")
    assert words in fault.what and fault.advice


def test_a_folder_in_the_notebooks_place_is_told_in_words(course, ada):
    ada.unlink()
    ada.mkdir()
    assert "but something else" in faults(course)[0].what


@pytest.mark.parametrize("method", ["read_text", "iterdir"])
def test_what_may_not_be_read_is_told_in_words(method, course, ada, monkeypatch):
    shutil.copytree(ada.parents[1], course / "submitted" / "berta")
    change(course / "submitted" / "berta" / ASSIGNMENT / FILE, drop(3))
    usual = getattr(Path, method)

    def refuse(path, *args, **kwargs):
        if "ada" in path.parts:
            raise PermissionError(13, "Permission denied")
        return usual(path, *args, **kwargs)

    monkeypatch.setattr(Path, method, refuse)
    first, second = faults(course)
    assert "cannot be read (Permission denied)" in first.what
    assert second.student == "berta"


PLACES = {
    "renamed by a browser": (f"ada/{ASSIGNMENT}/{ASSIGNMENT} (1).ipynb", "rename", f"no {FILE}"),
    "renamed by Jupyter": (f"ada/{ASSIGNMENT}/{ASSIGNMENT}-Copy1.ipynb", "rename", f"no {FILE}"),
    "other capitals": (f"ada/{ASSIGNMENT}/01_Convolution.ipynb", "rename", f"no {FILE}"),
    "an ending more": (f"ada/{ASSIGNMENT}/{FILE}.zip", "unpack", f"no {FILE}"),
    "another ending": (f"ada/{ASSIGNMENT}/{ASSIGNMENT}.json", "ask", f"no {FILE}"),
    "one folder too deep": (f"ada/{ASSIGNMENT}/{ASSIGNMENT}/{FILE}", "move", f"no {FILE}"),
    "two folders too deep": (f"ada/{ASSIGNMENT}/a/b/{FILE}", "move a/b/", f"no {FILE}"),
    "a folder misspelt": (
        f"ada/01_convolutions/{FILE}",
        f"rename the folder to {ASSIGNMENT}",
        "no",
    ),
    "a folder in capitals": (f"ada/01_Convolution/{FILE}", f"to {ASSIGNMENT}", "no assignment"),
    "no folder": (f"ada/{FILE}", "move it to", "does not look"),
    "no folder, packed": ("ada/mine.zip", "move it to", "does not look"),
    "no student": (FILE, "move it to", "does not look"),
    "the wrong way round": (f"{ASSIGNMENT}/ada/{FILE}", "rearrange", "name of an assignment"),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_file_in_a_wrong_place_or_by_a_wrong_name_is_told(name, course, ada):
    place, advice, what = PLACES[name]
    target = course / "submitted" / place
    away = course / "away.ipynb"
    ada.rename(away)
    shutil.rmtree(course / "submitted" / "ada")
    target.parent.mkdir(parents=True, exist_ok=True)
    away.rename(target)
    (fault,) = faults(course)
    assert advice in fault.advice and what in fault.what
    assert fault.student == place.split("/")[0]


def test_two_notebooks_are_not_chosen_from(course, ada):
    shutil.copy(ada, ada.with_name("mine.ipynb"))
    assert "will not look at mine.ipynb" in faults(course)[0].what
    shutil.copy(ada, ada.with_name("other.ipynb"))
    ada.unlink()
    assert "the right one of mine.ipynb, other.ipynb" in faults(course)[0].advice


@pytest.mark.parametrize("name", ["minidl/__init__.py", "numpy.py", "random.py", "minidl.py"])
def test_a_file_that_python_would_import_in_place_of_a_module_is_told(name, course, ada):
    path = ada.parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("raise SystemExit('it ran')", encoding="utf-8")
    (fault,) = faults(course)
    assert "would import it in place of" in fault.what and fault.advice == "remove it"


def test_a_folder_of_data_is_imported_by_nobody(course, ada):
    (ada.parent / "random").mkdir()
    assert faults(course) == []


def test_every_student_is_looked_at_and_what_was_released_counts(course, ada, handed_out):
    shutil.copytree(ada.parents[1], course / "submitted" / "berta")
    shutil.copytree(ada.parents[1], course / "submitted" / "carl")
    change(course / "submitted" / "carl" / ASSIGNMENT / FILE, drop(3))
    ada.write_bytes(b"")
    assert [fault.student for fault in faults(course)] == ["ada", "carl"]
    released = course / "release" / ASSIGNMENT / FILE
    write(handed_out, released)
    change(released, drop(3))
    names = [(fault.student, fault.cell) for fault in faults(course)]
    assert ("carl", "") not in names and ("berta", "output_size_check") in names


# -- after grading ---------------------------------------------------------------------------------


@pytest.fixture
def graded(course, ada, monkeypatch):
    """Ada's notebook as nbgrader has left it."""
    monkeypatch.setattr(grades, "_begun", lambda gradebook: {("ada", ASSIGNMENT)})
    path = course / "autograded" / "ada" / ASSIGNMENT / FILE
    path.parent.mkdir(parents=True)
    shutil.copy(ada, path)
    return path


def error(name, value=""):
    return [{"output_type": "error", "ename": name, "evalue": value, "traceback": []}]


def stderr(text):
    return [{"output_type": "stream", "name": "stderr", "text": text}]


def test_a_wrong_answer_is_no_fault(course, graded):
    change(graded, put(3, outputs=error("AssertionError", "no right answer, 0 of 1 points")))
    assert faults(course) == []


@pytest.mark.parametrize(
    ("outputs", "what"),
    [
        (error("NameError", "name 'output_size' is not defined"), "NameError: name 'output_size'"),
        (error("CellTimeoutError"), "CellTimeoutError"),
        (error("ModuleNotFoundError", "No module named 'minidl'"), "No module named 'minidl'"),
        (stderr("careful"), "wrote to stderr"),
        (stderr(["care", "ful"]), "wrote to stderr"),
    ],
)
def test_a_zero_that_the_answer_did_not_earn_is_told(outputs, what, course, graded):
    change(graded, put(3, outputs=outputs))
    (fault,) = faults(course)
    assert fault.cell == "output_size_check" and what in fault.what


@pytest.mark.parametrize("left", [None, b"", b"{"])
def test_a_grading_that_did_not_end_is_told(left, course, graded):
    graded.unlink()
    if left is not None:
        graded.write_bytes(left)
    (fault,) = faults(course)
    assert "could not end" in fault.what
    assert f"nbgrader autograde {ASSIGNMENT} --student ada" in fault.advice


def test_what_came_in_after_the_others_were_graded_is_told(course, graded, monkeypatch):
    graded.unlink()
    monkeypatch.setattr(grades, "_begun", lambda gradebook: {("ada", "02"), ("berta", "02")})
    assert faults(course) == []
    monkeypatch.setattr(grades, "_begun", lambda gradebook: {("berta", ASSIGNMENT)})
    assert "has not been graded" in faults(course)[0].what


def test_an_answer_that_came_in_later_is_told(course, ada, graded):
    change(ada, put(2, source="def output_size(): ..."))
    (fault,) = faults(course)
    assert "not the version" in fault.what and "--force" in fault.advice


# -- the command -----------------------------------------------------------------------------------


def test_the_command_tells_by_words_and_status(course, ada, capsys):
    assert main([str(course)]) == 0
    assert capsys.readouterr().out == "Nothing that would cost points in silence.\n"
    ada.write_bytes(b"")
    shutil.copytree(ada.parents[1], course / "submitted" / "zoé")
    command = [sys.executable, "-m", "minidl.course.submissions"]
    plain = {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **plain}
    run = subprocess.run(
        command, cwd=course, capture_output=True, encoding="ascii", env=environment
    )
    assert (run.returncode, run.stderr) == (1, "")
    assert f"ada: submitted/ada/{ASSIGNMENT}/{FILE}\n    the file is empty\n" in run.stdout
    assert "zo?: submitted" in run.stdout and "2 faults" in run.stdout


def test_a_students_words_cannot_write_where_they_like():
    fault = Fault("a\x1b[31m\nb", "c\r", "d\x07", "e\u2028f", "g\udce9")
    assert str(fault) == "a?[31m?b: c?, cell g?\n    d?\n    To do: e?f"


def test_the_command_says_where_it_wants_to_be_run(tmp_path, course):
    assert "no folder source in" in main([str(tmp_path)])
    assert "usage:" in main(["a", "b"])
    (course / "source" / ASSIGNMENT / FILE).write_bytes(b"{")
    assert "cut short" in main([str(course)])
    shutil.rmtree(course / "submitted")
    assert "no folder submitted in" in main([str(course)])


def test_one_assignment_may_be_asked_for(course, handed_out):
    """What lies elsewhere is not told of, and not read: another may be damaged."""
    for assignment in (ASSIGNMENT, "02_other"):
        folder = course / "submitted" / "eve" / assignment
        folder.mkdir(parents=True)
        (folder / FILE).write_text("nothing", encoding="utf-8")
    other = course / "source" / "02_other" / "02_other.ipynb"
    other.parent.mkdir()
    other.write_text("damaged", encoding="utf-8")
    found = faults(course, ASSIGNMENT)
    assert [(f.student, f.file.split("/")[2]) for f in found] == [("eve", ASSIGNMENT)]


def test_what_a_teachers_settings_set_in_the_environment_is_not_kept(course, monkeypatch):
    """They are a program, written for nbgrader's own process."""
    monkeypatch.setenv("CHANGED", "before")
    monkeypatch.delenv("ADDED", raising=False)
    (course / "nbgrader_config.py").write_text(
        "import os\nc = get_config()\nos.environ.update(ADDED='1', CHANGED='1')\n"
        "os.environ.pop('PATH')\n",
        encoding="utf-8",
    )
    before = dict(os.environ)
    faults(course)
    assert dict(os.environ) == before


def test_a_damaged_gradebook_is_told_in_words(course):
    (course / "gradebook.db").write_bytes(b"no database at all, but long enough to be read as one")
    assert "is no gradebook of nbgrader" in main([str(course)])
