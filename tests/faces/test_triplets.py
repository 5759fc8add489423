import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from minidl.faces import Triplets, batch_all, squared_distances, triplet_cost
from minidl.nn import gradient_check
from tests.faces.plain_triplets import plain_triplet_loss


def some_triplets(rng, rows, count):
    return Triplets(*rng.integers(0, rows, (3, count)))


@given(st.integers(0, 200), st.sampled_from(["sum", "mean"]))
def test_equals_the_plain_triplet_loss_triplet_by_triplet(seed, reduction):
    rng = np.random.default_rng(seed)
    f, t = rng.standard_normal((6, 4)), some_triplets(rng, 6, 9)
    loss, gradient, _ = triplet_cost(f, t, 0.7, reduction=reduction)
    corners = (f[rows] for rows in (t.anchor, t.positive, t.negative))
    expected, parts = plain_triplet_loss(*corners, 0.7, reduction)
    total = np.zeros_like(f)
    for rows, part in zip((t.anchor, t.positive, t.negative), parts, strict=True):
        np.add.at(total, rows, part)
    assert_allclose(loss, expected, rtol=1e-10, atol=1e-12)
    assert_allclose(gradient, total, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("reduction", ["sum", "mean", "active"])
def test_gradient(reduction):
    rng = np.random.default_rng(3)
    f, t = rng.standard_normal((6, 3)), some_triplets(rng, 6, 12)

    def cost(f):
        return triplet_cost(f, t, 0.5, reduction=reduction)[0]

    assert gradient_check(cost, f, triplet_cost(f, t, 0.5, reduction=reduction)[1])


def test_each_triplet_is_clipped_before_all_are_added():
    f = np.array([[0.0], [1.0], [0.1], [9.0]])  # one active triplet, one satisfied by far
    t = Triplets(np.array([0, 0]), np.array([1, 2]), np.array([2, 3]))
    loss, _, active = triplet_cost(f, t, 0.0, reduction="sum")
    assert_allclose(loss, 1 - 0.01)  # averaging or adding first would give 0
    assert active == 0.5
    assert_allclose(triplet_cost(f, t, 0.0, reduction="mean")[0], 0.99 / 2)
    assert_allclose(triplet_cost(f, t, 0.0, reduction="active")[0], 0.99)


def test_equal_encodings_cost_exactly_the_margin():
    f, labels = np.ones((6, 4), np.float32), np.repeat([0, 1, 2], 2)
    d = squared_distances(f)
    t = batch_all(d, labels, 0.3, np.random.default_rng(0))
    loss, gradient, active = triplet_cost(f, t, 0.3)
    assert loss == pytest.approx(0.3) and active == 1
    assert_array_equal(gradient, 0)  # and nothing shows the way out
    assert triplet_cost(f, t, 0.0)[0] == 0  # without a margin, collapse is perfect


@pytest.mark.parametrize("reduction", ["sum", "mean", "active"])
def test_no_triplets_cost_nothing(reduction):
    none = np.zeros(0, np.int64)
    loss, gradient, active = triplet_cost(
        np.ones((3, 2), np.float32), Triplets(none, none, none), reduction=reduction
    )
    assert loss == 0 and active == 0 and not gradient.any() and gradient.dtype == np.float32


def test_float32_stays_and_distances_may_be_handed_over():
    rng = np.random.default_rng(0)
    f, t = rng.standard_normal((6, 4)).astype(np.float32), some_triplets(rng, 6, 9)
    loss, gradient, _ = triplet_cost(f, t)
    again = triplet_cost(f, t, distances=squared_distances(f))
    assert gradient.dtype == np.float32 and again[0] == loss
    assert_array_equal(gradient, again[1])


def test_settings_out_of_range_are_refused():
    t = Triplets(*np.zeros((3, 1), int))
    with pytest.raises(ValueError, match="margin"):
        triplet_cost(np.zeros((2, 2)), t, -0.1)
    with pytest.raises(ValueError, match="reduction"):
        triplet_cost(np.zeros((2, 2)), t, reduction="average")
