"""Pictures are shown as they are, and every figure has words."""

import base64
import io
import sys
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from minidl import viz
from minidl.viz.encode import pixels


@pytest.fixture(autouse=True)
def closed_figures():
    before = plt.get_fignums()
    with matplotlib.rc_context():
        yield
    assert plt.get_fignums() == before, "a figure was left open"


@pytest.fixture
def shown(monkeypatch):
    """What a notebook would have been given to display."""
    found = []
    monkeypatch.setattr("minidl.viz.display.in_notebook", lambda: True)
    monkeypatch.setattr("minidl.viz.animation.in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda *args, **kw: found.append((args, kw)))
    return found


def sliders(output):
    """The grid of sliders and the page below it, of an output that holds a widget."""
    from ipywidgets.widgets.widget import _instances

    ((data,), _) = output
    return _instances[data["application/vnd.jupyter.widget-view+json"]["model_id"]].children


def test_show_hands_over_a_png_with_its_words_and_closes_the_figure(shown):
    fig, axis = plt.subplots()
    axis.plot([1, 2])
    viz.show(fig, alt="A line.")
    ((data,), options) = shown[0]
    assert options == {"raw": True, "metadata": {"image/png": {"alt": "A line."}}}
    assert data["text/plain"] == "A line."
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert image.format == "PNG" and min(image.size) > 300


def test_show_prints_its_words_where_there_is_no_notebook(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "IPython", None)
    viz.show(plt.figure(), alt="A line.")
    assert capsys.readouterr().out == "A line.\n"


def test_a_quick_run_draws_nothing_and_says_its_words(shown, monkeypatch, capsys):
    monkeypatch.setenv("MINIDL_QUICK", "1")
    monkeypatch.setattr("minidl.viz.display.encode", lambda fig: pytest.fail("a figure was drawn"))
    viz.show(plt.figure(), alt="A line.")
    assert capsys.readouterr().out == "A line.\n" and shown == [] and plt.get_fignums() == []
    viz.explore(lambda slope: plt.figure(), alt="A slope < 2.", slope=(0, 2))
    _, page = sliders(shown[0])
    assert page.value == "A slope &lt; 2."


def test_a_figure_without_words_is_refused():
    fig = plt.figure()
    with pytest.raises(ValueError, match="alt"):
        viz.show(fig, alt="  ")
    plt.close(fig)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, MemoryError])
def test_a_figure_is_closed_if_its_drawing_is_interrupted(shown, monkeypatch, kind):
    def interrupt(_):
        raise kind

    monkeypatch.setattr("minidl.viz.display.encode", interrupt)
    with pytest.raises(kind):
        viz.show(plt.figure(), alt="A line.")
    with pytest.raises(kind):
        viz.explore(lambda slope: plt.figure(), alt="A slope.", slope=(0, 2))
    assert plt.get_fignums() == []


def test_the_same_figure_gives_the_same_bytes():
    def draw():
        viz.style()
        fig, axis = plt.subplots()
        axis.plot(np.arange(5) ** 2)
        data = viz.encode(fig)
        plt.close(fig)
        return data

    assert draw() == draw()


def colours(fig):
    """The pixels that each picture of a figure is drawn in, uint8 RGB."""
    fig.canvas.draw()
    found = [
        axis.images[0].to_rgba(axis.images[0].get_array(), bytes=True)
        for axis in fig.axes
        if axis.images
    ]
    plt.close(fig)
    return [image[..., :3] for image in found]


RGB = np.random.default_rng(0).integers(20, 90, (5, 7, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    "image",
    [RGB, RGB / 255, (RGB / 255).astype(np.float32), RGB.astype(float), RGB.astype(np.int64)],
    ids=["bytes", "0…1", "0…1 single", "0…255", "integers"],
)
def test_colours_are_shown_as_they_are(image):
    before = image.copy()
    (seen,) = colours(viz.pictures([image]))
    assert np.array_equal(seen, RGB)
    assert np.array_equal(image, before)


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1)])
def test_grey_is_not_stretched_to_black_and_white(shape):
    grey = RGB[..., :1].reshape(shape)
    (seen,) = colours(viz.pictures([grey]))
    assert np.array_equal(seen, np.repeat(RGB[..., :1], 3, axis=2))


def test_true_is_white():
    (seen,) = colours(viz.pictures([np.array([[True, False]])]))
    assert seen[0, :, 0].tolist() == [255, 0]


def test_one_scale_for_all_pictures_of_a_figure():
    dark, bright = np.full((2, 2), 0.5), np.full((2, 2), 200.0)
    seen = colours(viz.pictures([dark, bright]))
    assert seen[1][0, 0, 0] == 200 and seen[0][0, 0, 0] == 0


