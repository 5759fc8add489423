import numpy as np
import pytest
from numpy.testing import assert_array_equal

from minidl.faces import people_batches

LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(10) * 7, 5))


def test_p_people_with_k_different_pictures_each():
    for rows in people_batches(LABELS, 4, 3, seed=1)(0):
        people, counts = np.unique(LABELS[rows], return_counts=True)
        assert len(people) in (4, 2) and (counts == 3).all()
        assert len(set(rows.tolist())) == len(rows)


def test_an_epoch_draws_every_person_once():
    rows = np.concatenate(list(people_batches(LABELS, 4, 2, seed=1)(3)))
    people, counts = np.unique(LABELS[rows], return_counts=True)
    assert len(people) == 10 and (counts == 2).all()


def test_nobody_is_alone_in_the_last_batch():
    for batch in people_batches(LABELS, 3, 2)(0):  # 10 people = 3 + 3 + 3 and one left over
        assert len(np.unique(LABELS[batch])) > 1


def test_seed_and_epoch_settle_the_draw():
    first, again = (list(people_batches(LABELS, 4, 3, seed=2)(5)) for _ in range(2))
    for a, b in zip(first, again, strict=True):
        assert_array_equal(a, b)
    other = [next(people_batches(LABELS, 4, 3, seed=s)(e)) for s, e in ((3, 5), (2, 6))]
    assert all(not np.array_equal(first[0], o) for o in other)


def test_people_with_few_pictures_bring_what_they_have():
    labels = np.array([0, 0, 0, 1, 2, 2])
    (rows,) = people_batches(labels, 3, 3)(0)
    assert sorted(rows) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("labels", "people", "pictures", "word"),
    [
        ([0, 0, 1, 1], 1, 2, "people must be at least 2"),
        ([0, 0, 1, 1], 2, 1, "pictures must be at least 2"),
        ([0, 1, 2], 2, 2, "at most 1 pictures"),
        ([0, 0, 0], 2, 2, "1 people"),
        ([], 2, 2, "0 people"),
        ([0.0, 0.0, 1.0], 2, 2, "ints"),
    ],
)
def test_what_cannot_give_triplets_is_refused(labels, people, pictures, word):
    labels = np.array(labels) if labels else np.zeros(0, int)
    with pytest.raises(ValueError, match=word):
        people_batches(labels, people, pictures)
