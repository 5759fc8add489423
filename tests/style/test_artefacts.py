"""The measures of artefacts: pictures that have one, and the same ones without it."""

import numpy as np
import pytest

from minidl.datasets import painting, resize
from minidl.style.artefacts import frame, grain, unpainted


@pytest.fixture(scope="module")
def style():
    return painting("woodcut", (96, 128))


def test_a_painting_measured_against_itself(style):
    assert grain(style, style) == 1
    assert unpainted(style, style) == pytest.approx(0.05, abs=0.03)


def test_grain_grows_with_noise_and_falls_with_blur(style):
    noise = np.random.default_rng(0).normal(0, 40, style.shape)
    assert grain(np.clip(style + noise, 0, 255), style) > 1.3
    blurred = resize(resize(style, (24, 32)), (96, 128))
    assert grain(blurred, style) < 0.2


def test_grain_of_a_checkerboard_by_hand():
    """Inside, (1 2 1)/4 averages a checkerboard of ±1 to 0, along either axis."""
    board = np.indices((64, 64)).sum(0) % 2 * 2.0 - 1
    picture = 128 + 10 * np.repeat(board[..., None], 3, axis=-1)
    halved = 128 + 5 * np.repeat(board[..., None], 3, axis=-1)
    assert grain(picture, halved) == pytest.approx(4)
    assert grain(picture, picture + 100) == pytest.approx(1)


@pytest.mark.parametrize("side", range(4))
def test_a_frame_along_any_side_is_seen(style, side):
    picture = style[8:-8, 8:-8].copy()  # without the painting's own frame
    assert frame(picture) < 2
    np.rot90(picture, side)[:4] = 255
    assert frame(picture) > 2.5


def test_a_slope_changes_as_much_at_the_border_as_in_the_middle():
    y, x = np.mgrid[:40, :56]
    picture = np.repeat((2.0 * y + x)[..., None], 3, axis=-1)
    assert frame(picture) == pytest.approx(1, rel=0.1)


def test_a_flat_sky_counts_with_its_share(style):
    picture = style.copy()
    picture[:48] = 200
    assert unpainted(picture, style) == pytest.approx(0.5, abs=0.06)
