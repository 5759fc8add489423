"""Pictures in and out: what is taken, what is refused and how, and sizes."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl.style.images import (
    as_pixels,
    coarse_to_fine,
    final_size,
    recolour,
    resized,
    to_bytes,
)
from tests.style.examples import picture

F32 = np.dtype(np.float32)


def test_bytes_and_floats_become_a_batch_of_one():
    image = picture(5, 7)
    for given_picture in (image, image.astype(np.float64)):
        pixels = as_pixels(given_picture, "content", F32)
        assert pixels.shape == (1, 5, 7, 3) and pixels.dtype == np.float32
        np.testing.assert_array_equal(to_bytes(pixels), image)


def test_grey_becomes_three_equal_channels():
    grey = picture(5, 7)[..., 0]
    np.testing.assert_array_equal(to_bytes(as_pixels(grey, "x", F32)), np.dstack([grey] * 3))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("me.jpg", "read_image"),
        (None, "read_image"),
        (np.zeros((4, 4, 3), np.int64), "uint8 or float"),
        (np.zeros((4, 4, 4), np.uint8), r"picture\[..., :3\]"),
        (np.zeros((2, 4, 4, 3), np.uint8), r"pictures\[i\]"),
        (np.zeros((0, 4, 3), np.uint8), "shape"),
        (np.full((4, 4, 3), np.nan), "0…255"),
        (np.full((4, 4, 3), np.inf), "0…255"),
        (np.full((4, 4, 3), -1.0), "0…255"),
        (np.full((4, 4, 3), 0.5), r"255 \* content"),
    ],
)
def test_what_is_no_picture_is_refused_with_advice(wrong, words):
    with pytest.raises((TypeError, ValueError), match=words):
        as_pixels(wrong, "content", F32)


def test_a_black_float_picture_is_a_picture():
    assert not as_pixels(np.zeros((4, 4, 3)), "content", F32).any()


@pytest.mark.parametrize(
    ("size", "expected"),
    [(None, (40, 60)), (30, (20, 30)), ((17, 90), (17, 90)), (1, (1, 1)), ([8, 9], (8, 9))],
)
def test_final_size(size, expected):
    assert final_size(size, np.zeros((1, 40, 60, 3))) == expected


@pytest.mark.parametrize("size", [0, -3, 2.5, "256", (4,), (4, 5, 3), (0, 4), True])
def test_sizes_that_are_none(size):
    with pytest.raises((ValueError, TypeError), match="size must be"):
        final_size(size, np.zeros((1, 40, 60, 3)))


def test_without_a_picture_the_size_must_be_said():
    with pytest.raises(ValueError, match=r"size=\(height, width\)"):
        final_size(None, None)
    assert final_size((8, 9), None) == (8, 9)


@given(st.integers(1, 700), st.integers(1, 700), st.integers(1, 5))
def test_coarse_to_fine_doubles_and_ends_at_the_full_size(height, width, levels):
    sizes = coarse_to_fine((height, width), levels)
    assert len(sizes) == levels and sizes[-1] == (height, width)
    for (h, w), (h2, w2) in itertools.pairwise(sizes):
        assert h2 in (2 * h, 2 * h - 1) and w2 in (2 * w, 2 * w - 1)


def test_resized_stays_in_range_and_at_its_own_size_is_itself():
    pixels = np.random.default_rng(0).choice([0.0, 255.0], (1, 9, 9, 3)).astype(np.float32)
    assert resized(pixels, (9, 9)) is pixels
    larger = resized(pixels, (30, 21))
    assert larger.shape == (1, 30, 21, 3) and larger.dtype == np.float32
    assert larger.min() >= 0 and larger.max() <= 255


def test_recolour_takes_over_mean_and_covariance():
    rng = np.random.default_rng(0)
    mix = rng.normal(0, 8, (3, 3))
    p = (rng.standard_normal((1, 30, 40, 3)) * 10 + 90).astype(np.float64)
    q = rng.standard_normal((1, 20, 25, 3)) @ mix + [100, 130, 150]
    flat = recolour(p, like=q).reshape(-1, 3)
    np.testing.assert_allclose(flat.mean(0), q.reshape(-1, 3).mean(0), rtol=1e-9)
    np.testing.assert_allclose(np.cov(flat.T), np.cov(q.reshape(-1, 3).T), rtol=1e-6)


def test_recolour_of_a_picture_without_colours_is_finite_and_in_range():
    grey = np.full((1, 8, 8, 3), 77.0)
    coloured = picture(9, 9).astype(np.float64)[None]
    for result in (recolour(grey, like=coloured), recolour(coloured, like=grey)):
        assert np.isfinite(result).all() and result.min() >= 0 and result.max() <= 255
