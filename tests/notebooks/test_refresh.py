"""refresh stores what a notebook shows, and nothing that differs from run to run."""

import pytest
from nbclient.exceptions import CellExecutionError
from nbformat import read, write
from nbformat.v4 import new_output

from minidl.course.cells import exercise_cells
from minidl.course.refresh import refresh, tidy, up_to_date


@pytest.mark.slow
def test_running_again_gives_the_same_file(small):
    before = small.read_bytes()
    refresh(small)
    assert small.read_bytes() == before


@pytest.mark.slow
def test_the_exercise_became_two_cells_and_widgets_are_gone(small):
    notebook = read(small, as_version=4)
    ids = [cell.id for cell in notebook.cells]
    assert ids == ["title", "setup", "convolve", "convolve-check", "figure", "slider", "word"]
    assert set(notebook.cells[5].outputs[0].data) == {"image/png", "text/plain"}
    assert notebook.cells[6].outputs[0].text == "eleven\n"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


@pytest.mark.slow
def test_an_outdated_exercise_is_brought_up_to_date(small):
    notebook = read(small, as_version=4)
    notebook.cells[2].source = "def convolve(): pass"
    notebook.cells[3].metadata.nbgrader.points = 77
    cells = up_to_date(notebook.cells)
    assert cells[2:4] == exercise_cells("convolve")


@pytest.mark.slow
def test_a_notebook_that_fails_is_left_alone(small):
    notebook = read(small, as_version=4)
    notebook.cells[-1].source = "1 / 0"
    write(notebook, small)
    before = small.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        refresh(small)
    assert small.read_bytes() == before
    assert [path.name for path in small.parent.iterdir()] == [small.name]


def test_progress_bars_and_widgets_are_not_stored():
    bar = new_output("stream", name="stderr", text="\r 10%|#   |\r100%|####|")
    words = new_output("stream", name="stdout", text="done\n")
    slider = new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {}})
    assert tidy(bar) is None and tidy(slider) is None
    assert tidy(words) is words


def test_of_a_slider_the_first_figure_is_stored():
    widget, alt = "application/vnd.jupyter.widget-view+json", {"image/png": {"alt": "A line."}}
    data = {widget: {}, "image/png": "iVBO", "text/plain": "A line."}
    stored = tidy(new_output("display_data", data=data, metadata=alt))
    assert stored.data == {"image/png": "iVBO", "text/plain": "A line."}
    assert stored.metadata == alt
