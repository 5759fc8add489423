"""The mirror around a picture, and what the defaults of ``transfer`` make of it."""

from importlib import import_module

import numpy as np
import pytest

from minidl import nn
from minidl.style import Objective, Recipe, transfer
from minidl.style.borders import mirrored, mirrored_backward, within
from minidl.style.transfer import FIRST, FURTHER, halvings
from tests.style.examples import picture

MODULE = import_module("minidl.style.transfer")  # the package's name is the function


def test_a_row_continued_by_hand():
    row = np.arange(4.0).reshape(1, 1, 4, 1)
    assert mirrored(row, 2)[0, 0, :, 0].tolist() == [2, 1, 0, 1, 2, 3, 2, 1]
    assert mirrored_backward(np.ones((1, 1, 8, 1)), 2, (1, 4))[0, 0, :, 0].tolist() == [1, 3, 3, 1]


@pytest.mark.parametrize("size", [(5, 9), (20, 3), (1, 8), (4, 5)])
@pytest.mark.parametrize("margin", [0, 1, 4, 16])
def test_the_gradient_is_the_adjoint(size, margin):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, *size, 3))
    y = mirrored(x, margin)
    dy = rng.normal(size=y.shape)
    before = dy.copy()
    dx = mirrored_backward(dy, margin, size)
    assert np.sum(y * dy) == pytest.approx(np.sum(x * dx))
    np.testing.assert_array_equal(dy, before)


def test_within_cuts_the_margin_off_every_layer():
    pixels = np.zeros((1, 24, 40, 3))
    for stride in (1, 2, 4, 8):
        a = np.zeros((1, (24 + 16) // stride, (40 + 16) // stride, 5))
        assert within(a, pixels, 8).shape == (1, 24 // stride, 40 // stride, 5)
    a = np.zeros((1, 2, 3, 5))  # a stride of 16: half a position stays
    assert within(a, pixels, 8).shape == a.shape
    assert within(np.zeros((1, 24, 40, 5)), pixels, 0).shape == (1, 24, 40, 5)


def test_the_whole_gradient_with_a_margin(network64):
    rng = np.random.default_rng(0)
    g, c = rng.uniform(0, 255, (2, 1, 13, 18, 3))
    net = network64
    content = {"two": within(net.trace(mirrored(c, 4), ["two"])["two"], c, 4)}
    gram = {"one": np.eye(6), "two": np.eye(8), "three": np.eye(8)}
    j = Objective(net, content, gram, {"one": 1.0, "two": 1.0, "three": 1.0}, 1.0, 50.0, 0.1, 4)
    report = nn.gradient_check(lambda x: j(x).value, g, j(g).gradient, directions=4, step=1e-5)
    assert report, str(report)


def test_a_texture_has_no_frame(settings):
    """Were mirrored pixels to count twice, those at the border would be painted first."""
    style = picture(64, 64, seed=2)
    settings |= {"style_layers": ["one"], "size": (64, 64), "margin": 8, "steps": 15}
    painted = transfer(None, style, **settings).pixels
    contrast = np.abs(painted - painted.mean((0, 1)))
    border = np.ones(contrast.shape, bool)
    border[8:-8, 8:-8] = False
    assert contrast[border].mean() == pytest.approx(contrast[~border].mean(), rel=0.3)


def test_a_margin_changes_the_picture_most_at_its_border(settings):
    content, style = picture(64, 64, seed=1), picture(64, 64, seed=2)
    plain, wide = (
        transfer(content, style, **settings, margin=m, start="content", steps=12).pixels
        for m in (0, 8)
    )
    changed = np.abs(plain - wide).mean(-1)
    border = np.ones(changed.shape, bool)
    border[4:-4, 4:-4] = False
    assert changed[border].mean() > 1.5 * changed[~border].mean()


@pytest.mark.parametrize(
    ("size", "times"),
    [((20, 30), 0), ((256, 10), 0), ((10, 257), 1), ((512, 384), 1), ((513, 1), 2)],
)
def test_a_large_picture_begins_at_256_pixels(size, times):
    assert halvings(size) == times


def test_steps_by_default_are_many_at_first_and_fewer_at_each_larger_size(settings, monkeypatch):
    monkeypatch.setattr(MODULE, "COARSEST", 16)
    history = transfer(picture(24, 40), picture(24, 24), **settings).history
    levels = np.bincount(history["level"])
    assert levels.tolist() == [FIRST + 1, FURTHER + 1, FURTHER + 1]


def test_the_recipes_smoothing_grows_with_beta(settings, monkeypatch):
    """With β given, tv is the recipe's times that β over the usual one; 0 without a style."""
    recipe = Recipe("two", {"one": 1.0}, beta=2.0, tv=3.0)
    monkeypatch.setattr(MODULE, "find_network", lambda *_: (settings["network"], recipe))
    style, start = picture(24, 32, seed=1), picture(24, 32, seed=2)
    given = {"start": start, "steps": 0, "levels": 1, "alpha": 0, "progress": False}

    def smoothing(style, **settings):
        history = transfer(start, style, **given | settings).history
        rest = history["total"][0] - settings.get("beta", 0) * history.get("style", [0])[0]
        return rest, history.get("total_variation")

    usual = 2.0 * 24 * 32
    for factor in (1, 4):
        rest, (roughness,) = smoothing(style, beta=factor * usual)
        assert rest == pytest.approx(factor * 3.0 * roughness)
    assert smoothing(None, alpha=1.0)[1] is None
