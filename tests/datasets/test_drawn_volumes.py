"""Nodules and vessels that one slice cannot tell apart, and the chest phantom."""

import numpy as np
import pytest

from minidl.datasets.drawn_body import BONE, LUNG, phantom
from minidl.datasets.drawn_volumes import NODULE, VESSEL, volumes


@pytest.fixture(scope="module")
def drawn():
    return volumes(240, seed=2)


def test_shapes_types_and_labels(drawn):
    images, labels = drawn
    assert images.shape == (240, 24, 24, 24, 1)
    assert images.dtype == np.float32
    assert np.isfinite(images).all()
    np.testing.assert_array_equal(labels[::2] + labels[1::2], np.ones(120))
    assert 0.3 < labels[::2].mean() < 0.7


def test_same_bits_and_a_larger_set_extends_a_smaller_one(drawn):
    few, labels = volumes(7, seed=2)
    np.testing.assert_array_equal(few, drawn[0][:7])
    np.testing.assert_array_equal(labels, drawn[1][:7])
    assert not np.array_equal(volumes(7, seed=3)[0], few)


@pytest.mark.parametrize("size", [(24, 24, 24), (15, 20, 26), (12, 13, 12)])
def test_the_middle_slices_of_a_pair_are_equal_to_the_last_bit(size):
    images, _ = volumes(8, size=size, seed=0)
    assert images.shape == (8, *size, 1)
    middle = size[0] // 2
    np.testing.assert_array_equal(images[::2, middle], images[1::2, middle])
    for away in (middle - 4, middle + 4):
        assert (images[::2, away] != images[1::2, away]).any()


def accuracy(features, labels, train=160):
    """Of logistic regression on whole pairs never seen."""
    x = (features - features[:train].mean(0)) / (features[:train].std(0) + 1e-9)
    x = np.column_stack([x, np.ones(len(x))])
    w = np.zeros(x.shape[1])
    for _ in range(400):
        guess = 1 / (1 + np.exp(-x[:train] @ w))
        w -= 0.1 * (x[:train].T @ (guess - labels[:train]) / train + 0.01 * w)
    return ((x[train:] @ w > 0) == labels[train:]).mean()


def test_one_slice_is_chance_and_three_dimensions_are_not(drawn):
    images, labels = drawn
    assert accuracy(images[:, 12].reshape(240, -1), labels) == 0.5
    along = images[:, :, 8:16, 8:16, 0].max(axis=(2, 3))  # how far the structure reaches
    assert accuracy(along, labels) > 0.93


def test_a_vessel_goes_through_and_a_nodule_ends(drawn):
    images, labels = drawn
    far = images[:, [3, 20]].reshape(240, 2, -1).max(axis=2).min(axis=1)
    assert np.median(far[labels == VESSEL]) > np.median(far[labels == NODULE]) + 0.2


@pytest.mark.parametrize(
    ("number", "size", "message"),
    [(0, (24, 24, 24), "number"), (1.5, (24, 24, 24), "number"), (2, (24, 24), "size"),
     (2, (24, 24, 11), "size")],
)  # fmt: skip
def test_senseless_volumes(number, size, message):
    with pytest.raises((ValueError, TypeError), match=message):
        volumes(number, size=size, seed=0)


@pytest.fixture(scope="module")
def chest():
    return phantom((48, 96, 96), nodules=5, seed=1)


def test_phantom_has_the_tissues_of_a_chest(chest):
    volume = chest.volume
    assert volume.shape == (48, 96, 96)
    assert volume.dtype == np.float32
    shares = {
        "air": (volume < -950).mean(),
        "lung": (np.abs(volume - LUNG) < 60).mean(),
        "soft": (np.abs(volume - 50) < 80).mean(),
        "bone": (volume > 0.7 * BONE).mean(),
    }
    assert shares["air"] > 0.2
    assert shares["lung"] > 0.1
    assert shares["soft"] > 0.15
    assert 0.005 < shares["bone"] < 0.1
    assert volume.min() > -1100
    assert volume.max() < 800


def test_phantom_says_where_its_nodules_are(chest):
    assert chest.nodules.shape == (5, 4)
    for *middle, radius in chest.nodules:
        z, y, x = np.rint(middle).astype(int)
        assert -300 < chest.volume[z, y, x] < 120  # a small one is thinner than two slices
        assert 1 < radius < 4


def test_phantom_is_settled_by_its_seed():
    first, again, other = (phantom((32, 48, 40), seed=s).volume for s in (4, 4, 5))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_phantom_without_nodules_and_with_too_many():
    assert phantom((32, 40, 40), nodules=0).nodules.shape == (0, 4)
    with pytest.raises(ValueError, match="find room"):
        phantom((32, 40, 40), nodules=900)
    with pytest.raises(ValueError, match="nodules"):
        phantom((32, 40, 40), nodules=-1)
    with pytest.raises(ValueError, match="size must be at least 32"):
        phantom((31, 40, 40))
