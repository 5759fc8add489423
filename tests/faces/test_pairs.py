import numpy as np
import pytest
from numpy.testing import assert_array_equal

from minidl.faces import all_pairs, fold_pairs

LABELS = np.random.default_rng(1).permutation(np.repeat(np.arange(30), 4))


def test_all_pairs_once_each():
    pairs = all_pairs(np.array([5, 5, 2]))
    found = list(zip(pairs.first, pairs.second, pairs.same, strict=True))
    assert found == [(0, 1, True), (0, 2, False), (1, 2, False)]


def test_fold_pairs_are_balanced_and_share_no_people_between_folds():
    pairs = fold_pairs(LABELS, 12, 5, seed=4)
    assert len(pairs) == 120
    homes = {}
    for k in range(5):
        mine = pairs[pairs.fold == k]
        assert mine.same.sum() == 12 and (~mine.same).sum() == 12
        for row in (*mine.first, *mine.second):
            assert homes.setdefault(int(LABELS[row]), k) == k


def test_fold_pairs_tell_the_truth_and_never_repeat_or_pair_a_picture_with_itself():
    pairs = fold_pairs(LABELS, 30, 5, seed=4)
    assert_array_equal(pairs.same, LABELS[pairs.first] == LABELS[pairs.second])
    assert (pairs.first != pairs.second).all()
    assert len({frozenset(p) for p in zip(pairs.first, pairs.second, strict=True)}) == len(pairs)


def test_fold_pairs_may_take_every_pair_of_one_person_there_is():
    pairs = fold_pairs(np.repeat([0, 1, 2], 3), 9, 1)
    assert pairs.same.sum() == 9
    with pytest.raises(ValueError, match="9 pairs of one person, 10"):
        fold_pairs(np.repeat([0, 1, 2], 3), 10, 1)
    with pytest.raises(ValueError, match="two people each"):
        fold_pairs(np.repeat([0, 1, 2], 3), 1, 2)


def test_the_seed_settles_the_draw():
    a, b, c = (fold_pairs(LABELS, 12, 5, seed=s) for s in (1, 1, 2))
    assert_array_equal(a.first, b.first)
    assert not np.array_equal(a.first, c.first)
