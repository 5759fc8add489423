"""The drawn shapes: the same for a seed, balanced, visible, and as their names say."""

import numpy as np
import pytest

from minidl.datasets.shapes import DRAWERS, SHAPES, covers, shapes


def on_grid(drawer, side=201):
    line = np.linspace(-1.2, 1.2, side)
    return drawer(line[None, :], line[:, None])


def test_pictures_and_labels_are_what_was_asked_for():
    pictures, labels = shapes(37, size=20, seed=3)
    assert pictures.shape == (37, 20, 20, 3) and pictures.dtype == np.uint8
    assert labels.shape == (37,) and labels.dtype == np.int64
    counts = np.bincount(labels, minlength=len(SHAPES))
    assert counts.min() >= 3 and counts.max() <= 4


def test_a_seed_gives_the_same_pictures_and_another_seed_others():
    first, again, other = shapes(20, seed=1), shapes(20, seed=1), shapes(20, seed=2)
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_no_two_pictures_are_alike():
    pictures, _ = shapes(200, seed=0)
    assert len(np.unique(pictures.reshape(200, -1), axis=0)) == 200


def test_covers_say_where_the_shapes_of_the_same_seed_lie():
    pictures, cover = shapes(200, size=20, seed=4)[0] / 255, covers(200, size=20, seed=4)
    assert cover.shape == (200, 20, 20) and cover.dtype == np.float32
    assert cover.min() == 0 and cover.max() == 1

    def most_colours(cover):
        """The largest spread of colours within one shape."""
        return max(np.std(p[c == 1], axis=0).mean() for p, c in zip(pictures, cover, strict=True))

    assert most_colours(cover) < 0.1  # one colour and its grain
    assert most_colours(covers(200, size=20, seed=5)) > 0.15  # with some of the ground


def test_none_is_allowed_and_nonsense_is_not():
    assert shapes(0)[0].shape == (0, 24, 24, 3) and covers(0).shape == (0, 24, 24)
    with pytest.raises(ValueError, match="count must be at least 0, got -1"):
        shapes(-1)
    with pytest.raises(ValueError, match="size must be at least 16, got 15"):
        shapes(1, size=15)


@pytest.mark.parametrize("drawer", DRAWERS, ids=SHAPES)
def test_a_shape_lies_within_its_circle_and_fills_some_of_it(drawer):
    inside = on_grid(drawer) < 0
    line = np.linspace(-1.2, 1.2, 201)
    radius = np.hypot(line[None, :], line[:, None])
    assert radius[inside].max() < 1.1
    assert 0.1 < inside.sum() / (radius < 1).sum() < 0.8


@pytest.mark.parametrize("drawer", DRAWERS, ids=SHAPES)
def test_a_shape_measures_a_distance_near_its_edge(drawer):
    distance = on_grid(drawer)
    step = 2.4 / 200
    slope = np.hypot(*np.gradient(distance, step))
    near = np.abs(distance) < 3 * step
    assert 0.9 < np.median(slope[near]) < 1.1  # so that edges are one pixel soft, whatever the size


def test_every_shape_differs_from_every_other():
    inside = np.array([on_grid(drawer) < 0 for drawer in DRAWERS]).reshape(len(DRAWERS), -1)
    for i, a in enumerate(inside):
        for b in inside[:i]:
            assert (a & b).sum() / (a | b).sum() < 0.9


def test_the_shape_stands_out_from_its_ground():
    pictures, labels = shapes(300, seed=5)
    discs = pictures[labels == SHAPES.index("circle")].astype(float).mean(axis=-1)
    spread = discs.max(axis=(1, 2)) - np.median(discs, axis=(1, 2))
    assert spread.min() > 15
