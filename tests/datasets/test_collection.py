"""The collection holds what it says, near-copies share a source."""

import numpy as np
import pytest

from minidl.datasets.collection import CROPS, PHOTOGRAPHS, collection
from minidl.datasets.paintings import names


@pytest.fixture(scope="module")
def small():
    return collection(40, people=3, paintings=2, drawn_shapes=4, bodies=2, seed=1)


def test_every_kind_is_there_with_its_sources(small):
    sources = {kind: len(set(small.source[small.kind == kind])) for kind in set(small.kind)}
    painters = dict.fromkeys(names(), 1)
    assert sources == {
        "photograph": len(PHOTOGRAPHS), "person": 3, "shape": 4, "body": 1, **painters
    }  # fmt: skip
    assert small.pictures.shape == (len(small.source), 40, 40, 3)
    assert small.pictures.dtype == np.uint8


def test_several_pictures_of_a_source_differ(small):
    _, first, counts = np.unique(small.source, return_index=True, return_counts=True)
    assert set(counts) == {1, 2, CROPS, 6}  # two paintings, three slices of two bodies
    for start, count in zip(first, counts, strict=True):
        group = small.pictures[start : start + count]
        assert len(np.unique(group, axis=0)) == count


def test_the_same_seed_gives_the_same_pictures(small):
    again = collection(40, people=3, paintings=2, drawn_shapes=4, bodies=2, seed=1)
    np.testing.assert_array_equal(again.pictures, small.pictures)
    other = collection(40, people=3, paintings=2, drawn_shapes=4, bodies=2, seed=2)
    assert not np.array_equal(other.pictures, small.pictures)


NOTHING = {"size": 40, "people": 0, "paintings": 0, "drawn_shapes": 0, "bodies": 0}


@pytest.mark.parametrize("bad", [{"size": 8}, {"people": -1}, {"paintings": -1}, {"bodies": -1}])
def test_bad_numbers_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        collection(
            **({"size": 40, "people": 0, "paintings": 0, "drawn_shapes": 0, "bodies": 0} | bad)
        )
