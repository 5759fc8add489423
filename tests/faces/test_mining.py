import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from minidl.faces import MINERS, squared_distances
from minidl.faces.mining import batch_all, batch_hard, positive_pairs, random_triplets, semi_hard

MARGIN = 0.6


def a_batch(seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, rng.integers(2, 14))
    return squared_distances(rng.standard_normal((len(labels), 3))), labels, rng


def as_set(triplets):
    rows = zip(triplets.anchor, triplets.positive, triplets.negative, strict=True)
    return {tuple(int(i) for i in row) for row in rows}


def every_triplet(labels):
    n = range(len(labels))
    return {
        (a, p, k) for a in n for p in n for k in n if a != p and labels[a] == labels[p] != labels[k]
    }


@pytest.mark.parametrize("name", MINERS)
@given(seed=st.integers(0, 300))
def test_every_miner_returns_valid_triplets_only(name, seed):
    d, labels, rng = a_batch(seed)
    triplets = MINERS[name](d, labels, MARGIN, rng)
    assert as_set(triplets) <= every_triplet(labels)
    assert len(triplets.anchor) == len(triplets.positive) == len(triplets.negative)


@given(seed=st.integers(0, 300))
def test_batch_all_finds_every_triplet_once(seed):
    d, labels, rng = a_batch(seed)
    triplets = batch_all(d, labels, MARGIN, rng)
    assert as_set(triplets) == every_triplet(labels)
    assert len(triplets) == len(every_triplet(labels))


def test_batch_all_of_p_people_with_k_pictures():
    labels = np.repeat(np.arange(5), 3)  # P·K · (K − 1) · (P − 1)·K
    d = np.zeros((15, 15))
    assert len(batch_all(d, labels, 0, np.random.default_rng(0))) == 15 * 2 * 12


@given(seed=st.integers(0, 300))
def test_semi_hard_negatives_lie_in_the_band_and_none_is_missed(seed):
    d, labels, rng = a_batch(seed)
    found = semi_hard(d, labels, MARGIN, rng)
    near, far = d[found.anchor, found.positive], d[found.anchor, found.negative]
    assert ((near < far) & (far < near + MARGIN)).all()
    band = {(a, p) for a, p, n in every_triplet(labels) if d[a, p] < d[a, n] < d[a, p] + MARGIN}
    assert {(a, p) for a, p, _ in as_set(found)} == band


@given(seed=st.integers(0, 300))
def test_batch_hard_takes_the_farthest_positive_and_the_closest_negative(seed):
    d, labels, rng = a_batch(seed)
    every, found = every_triplet(labels), batch_hard(d, labels, MARGIN, rng)
    assert sorted(found.anchor) == sorted({a for a, _, _ in every})
    for a, p, n in as_set(found):
        assert d[a, p] == max(d[a, q] for b, q, _ in every if b == a)
        assert d[a, n] == min(d[a, m] for b, _, m in every if b == a)


def test_random_gives_each_anchor_and_positive_one_negative_and_all_in_time():
    labels = np.array([0, 0, 0, 1, 1, 2])
    d, seen = np.zeros((6, 6)), set()
    for seed in range(60):
        found = random_triplets(d, labels, 0, np.random.default_rng(seed))
        assert len(found) == len(positive_pairs(labels)[0]) == 8
        seen |= as_set(found)
    assert seen == every_triplet(labels)


@pytest.mark.parametrize("name", MINERS)
@pytest.mark.parametrize("labels", [[0], [0, 0, 0], [0, 1, 2]])
def test_batches_without_triplets_give_none(name, labels):
    labels = np.array(labels, int)
    d = np.zeros((len(labels),) * 2, np.float32)
    assert len(MINERS[name](d, labels, MARGIN, np.random.default_rng(0))) == 0


@pytest.mark.parametrize("name", MINERS)
def test_the_same_generator_gives_the_same_triplets_and_nothing_is_changed(name):
    d, labels, _ = a_batch(5)
    before = d.copy(), labels.copy()
    first, second = (MINERS[name](d, labels, MARGIN, np.random.default_rng(9)) for _ in range(2))
    for field in ("anchor", "positive", "negative"):
        assert_array_equal(getattr(first, field), getattr(second, field))
    assert_array_equal(d, before[0])
    assert_array_equal(labels, before[1])