def test_the_grid_and_its_titles():
    fig = viz.pictures([RGB] * 5, titles=list("abcde"), columns=3)
    assert len(fig.axes) == 6
    assert [axis.get_title() for axis in fig.axes] == [*"abcde", ""]
    assert [len(axis.images) for axis in fig.axes] == [1] * 5 + [0]
    assert not any(axis.axison for axis in fig.axes)
    plt.close(fig)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ([], "no picture"),
        ([RGB - 300.0], "0…255"),
        ([RGB * 10.0], "0…255"),
        ([np.full((2, 2), np.nan)], "nan"),
        ([np.zeros(3)], r"\(3,\)"),
        ([np.zeros((3, 3, 2))], r"\(3, 3, 2\)"),
        (RGB[None, None], r"\(1, 5, 7, 3\)"),
    ],
)
def test_what_is_no_picture_is_refused(images, words):
    with pytest.raises(ValueError, match=words):
        viz.pictures(images)


def test_a_title_for_each():
    with pytest.raises(ValueError, match="2 titles for 1 pictures"):
        viz.pictures([RGB], titles=["a", "b"])


def test_explore_draws_again_when_a_slider_moves(shown):
    drawn = []

    def draw(slope, name):
        drawn.append((slope, name))
        fig, axis = plt.subplots()
        axis.plot([0, slope])
        return fig

    viz.explore(draw, alt='A "line".', columns=2, slope=(0, 10), name=["a", "b"])
    grid, page = sliders(shown[0])
    slope, name = grid.children
    first = page.value
    assert 'alt="A &quot;line&quot;."' in first and first.startswith('<img src="data:image/png')
    slope.value = 7
    name.value = "b"
    assert drawn == [(5, "a"), (7, "a"), (7, "b")]
    assert page.value != first
    assert (slope.description, name.description) == ("slope", "name")
    ((data,), options) = shown[0]
    assert data["image/png"] in first, "the first figure is stored for readers without a kernel"
    assert data["text/plain"] == 'A "line".'
    assert options["metadata"] == {"image/png": {"alt": 'A "line".'}}


def test_live_draws_at_once_and_then_not_before_its_time(shown, monkeypatch):
    now, drawn = [100.0], []
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def draw():
        drawn.append(now[0])
        fig, axis = plt.subplots()
        axis.plot(drawn)
        return fig

    redraw = viz.live(draw, alt="A curve that grows.", seconds=2)
    (page,), _ = shown[0]
    assert page.value == "" and not drawn
    for now[0] in (100.0, 101.9, 102.0, 103.0):
        redraw()
    assert drawn == [100.0, 102.0]
    assert 'alt="A curve that grows."' in page.value
    assert not plt.get_fignums()


def test_live_outside_of_a_notebook_does_nothing():
    viz.live(lambda: 1 / 0, alt="Nothing.")()


def test_the_style_is_set_only_when_asked_for():
    before = matplotlib.rcParams["axes.grid"]
    assert before is False
    viz.style()
    assert matplotlib.rcParams["axes.grid"] is True
    assert matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][0] == "#0072B2"


def photograph():
    """A picture of more colours than a palette has."""
    y, x = np.mgrid[0:1:40j, 0:1:60j]
    return np.stack([x, y, 1 - x * y], axis=-1)


def test_plots_are_palette_pngs_and_photographs_jpegs():
    fig, axis = plt.subplots()
    axis.plot([1, 3, 2])
    kind, data = viz.encode(fig)
    plt.close(fig)
    assert kind == "image/png" and Image.open(io.BytesIO(data)).mode == "P"
    assert len(data) < 20_000
    fig = viz.pictures([photograph()], size=4)
    kind, data = viz.encode(fig)
    drawn = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), float)
    exact = pixels(fig).astype(float)
    plt.close(fig)
    assert kind == "image/jpeg"
    assert np.abs(drawn - exact).mean() < 3


def frames():
    for i in range(4):
        fig, axis = plt.subplots(figsize=(3, 2))
        axis.plot([0, i])
        yield fig


def test_an_animation_is_stored_with_its_words(shown):
    exact = [pixels(fig).astype(int) for fig in frames()]
    plt.close("all")
    viz.animate(frames(), alt="A line that rises.", seconds=0.1, hold=1)
    ((data,), options) = shown[0]
    assert data["text/plain"] == "A line that rises."
    assert options["metadata"] == {"image/png": {"alt": "A line that rises."}}
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert image.n_frames == 4 and image.info["loop"] == 0
    durations = []
    for i in range(4):
        image.seek(i)
        drawn = np.asarray(image.convert("RGB"), int)
        assert np.abs(drawn - exact[i]).mean() < 0.5
        durations.append(image.info["duration"])
    assert durations == [100, 100, 100, 1000]


def test_an_animation_that_is_too_large_or_has_no_frame_is_refused(shown):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (8, 400, 400, 3), dtype=np.uint8)
    with pytest.raises(ValueError, match="KB"):
        viz.animate(noise, alt="Noise.")
    with pytest.raises(ValueError, match="at least one frame"):
        viz.animate([], alt="Nothing.")
    with pytest.raises(ValueError, match="one size"):
        viz.animate([noise[0], noise[0, :200]], alt="Noise.")
    with pytest.raises(ValueError, match="alt"):
        viz.animate(noise, alt="")
    assert shown == []


def test_a_quick_run_animates_nothing(shown, monkeypatch, capsys):
    monkeypatch.setenv("MINIDL_QUICK", "1")
    viz.animate(iter([1 / 2]), alt="A line.")
    assert capsys.readouterr().out == "A line.\n" and shown == []
