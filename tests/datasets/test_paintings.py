"""Painted style pictures: sizes, seeds, and that there is something to see everywhere."""

from functools import cache

import numpy as np
import pytest

from minidl.datasets.images import resize
from minidl.datasets.paintings import names, painting
from minidl.datasets.paintings.canvas import Canvas, noise
from minidl.datasets.paintings.cells import jittered, seams, voronoi

ALL = pytest.mark.parametrize("name", names())


def test_there_are_at_least_four_styles():
    assert {"impasto", "mosaic", "woodcut", "pointillism"} <= set(names())


@cache
def drawn(name, size, seed=0):
    return painting(name, size, seed)


@ALL
def test_any_size(name):
    for size in ((40, 70), (80, 140)):
        assert drawn(name, size).shape == (*size, 3)
        assert drawn(name, size).dtype == np.uint8


@ALL
def test_a_seed_settles_every_bit_and_another_seed_changes_the_picture(name):
    np.random.seed(0)  # noqa: NPY002 — the global state must not matter
    np.testing.assert_array_equal(painting(name, (40, 70), seed=0), drawn(name, (40, 70)))
    other = painting(name, (40, 70), seed=4).astype(float)
    assert np.abs(other - drawn(name, (40, 70))).mean() > 8


@ALL
def test_size_only_changes_how_fine_the_picture_is(name):
    small, large = (resize(drawn(name, size), 30) for size in ((40, 70), (80, 140)))
    assert np.corrcoef(small.ravel(), large.ravel())[0, 1] > 0.93


@ALL
def test_no_empty_areas_and_rich_colours(name):
    picture = drawn(name, (80, 140)).astype(float)
    blocks = picture.mean(-1).reshape(5, 16, 7, 20).std(axis=(1, 3))
    assert blocks.min() > 4  # every part has texture
    assert picture.std() > 40  # lights and darks
    hue = picture - picture.mean(axis=-1, keepdims=True)
    assert hue.reshape(-1, 3).std(axis=0).mean() > 15  # and colours


def test_errors_name_what_is_wrong():
    with pytest.raises(ValueError, match=r"name must be one of impasto, .*'oil'"):
        painting("oil")
    for size in ((15, 64), (64,), 64.0, (64.0, 64.0), (64, 64, 3)):
        with pytest.raises((ValueError, TypeError), match="size must be"):
            painting("mosaic", size)


def test_canvas_has_area_one_and_finds_its_pixels():
    canvas = Canvas((30, 50))
    assert canvas.width * canvas.height == pytest.approx(1)
    assert canvas.width / canvas.height == pytest.approx(5 / 3)
    rows, columns = canvas.index(canvas.x, canvas.y)
    np.testing.assert_array_equal(rows, np.indices((30, 50))[0])
    np.testing.assert_array_equal(columns, np.indices((30, 50))[1])
    assert canvas.index(9.0, -9.0) == (0, 49)


def test_noise_is_smooth_with_unit_spread():
    field = noise(np.random.default_rng(0), cells=20, octaves=3)
    y, x = np.indices((200, 200)) / 200
    values = field(x, y)
    assert abs(values.mean()) < 0.2
    assert 0.8 < values.std() < 1.2
    steps = np.abs(field(x + 1e-4, y) - values)
    assert steps.max() < 0.03


def test_nearest_is_brute_force():
    rng = np.random.default_rng(1)
    canvas = Canvas((20, 31))
    sites = jittered(canvas, 0.2, rng)
    angle = rng.uniform(0, 3, len(sites))
    site, (u, v), margin = voronoi(sites, angle, canvas.x, canvas.y, candidates=len(sites))
    dx, dy = canvas.x[..., None] - sites[:, 0], canvas.y[..., None] - sites[:, 1]
    all_u = dx * np.cos(angle) + dy * np.sin(angle)
    all_v = dy * np.cos(angle) - dx * np.sin(angle)
    far = np.maximum(abs(all_u), abs(all_v)) + 0.1 * (abs(all_u) + abs(all_v))
    ordered = np.sort(far, axis=-1)
    np.testing.assert_array_equal(site, far.argmin(-1))
    np.testing.assert_allclose(margin, ordered[..., 1] - ordered[..., 0], atol=1e-6)
    np.testing.assert_allclose(u, np.take_along_axis(all_u, site[..., None], -1)[..., 0], atol=1e-6)
    np.testing.assert_allclose(v, np.take_along_axis(all_v, site[..., None], -1)[..., 0], atol=1e-6)


def test_seams_lie_between_different_cells():
    cells = np.array([[1, 1, 2], [1, 3, 2]])
    np.testing.assert_array_equal(seams(cells), [[False, False, True], [False, True, True]])
