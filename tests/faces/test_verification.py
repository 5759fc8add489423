import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from minidl.faces import (
    Head,
    absolute_difference,
    absolute_difference_backward,
    chi_square,
    crelu,
    equal_error_rate,
    pair_distances,
)
from minidl.nn import gradient_check


def two(seed):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((4, 5)), rng.standard_normal((4, 5))


@given(seed=st.integers(0, 50))
def test_gradients_on_both_sides(seed):
    f, g = two(seed)
    du = np.random.default_rng(seed + 1).standard_normal(f.shape)
    df, dg = absolute_difference_backward(du, f, g)
    for x, dx, loss in (
        (f, df, lambda f: (du * absolute_difference(f, g)).sum()),
        (g, dg, lambda g: (du * absolute_difference(f, g)).sum()),
    ):
        assert gradient_check(loss, x, dx, step=1e-6, tolerance=1e-5)


def test_crelu_loses_nothing():
    f, _ = two(0)
    both = crelu(f)
    assert both.shape == (4, 10) and both.min() >= 0
    assert_array_equal(both[:, :5] - both[:, 5:], f)


def test_chi_square_by_hand():
    f, g = np.array([[1.0, 0.0, 0.0, 3.0]]), np.array([[3.0, 2.0, 0.0, 3.0]])
    assert_allclose(chi_square(f, g), [[4 / 4, 4 / 2, 0, 0]])


def test_zero_over_zero_is_zero_with_zero_slope():
    zero = np.zeros((1, 2), np.float32)
    with np.errstate(all="raise"):
        assert_array_equal(chi_square(zero, zero), 0)
        assert_array_equal(absolute_difference_backward(zero + 1, zero, zero), np.zeros((2, 1, 2)))


def test_chi_square_refuses_negative_features():
    f = np.array([[1.0, -1.0]])
    with pytest.raises(ValueError, match="crelu"):
        chi_square(f, -f)


@given(st.integers(0, 50))
def test_chi_square_of_signed_encodings_adds_up_to_its_plain_form(seed):
    f, g = two(seed)
    halves = chi_square(crelu(f), crelu(g))
    expected = (f - g) ** 2 / (np.abs(f) + np.abs(g))
    assert_allclose(halves[:, :5] + halves[:, 5:], expected, rtol=1e-12)


def people(seed=0, noise=0.3):
    """Encodings of which only the first three numbers tell who it is."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, 40, (2, 600))
    who[1, ::2] = who[0, ::2]
    traits = rng.standard_normal((40, 3))
    f, g = (
        np.hstack(
            [traits[w] + noise * rng.standard_normal((600, 3)), rng.standard_normal((600, 9))]
        )
        for w in who
    )
    return f.astype(np.float32), g.astype(np.float32), who[0] == who[1]


@pytest.mark.parametrize("feature", ["absolute", "chi-square"])
def test_a_head_learns_which_numbers_count(feature):
    f, g, same = people()
    head = Head(feature, size=12)
    history = head.fit(f, g, same, epochs=40)
    assert history["loss"][-1] < history["loss"][0]
    f, g, same = people(seed=9)
    learned = equal_error_rate(-head.logits(f, g), same)
    plain = equal_error_rate(pair_distances(f, g), same)
    assert learned < 0.75 * plain
    assert head.probability(f[same], g[same]).mean() > 0.7
    assert head.probability(f[~same], g[~same]).mean() < 0.4


def test_probability_is_the_sigmoid_of_the_logit():
    f, g, _ = people()
    head = Head(size=12, seed=3)
    w, b = head.network.parameters["unit/w"].value, head.network.parameters["unit/b"].value
    expected = 1 / (1 + np.exp(-(np.abs(f - g) @ w + b)[:, 0]))
    assert_allclose(head.probability(f, g), expected, rtol=1e-5)


def test_the_order_of_the_two_pictures_does_not_matter():
    f, g, _ = people()
    for feature in ("absolute", "chi-square"):
        head = Head(feature, size=12)
        assert_array_equal(head.logits(f, g), head.logits(g, f))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="absolute"):
        Head("euclid")
    with pytest.raises(ValueError, match="one shape"):
        absolute_difference(np.zeros((2, 3)), np.zeros((1, 3)))
    with pytest.raises(TypeError, match="g is float32"):
        chi_square(np.zeros((2, 3)), np.zeros((2, 3), np.float32))
