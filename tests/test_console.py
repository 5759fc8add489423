"""Whatever minidl prints can be printed on a console that knows only some of its signs."""

import contextlib
import io
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

from minidl import console, nn, viz
from minidl.course.feedback import Feedback
from minidl.course.setup_check import Finding, SetupReport
from minidl.faces.cross_validation import CrossValidation
from minidl.visualization import ReceptiveField

ENCODINGS = ["ascii", "cp1252", "utf-8"]


def printed(encoding, show):
    """What a console with that encoding has received from ``show()``."""
    raw = io.BytesIO()
    with contextlib.redirect_stdout(io.TextIOWrapper(raw, encoding, newline="\n")) as stream:
        show()
        stream.flush()
    return raw.getvalue().decode(encoding)


@pytest.fixture
def no_notebook(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", None)


def summary():
    return nn.Sequential([nn.Conv2D(3, 3, name="first")], input_shape=(8, 8, 1)).summary()


THINGS = {
    "a network's summary": summary,
    "a report on the setup": lambda: SetupReport((Finding("Python", False, "3.10", "update"),)),
    "a receptive field": lambda: ReceptiveField((3, 3), (1, 1), (0, 0)),
    "accuracies": lambda: CrossValidation(np.zeros(2), np.array([0.5, 0.75])),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("thing", THINGS)
def test_what_tells_of_itself_can_be_printed(thing, encoding):
    text = printed(encoding, lambda: print(THINGS[thing]()))
    assert text.strip() and "?" not in text, "a sign without a look-alike"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_summary_keeps_its_shape_on_every_console(encoding):
    lines = printed(encoding, lambda: print(summary())).splitlines()
    rule = "─" if encoding == "utf-8" else "-"
    by = "x" if encoding == "ascii" else "×"
    assert set(lines[1]) == {rule, " "} and f"8 {by} 8 {by} 1" in lines[2]
    assert len(lines[0]) == len(lines[1]) == len(lines[-1])


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", ["right", "wrong", "open", "hint"])
def test_feedback_can_be_shown(kind, encoding, no_notebook):
    text = printed(encoding, Feedback(kind, "f: a title.").show)
    assert text.endswith(" f: a title.\n")


def test_the_words_of_a_figure_can_be_shown(no_notebook):
    text = printed("ascii", lambda: viz.show(Figure(), alt="From 3 × 3 to α, β → γ …"))
    assert text == "From 3 x 3 to ?, ? -> ? ...\n"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_name_of_a_file_that_is_no_text_can_be_said(encoding):
    name = "caf\udce9.ipynb"  # what Linux makes of a byte that is not UTF-8
    assert printed(encoding, lambda: console.say(name)) == "caf?.ipynb\n"


def test_a_stream_without_an_encoding_takes_every_sign(monkeypatch):
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        console.say("✓ →")
    assert stream.getvalue() == "✓ →\n"
    monkeypatch.setattr(sys, "stdout", None)  # a program without a console
    assert console.printable("✓") == "✓"
