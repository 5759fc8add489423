"""A teacher's folder by any name has settings that nbgrader can read."""

import os
import shutil
import sys
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from minidl.course.cells import exercise_cells
from minidl.course.files import write
from minidl.course.teach import main, make
from tests.setup_cell import setup_cell

NAMES = ["plain", "it's mine", "Ämter und Kurse", "课程", "🎓", "{course}", "a;b", "c#1"]
NOT_ON_WINDOWS = ['a "b"', "back\\slash", 'end\\"', "line\nbreak", "tab\t", "x\x7f", '"""', "*?"]


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    exercises = [setup_cell("import numpy as np"), *exercise_cells("convolve")]
    write(new_notebook(cells=exercises), folder / "01_a.ipynb")
    write(new_notebook(cells=[new_code_cell("print(1)")]), folder / "02_without.ipynb")
    return folder


def settings(folder):
    """What nbgrader's settings say, run as nbgrader runs them."""
    c = SimpleNamespace(CourseDirectory=SimpleNamespace(), Execute=SimpleNamespace())
    code = (folder / "nbgrader_config.py").read_bytes()
    exec(compile(code, "nbgrader_config.py", "exec"), {"get_config": lambda: c})
    return c


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("MINIDL_QUICK", os.environ.get("MINIDL_QUICK", ""))


@pytest.mark.parametrize("name", [*NAMES, *([] if os.name == "nt" else NOT_ON_WINDOWS)])
def test_the_course_is_called_what_its_folder_is(name, notebooks, tmp_path):
    assert make(notebooks, tmp_path / name) == ["01_a"]
    c = settings(tmp_path / name)
    assert c.CourseDirectory.course_id == name
    assert c.Execute.timeout == 300


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_gives_settings_that_are(notebooks, tmp_path):
    make(notebooks, tmp_path / "caf\udce9")
    assert settings(tmp_path / "caf\udce9").CourseDirectory.course_id == "caf?"


@pytest.mark.parametrize("name", ["x[1]", "100%", "a%20b"])
def test_a_folder_in_which_nbgrader_finds_nothing_is_refused(name, notebooks, tmp_path):
    with pytest.raises(ValueError, match="nbgrader finds nothing"):
        make(notebooks, tmp_path / name / "course")
    assert not (tmp_path / name).exists()


def test_the_command_says_what_it_made_or_why_not(notebooks, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["mine"]).startswith("no notebooks NN_name.ipynb in")
    assert main([]).startswith("usage:")
    shutil.copytree(notebooks, tmp_path / "notebooks")
    assert main(["100%"]).startswith("nbgrader finds nothing")
    assert main(["mine"]) is None
    assert capsys.readouterr().out == "01_a\n"
