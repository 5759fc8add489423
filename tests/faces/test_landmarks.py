"""Landmarks: the walk through the trees and the place of every pixel, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl.faces.landmarks import brightness, find_landmarks, moves, turned
from minidl.zoo import ShapePredictor


def random_predictor(seed: int, cascades=3, trees=4, splits=7, pixels=9) -> ShapePredictor:
    rng = np.random.default_rng(seed)
    return ShapePredictor(
        mean=rng.uniform(0.2, 0.8, (5, 2)).astype(np.float32),
        pixels=rng.integers(0, pixels, (cascades, trees, splits, 2)),
        thresholds=rng.uniform(-40, 40, (cascades, trees, splits)).astype(np.float32),
        leaves=rng.normal(0, 0.01, (cascades, trees, splits + 1, 5, 2)).astype(np.float32),
        anchors=rng.integers(0, 5, (cascades, pixels)),
        offsets=rng.normal(0, 0.2, (cascades, pixels, 2)).astype(np.float32),
    )


@given(st.integers(0, 1000))
def test_all_trees_at_once_are_each_tree_by_itself(seed):
    predictor = random_predictor(seed)
    values = np.random.default_rng(seed).integers(0, 256, 9).astype(float)
    expected = np.zeros((5, 2))
    for pixels, thresholds, leaves in zip(
        predictor.pixels[1], predictor.thresholds[1], predictor.leaves[1], strict=True
    ):
        node = 0
        while node < len(thresholds):
            first, second = pixels[node]
            left = values[first] - values[second] > thresholds[node]
            node = 2 * node + (1 if left else 2)
        expected += leaves[node - len(thresholds)]
    np.testing.assert_allclose(moves(predictor, 1, values), expected, atol=1e-6)


def test_brightness_is_the_mean_of_the_nearest_pixel_and_zero_outside():
    image = np.zeros((3, 4, 3), np.uint8)
    image[2, 1] = (10, 20, 32)
    image[0, 0] = (255, 255, 255)
    places = [(1.4, 2.4), (0.5, 1.5), (-0.5, 0), (-0.6, 0), (0, 2.5), (4, 0)]
    np.testing.assert_array_equal(brightness(image, np.array(places)), [20, 20, 255, 0, 0, 0])


@given(st.floats(-3, 3), st.floats(0.2, 3))
def test_offsets_turn_with_the_points(angle, scale):
    predictor = random_predictor(1)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = predictor.mean @ turn.T + (3, -2)
    expected = predictor.offsets[0] @ turn.T
    np.testing.assert_allclose(turned(predictor, 0, points), expected, atol=1e-5)


def test_landmarks_follow_the_picture():
    """The same picture shifted, with its box, gives the same points shifted."""
    predictor = random_predictor(2)
    rng = np.random.default_rng(3)
    image = rng.integers(0, 256, (200, 220, 3), dtype=np.uint8)
    shifted = np.roll(image, (7, 12), axis=(0, 1))
    first = find_landmarks(image, (60, 50, 140, 130), predictor)
    second = find_landmarks(shifted, (72, 57, 152, 137), predictor)
    np.testing.assert_allclose(second, first + (12, 7), atol=1e-9)
    assert first.shape == (5, 2)


def test_no_leaf_no_move():
    predictor = random_predictor(4)
    still = predictor._replace(leaves=np.zeros_like(predictor.leaves))
    image = np.zeros((50, 50, 3), np.uint8)
    points = find_landmarks(image, (10, 20, 30, 60), still)
    np.testing.assert_allclose(points, predictor.mean * (20, 40) + (10, 20), atol=1e-5)


@pytest.mark.parametrize("box", [(-500, -500, -400, -400), (0, 0, 5000, 5000)])
def test_box_that_leaves_the_picture(box):
    points = find_landmarks(np.zeros((50, 50, 3), np.uint8), box, random_predictor(5))
    assert np.isfinite(points).all()
