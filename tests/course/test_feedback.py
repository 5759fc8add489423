"""Feedback reads well in a notebook and in a terminal."""

import io
import sys

import pytest

from minidl.course.feedback import Feedback


@pytest.fixture
def feedback():
    return Feedback(
        "wrong", "f: not right yet.", ("Use `a < b` & go on.",), code="if a < b:\n    x"
    )


def test_plain_text_has_every_line(feedback):
    assert str(feedback) == "✗ f: not right yet.\n  Use `a < b` & go on.\n\nif a < b:\n    x"


def test_html_is_escaped_and_code_is_marked(feedback):
    html = feedback._repr_html_()
    assert "<code>a &lt; b</code> &amp; go on." in html
    assert "<pre" in html and "if a &lt; b:\n    x</pre>" in html


def test_a_notebook_gets_both(feedback):
    assert feedback._repr_mimebundle_() == {
        "text/plain": str(feedback),
        "text/html": feedback._repr_html_(),
    }


def test_an_old_console_gets_a_replacement_for_what_it_cannot_show(feedback, monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    feedback.show()
    sys.stdout.flush()
    assert raw.getvalue().startswith(b"? f: not right yet.")
