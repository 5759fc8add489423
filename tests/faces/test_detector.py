"""The detector: pyramid, places of windows, suppression; with a stand-in for the network."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl import nn, zoo
from minidl.faces import detector
from minidl.faces.detector import (
    FIRST,
    STRIDE,
    detect,
    overlap,
    pyramid,
    strip_scores,
    suppress,
)
from minidl.visualization.receptive_field import receptive_field


class RedSquares:
    """Scores a window by how much of its inside is red, and its surroundings not."""

    output_name = "score"
    footprint = SimpleNamespace(bytes=lambda shape, taps, keep: 64 * math.prod(shape))

    def predict(self, x: np.ndarray) -> np.ndarray:
        red = np.pad(x[0, ..., 0] / 255, 200)
        score = np.full(
            (max(0, (x.shape[1] - 29) // 8 + 1), max(0, (x.shape[2] - 29) // 8 + 1)), -1.0
        )
        for r, c in np.ndindex(score.shape):
            y, x_ = 8 * r + 14 + 200, 8 * c + 14 + 200
            inside = red[y - 40 : y + 40, x_ - 40 : x_ + 40].mean()
            around = red[y - 50 : y + 50, x_ - 50 : x_ + 50].mean()
            score[r, c] = inside - 1.2 * (around - 0.64 * inside) - 0.8
        return score[None, ..., None]


@pytest.mark.parametrize(("left", "top", "side"), [(100, 60, 80), (31, 47, 130), (140, 90, 60)])
def test_boxes_lie_where_the_squares_are(left, top, side):
    image = np.zeros((240, 300, 3), np.uint8)
    image[top : top + side, left : left + side, 0] = 255
    found = detect(image, RedSquares(), smallest=45)
    assert len(found.boxes) == 1
    expected = np.array([left, top, left + side, top + side])
    assert np.abs(found.boxes[0] - expected).max() < 0.13 * side


def test_square_that_touches_the_border():
    image = np.zeros((240, 300, 3), np.uint8)
    image[:90, 210:, 0] = 255
    (box,) = detect(image, RedSquares(), smallest=45).boxes
    np.testing.assert_allclose(box, (210, 0, 300, 90), atol=12)


def test_two_faces_and_none():
    image = np.zeros((200, 400, 3), np.uint8)
    assert detect(image, RedSquares(), smallest=60).boxes.shape == (0, 4)
    image[50:130, 30:110, 0] = image[60:140, 250:330, 0] = 255
    found = detect(image, RedSquares(), smallest=60)
    assert found.boxes.shape == (2, 4)
    np.testing.assert_allclose(sorted(found.boxes[:, 0]), (30, 250), atol=12)
    assert (np.diff(found.scores) <= 0).all()


def test_picture_smaller_than_a_face():
    found = detect(np.full((5, 7, 3), 255, np.uint8), RedSquares())
    assert found.boxes.shape == (0, 4)
    assert found.scores.shape == (0,)


class Searched:
    """A stand-in that finds nothing, but for one window in copies at least as wide as ``width``."""

    def __init__(self, width=10**9):
        self.width, self.widest = width, 0

    def predict(self, x):
        self.widest = max(self.widest, x.shape[2])
        score = np.full((1, (x.shape[1] - 29) // 8 + 1, (x.shape[2] - 29) // 8 + 1, 1), -1.0)
        score[0, 0, 0] = 1 if x.shape[2] >= self.width else -1
        return score


@pytest.mark.parametrize(
    ("longer", "first", "second"),
    [(90, 23.1, 23.1), (760, 23.1, 23.1), (1600, 48.2, 23.3), (4000, 120.6, 58.1)],
)
def test_smaller_faces_are_sought_where_there_are_none(longer, first, second):
    image = np.zeros((min(longer, 130), longer, 3), np.uint8)
    none = detect(image, Searched())
    assert none.boxes.shape == (0, 4)
    assert none.smallest == pytest.approx(second, abs=0.1)
    usual, thorough = (round(longer * 80 / size) for size in (first, second))
    at_once = detect(image, Searched(usual))
    assert len(at_once.boxes) == 1
    assert at_once.smallest == pytest.approx(first, abs=0.1)
    if second < first:
        at_last = detect(image, Searched(thorough))
        assert len(at_last.boxes) == 1
        assert at_last.smallest == none.smallest


@pytest.mark.parametrize("smallest", [60, np.float32(60), np.array(60)])
def test_nothing_smaller_is_sought_than_was_asked_for(smallest):
    network = Searched()
    found = detect(np.zeros((70, 400, 3), np.uint8), network, smallest=smallest)
    assert (found.smallest, type(found.smallest)) == (60, float)
    assert network.widest == round(400 * 80 / 60) + 40


@pytest.mark.parametrize("rows", [1, 5, 24])
def test_strips_are_scored_like_the_whole(rows, monkeypatch):
    convolutions = [nn.Conv2D(2, 5, stride=2, activation="relu") for _ in range(3)]
    convolutions += [nn.Conv2D(2, 5, padding=2, activation="relu") for _ in range(3)]
    network = nn.Sequential(
        [*convolutions, nn.Conv2D(1, 9, padding=4)], input_shape=(None, None, 3), seed=1
    )
    pixels = np.random.default_rng(0).integers(0, 256, (331, 75, 3), dtype=np.uint8)
    whole = network.predict(pixels[None].astype(np.float32))[0, ..., 0]
    monkeypatch.setattr(detector, "STRIP", rows)
    scores = strip_scores(pixels, network)
    assert scores.shape == whole.shape
    np.testing.assert_allclose(scores, whole, rtol=1e-4, atol=1e-4 * np.abs(whole).max())


def test_pyramid_shrinks_by_a_sixth_and_keeps_proportions():
    image = np.zeros((300, 400, 3), np.uint8)
    copies = list(pyramid(image, 2.0))
    scales = np.array([scale for _, scale in copies])
    np.testing.assert_allclose(scales, 2 * (5 / 6) ** np.arange(len(scales)))
    assert 300 * scales[-1] >= 60 > 300 * scales[-1] * 5 / 6
    for copy, scale in copies:
        assert copy.shape == (round(300 * scale) + 40, round(400 * scale) + 40, 3)


def boxes_from(seed: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    corner, size = rng.uniform(0, 60, (count, 2)), rng.uniform(5, 50, (count, 2))
    return np.hstack([corner, corner + size])


@given(st.integers(0, 10_000), st.integers(0, 12))
def test_suppression_is_greedy(seed, count):
    boxes = boxes_from(seed, count)
    scores = np.random.default_rng(seed).permutation(count).astype(float)
    kept: list[int] = []
    for index in sorted(range(count), key=lambda i: -scores[i]):
        if all(overlap(boxes[k], boxes[index : index + 1])[0] <= 0.338 for k in kept):
            kept.append(index)
    assert suppress(boxes, scores).tolist() == kept


@given(st.integers(0, 10_000))
def test_overlap_is_a_share_of_pixels(seed):
    grid = np.rint(boxes_from(seed, 2)).astype(int)
    masks = np.zeros((2, 130, 130), bool)
    for mask, (left, top, right, bottom) in zip(masks, grid, strict=True):
        mask[top:bottom, left:right] = True
    expected = (masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum()
    assert overlap(grid[0], grid)[1] == pytest.approx(expected)
    assert overlap(grid[0], grid)[0] == pytest.approx(1)


@pytest.mark.parametrize(
    ("image", "settings", "error", "message"),
    [
        (np.zeros((9, 9, 3)), {}, TypeError, "uint8 pixels 0…255, got float64"),
        (np.zeros((9, 9), np.uint8), {}, ValueError, r"RGB \(H, W, 3\), got shape \(9, 9\)"),
        (np.zeros((0, 9, 3), np.uint8), {}, ValueError, "RGB"),
        (
            np.zeros((99, 99, 3), np.uint8),
            {"smallest": 9},
            ValueError,
            r"inf\), got 9",
        ),
        (np.zeros((99, 99, 3), np.uint8), {"smallest": np.nan}, ValueError, "got nan"),
        (np.zeros((9, 4000, 3), np.uint8), {"smallest": 20}, ValueError, "choose smallest ≥ 40"),
    ],
)
def test_refusals(image, settings, error, message):
    with pytest.raises(error, match=message):
        detect(image, RedSquares(), **settings)


@pytest.mark.slow
def test_scores_stand_where_the_detector_says():
    field = receptive_field(zoo.face_detector(), "score", (400, 400, 3))
    assert field.step == (STRIDE, STRIDE)
    assert all(o + (s - 1) / 2 == FIRST for o, s in zip(field.offset, field.size, strict=True))
