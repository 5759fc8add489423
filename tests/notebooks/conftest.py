"""The notebooks that exist, a small one that the tests write, and how they are run."""

import functools
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from minidl.course.files import write
from minidl.course.refresh import refresh
from tests.setup_cell import setup_cell

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
SOURCES = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


# Seconds that a fresh run in full takes, about, on one core; others 60. Long tests start first.
SECONDS = {"08": 400, "07": 120, "09": 120, "02": 110, "04": 110, "11": 100, "00": 90}


def _slow(number):
    return pytest.mark.slow(SECONDS.get(number, 60))


def pytest_generate_tests(metafunc):
    """A test that takes ``source`` runs for every notebook, by its number."""
    if "source" in metafunc.fixturenames:
        fresh_run = "reader_copy" in metafunc.fixturenames
        sources = [
            pytest.param(p, id=p.name[:2], marks=_slow(p.name[:2]) if fresh_run else ())
            for p in SOURCES
        ]
        metafunc.parametrize("source", sources)


@functools.cache
def _read(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture
def notebook(source):
    """The notebook of ``source``, read once for all tests, none of which changes it."""
    return _read(source)


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture
def quick_environment(monkeypatch):
    """The environment of runs that only prove that an edition executes.

    It is this process's as well; nbgrader finds its helpers by PATH, as in an activated one.
    """
    monkeypatch.setenv("MINIDL_QUICK", "1")
    monkeypatch.setenv("MINIDL_QUIET", "1")
    monkeypatch.setenv("PYTHONUTF8", "1")
    monkeypatch.setenv("PATH", sysconfig.get_path("scripts"), prepend=os.pathsep)
    return dict(os.environ)


SETUP = """\
import matplotlib.pyplot as plt
import numpy as np

from minidl import viz
from minidl.course import check, hint, solution, steps

viz.style()"""

FIGURE = """\
fig, axis = plt.subplots()
axis.plot(np.arange(steps(100, 10)))
axis.set(xlabel="step", ylabel="height")
viz.show(fig, alt="A straight line that climbs.")"""

SLIDER = """\
def line(slope):
    fig, axis = plt.subplots()
    axis.plot([0, 1], [0, slope])
    return fig


viz.explore(line, alt="A line whose slope the slider sets.", slope=(0, 254))"""


@pytest.fixture(scope="session")
def small_notebook(tmp_path_factory):
    """A notebook with an exercise, a figure, a slider and a printed word, run and stored."""
    path = tmp_path_factory.mktemp("a small course") / "01_small.ipynb"
    cells = [
        new_markdown_cell("# 01 · A small notebook", id="title"),
        setup_cell(SETUP),
        new_code_cell("# exercise convolve", id="exercise"),
        new_code_cell(FIGURE, id="figure"),
        new_code_cell(SLIDER, id="slider", metadata={"tags": ["nbval-ignore-output"]}),
        new_code_cell('print("eleven")', id="word"),
    ]
    write(new_notebook(cells=cells), path)
    refresh(path)
    return path


@pytest.fixture
def small(small_notebook, tmp_path):
    """A copy of the small notebook, to be changed."""
    return Path(shutil.copy(small_notebook, tmp_path))


def _changed_data():
    """What git calls new or changed in data/; None outside of a repository."""
    command = ["git", "status", "--porcelain", "--untracked-files=all", "--", "data"]
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    except OSError:
        return None
    return set(run.stdout.splitlines()) if run.returncode == 0 else None


@pytest.fixture
def reader_copy(source, tmp_path):
    """A reader's copy of ``source``; a test fails if the notebook's run leaves something behind."""
    before = _changed_data()
    copy = Path(shutil.copy(source, tmp_path))
    yield copy
    assert list(tmp_path.iterdir()) == [copy], "the notebook's run left something beside it"
    assert _changed_data() == before, "the notebook's run left something in data/"
