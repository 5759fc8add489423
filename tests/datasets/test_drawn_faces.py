"""Drawn faces: the same bits for ever, people that differ, and pictures that vary."""

import itertools

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from minidl.datasets import faces
from minidl.datasets.drawn_faces.people import BEARDS, STYLES, TRAITS, traits
from minidl.datasets.drawn_faces.pictures import GLASSES, HATS, PICTURE, pictures
from minidl.datasets.drawn_faces.sampling import COLUMNS, Sampler


@pytest.fixture(scope="module")
def crowd():
    images, labels, parameters = faces(60, 8, seed=5)
    return images, labels, parameters


def test_shapes_types_and_labels(crowd):
    images, labels, parameters = crowd
    assert images.shape == (480, 48, 48, 3)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(labels, np.repeat(np.arange(60), 8))
    assert parameters.people.shape == (60,)
    assert parameters.pictures.shape == (480,)


def test_a_larger_set_extends_a_smaller_one(crowd):
    images, _, parameters = crowd
    few, _, few_parameters = faces(7, 3, seed=5)
    np.testing.assert_array_equal(few, images.reshape(60, 8, 48, 48, 3)[:7, :3].reshape(few.shape))
    np.testing.assert_array_equal(few_parameters.people, parameters.people[:7])
    picked, labels, _ = faces([41, 3], 2, seed=5)
    np.testing.assert_array_equal(labels, [41, 41, 3, 3])
    np.testing.assert_array_equal(picked[0], images[41 * 8])
    np.testing.assert_array_equal(picked[3], images[3 * 8 + 1])


def test_the_same_bits_every_time_and_others_for_another_seed(crowd):
    np.random.seed(0)  # noqa: NPY002 — the global state must not matter
    again = faces(3, 2, seed=5)[0]
    np.testing.assert_array_equal(again, faces(3, 2, seed=5)[0])
    other, _, parameters = faces(60, 1, seed=6)
    assert not np.isin(parameters.people["head_width"], crowd[2].people["head_width"]).any()
    assert np.abs(other.astype(int) - crowd[0][::8]).mean() > 20


@pytest.mark.parametrize("size", [16, 33, 96])
def test_size_only_changes_how_fine_the_picture_is(size):
    small = faces(4, 2, size=size, seed=1)[0]
    assert small.shape == (8, size, size, 3)
    fine = faces(4, 2, size=2 * size, seed=1)[0].reshape(8, size, 2, size, 2, 3).mean(axis=(2, 4))
    assert np.corrcoef(small.ravel(), fine.ravel())[0, 1] > 0.95


def test_people_and_pictures_keep_what_is_said_of_them(crowd):
    people, pictures = crowd[2]
    assert people.dtype == TRAITS
    assert pictures.dtype == PICTURE
    assert set(people["hair_style"]) <= set(STYLES)
    assert set(people["beard_style"]) <= set(BEARDS)
    assert set(pictures["glasses"]) == set(GLASSES)
    assert set(pictures["hat"]) == set(HATS)
    for table in (people, pictures):
        for name in table.dtype.names:
            values = table[name]
            if values.dtype.kind == "f":
                assert np.isfinite(values).all(), name
                assert values.std() > 0, name
    for name in ("skin", "hair", "brows", "iris", "lips"):
        assert people[name].min() >= 0
        assert people[name].max() <= 1.15


def test_traits_are_seen_in_the_pictures(crowd):
    images, _, parameters = crowd
    cheeks = images[:, 26:32, 16:32].mean(axis=(1, 2)).reshape(60, 8, 3).mean(axis=1)
    smooth = parameters.people["beard_style"] == "none"
    for channel in range(3):
        skin = parameters.people["skin"][:, channel]
        assert np.corrcoef(cheeks[smooth, channel], skin[smooth])[0, 1] > 0.85


def test_mean_pictures_tell_people_apart(crowd):
    """Once light, pose and hats are averaged away, a person looks like nobody else."""
    halves = crowd[0][:, 12:40, 12:36].reshape(60, 2, 4, -1).mean(axis=2)
    distance = ((halves[:, None, 0] - halves[None, :, 1]) ** 2).sum(-1)
    assert (distance.argmin(axis=1) == np.arange(60)).mean() > 0.3


def test_raw_pixels_fail_at_verification(crowd):
    images, labels, _ = crowd
    distance = pdist(images.reshape(len(images), -1) / 255.0)
    first, second = np.triu_indices(len(labels), 1)
    same = labels[first] == labels[second]
    threshold = np.linspace(distance.min(), distance.max(), 500)
    rejected = (distance[same][:, None] > threshold).mean(axis=0)
    accepted = (distance[~same][:, None] <= threshold).mean(axis=0)
    k = np.abs(rejected - accepted).argmin()
    assert 0.25 < (rejected[k] + accepted[k]) / 2 < 0.45


def test_no_picture_is_blank(crowd):
    assert crowd[0].reshape(480, -1).std(axis=1).min() > 12


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((0, 2), {"seed": 0}, "people"),
        (([], 2), {"seed": 0}, "people"),
        (([-1], 2), {"seed": 0}, "people"),
        (([1.5], 2), {"seed": 0}, "people"),
        ((2, 0), {"seed": 0}, "per_person"),
        ((2, 1.5), {"seed": 0}, "per_person"),
        ((2, 2), {"seed": -1}, "seed"),
        ((2, 2), {"seed": 0, "size": 15}, "size"),
    ],
)
def test_senseless_arguments(arguments, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        faces(*arguments, **options)


def numbers_in(table):
    """Every number of a structured array, one column each (n, columns)."""
    floats = [table[name] for name in table.dtype.names if table[name].dtype.kind == "f"]
    return np.hstack([column.reshape(len(table), -1) for column in floats])


def test_a_picture_is_drawn_from_other_numbers_than_the_person_and_other_pictures():
    people = np.arange(400)
    tables = [traits(3, people)]
    tables += [pictures(3, people, np.full(400, number)) for number in (0, 1)]
    columns = [numbers_in(table) for table in tables]
    for first, second in itertools.combinations(columns, 2):
        together = np.corrcoef(first.T, second.T)[: first.shape[1], first.shape[1] :]
        assert np.abs(together).max() < 0.3  # of independent ones among 400: five times 1/√400


def test_draws_depend_on_the_key_alone():
    alone, among = Sampler([(3, 1)]), Sampler([(3, 0), (3, 1), (9, 1)])
    for _ in range(3):
        assert alone.uniform(2, 5)[0] == among.uniform(2, 5)[1]
    assert alone.choice([1, 2, 3])[0] == among.choice([1, 2, 3])[1]


def test_draws_have_the_distributions_they_name():
    sampler = Sampler([(0, k) for k in range(4000)])
    uniform = sampler.uniform(2, 4)
    assert (uniform.min() >= 2) and (uniform.max() <= 4)
    assert abs(uniform.mean() - 3) < 0.05
    normal = sampler.normal(0.5, 1.0)
    assert np.abs(normal).max() <= 1
    assert 0.42 < normal.std() < 0.52
    assert abs(sampler.flag(0.2).mean() - 0.2) < 0.03
    shares = np.bincount(sampler.choice([1, 3, 0, 4]), minlength=4) / 4000
    np.testing.assert_allclose(shares, [0.125, 0.375, 0, 0.5], atol=0.03)
    ramp = np.array([[0.0, 0.0, 0.0], [1.0, 0.5, 0.0]])
    colours = sampler.colour(ramp)
    np.testing.assert_allclose(colours[:, 1], 0.5 * colours[:, 0])
    assert COLUMNS >= 60
