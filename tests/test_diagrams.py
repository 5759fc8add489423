"""The drawings say what they claim: the lines that are drawn are the inputs that are read."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Annotation

from minidl import diagrams
from minidl.functional.arguments import make_window


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def lines(ax):
    return [child for child in ax.get_children() if isinstance(child, Annotation)]


def words(ax):
    return [t.get_text() for t in ax.texts if not isinstance(t, Annotation)]


SETTINGS = [
    (7, 3, 1, (0, 0), 1, False),
    (8, 3, 2, (1, 0), 1, False),
    (9, 2, 3, (0, 2), 3, False),
    (8, 3, 2, (0, 0), 1, True),
]


@pytest.mark.parametrize("size, kernel, stride, padding, dilation, ceil", SETTINGS)
def test_reads_draws_a_line_for_every_number_that_is_read(
    ax, size, kernel, stride, padding, dilation, ceil
):
    diagrams.reads(ax, size, kernel, stride=stride, padding=padding, dilation=dilation, ceil=ceil)
    window = make_window((size,), (kernel,), stride, [padding], dilation, ceil)
    (outputs,) = window.output
    read = [o * stride + k * dilation - padding[0] for o in range(outputs) for k in range(kernel)]
    assert sorted(round(line.xy[0]) for line in lines(ax)) == sorted(read)
    assert sum(text.startswith("$y") for text in words(ax)) == outputs
    assert sum(text.startswith("$x") for text in words(ax)) == size
    assert words(ax).count("0") >= max(0, max(read) - size + 1) + padding[0]


@pytest.mark.parametrize(
    "asked, strong",
    [({"output": 1}, 3), ({"source": 0}, 1), ({"source": 3}, 3), ({"tap": 2}, 5), ({}, 15)],
)
def test_reads_emphasises_what_is_asked_for(ax, asked, strong):
    diagrams.reads(ax, 7, 3, **asked)
    assert sum(line.get_zorder() == 3 for line in lines(ax)) == strong


def test_numbers_are_written_on_a_ground_that_they_stand_out_from(ax):
    diagrams.numbers(ax, np.array([[0.0, 9.0], [-1.5, 4.0]]), limits=(0, 9))
    assert words(ax) == ["0", "9", "−1.5", "4"]
    assert ax.texts[0].get_color() == "white"
    assert ax.texts[1].get_color() == diagrams.INK


def test_equal_numbers_and_a_single_row_can_be_drawn(ax):
    diagrams.numbers(ax, np.ones(3), cmap=None, form=".1f")
    assert words(ax) == ["1.0"] * 3


def test_a_graph_shows_values_and_gradients(ax):
    nodes = {"a": (0, 0, "a"), "b": (1, 1, "+")}
    diagrams.graph(ax, nodes, [("a", "b", "3", "-2")])
    assert [text.strip() for text in words(ax)] == ["3", "-2", "a", "+"]


def test_a_block_names_its_sides(ax):
    diagrams.block(ax, 0, 0, (2, 3, 1), sides=("H", "W", "C"), label="a picture")
    assert words(ax) == ["H", "W", "C", "a picture"]
