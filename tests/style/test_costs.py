"""Each cost equals its formula, written out, and its gradient is the derivative."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl import nn
from minidl.style import content_cost, gram_matrix, mean_gram_matrix, style_cost, total_variation

sides = st.integers(1, 6)
channels = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def activations(height, width, depth, seed):
    return np.random.default_rng(seed).standard_normal((1, height, width, depth))


@given(sides, sides, channels, seeds)
def test_gram_matrix_is_the_sum_of_products_over_positions(height, width, depth, seed):
    a = activations(height, width, depth, seed)
    expected = np.zeros((depth, depth))
    for i in range(height):
        for j in range(width):
            for k in range(depth):
                for m in range(depth):
                    expected[k, m] += a[0, i, j, k] * a[0, i, j, m]
    np.testing.assert_allclose(gram_matrix(a), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(
        mean_gram_matrix(a), expected / (height * width), rtol=1e-12, atol=1e-12
    )


def test_gram_matrix_is_symmetric_and_keeps_the_dtype():
    a = activations(5, 4, 7, 0).astype(np.float32)
    gram = gram_matrix(a)
    assert gram.dtype == np.float32
    np.testing.assert_array_equal(gram, gram.T)


def test_gram_matrix_forgets_where_things_are():
    a = activations(4, 6, 3, 0)
    shuffled = np.random.default_rng(1).permutation(a.reshape(24, 3)).reshape(a.shape)
    np.testing.assert_allclose(gram_matrix(shuffled), gram_matrix(a))


@given(sides, sides, channels, seeds)
def test_content_cost_and_its_gradient(height, width, depth, seed):
    a_C, a_G = (activations(height, width, depth, [seed, i]) for i in range(2))
    cost, gradient = content_cost(a_C, a_G)
    assert isinstance(cost, float)
    assert cost == pytest.approx(0.5 * sum(d * d for d in (a_C - a_G).ravel()))
    assert nn.gradient_check(lambda a: content_cost(a_C, a)[0], a_G, gradient)


@given(sides, sides, channels, seeds)
def test_style_cost_is_the_lecture_formula_with_the_square(height, width, depth, seed):
    a_S, a_G = (activations(height, width, depth, [seed, i]) for i in range(2))
    cost, gradient = style_cost(a_S, a_G)
    difference = gram_matrix(a_S) - gram_matrix(a_G)
    expected = (difference**2).sum() / (2 * height * width * depth) ** 2
    assert isinstance(cost, float)
    assert cost == pytest.approx(expected, rel=1e-12)
    assert nn.gradient_check(lambda a: style_cost(a_S, a)[0], a_G, gradient)


@given(sides, sides, sides, sides, channels, seeds)
def test_style_and_g_may_differ_in_size(h, w, height, width, depth, seed):
    a_S, a_G = activations(h, w, depth, [seed, 0]), activations(height, width, depth, [seed, 1])
    cost, gradient = style_cost(a_S, a_G)
    difference = gram_matrix(a_S) / (h * w) - gram_matrix(a_G) / (height * width)
    assert cost == pytest.approx((difference**2).sum() / (4 * depth**2), rel=1e-12)
    assert nn.gradient_check(lambda a: style_cost(a_S, a)[0], a_G, gradient)


def test_a_style_repeated_side_by_side_costs_nothing():
    a_S = activations(4, 3, 5, 0)
    cost, gradient = style_cost(a_S, np.concatenate([a_S, a_S], axis=2))
    assert cost == pytest.approx(0, abs=1e-25)
    np.testing.assert_allclose(gradient, 0, atol=1e-13)


@given(sides, sides, channels, seeds)
def test_total_variation_sums_squares_over_pairs_of_neighbours(height, width, depth, seed):
    x = activations(height, width, depth, seed)
    expected = 0.0
    for i in range(height):
        for j in range(width):
            if i + 1 < height:
                expected += ((x[0, i + 1, j] - x[0, i, j]) ** 2).sum()
            if j + 1 < width:
                expected += ((x[0, i, j + 1] - x[0, i, j]) ** 2).sum()
    cost, gradient = total_variation(x)
    assert cost == pytest.approx(expected, rel=1e-12)
    assert nn.gradient_check(lambda a: total_variation(a)[0], x, gradient)


@pytest.mark.parametrize("cost", [content_cost, style_cost, lambda a, b: total_variation(b)])
def test_float32_gives_float32_gradients_close_to_float64(cost):
    a, b = activations(6, 5, 4, 0), activations(6, 5, 4, 1)
    value, gradient = cost(a.astype(np.float32), b.astype(np.float32))
    expected_value, expected = cost(a, b)
    assert gradient.dtype == np.float32
    assert value == pytest.approx(expected_value, rel=1e-5)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("cost", [content_cost, style_cost])
def test_costs_change_nothing_in_their_arguments(cost):
    a, b = activations(3, 4, 2, 0), activations(3, 4, 2, 1)
    a.flags.writeable = b.flags.writeable = False
    cost(a, b)


def test_errors_say_what_to_do():
    a = activations(4, 4, 3, 0)
    with pytest.raises(ValueError, match=r"resize the content picture"):
        content_cost(a, a[:, :3])
    with pytest.raises(ValueError, match=r"3 channels and a_G has 2.*same layer"):
        style_cost(a, a[..., :2])
    with pytest.raises(ValueError, match=r"take one picture of a batch with a\[i : i \+ 1\]"):
        gram_matrix(np.zeros((2, 4, 4, 3)))
    with pytest.raises(ValueError, match="one picture"):
        gram_matrix(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="empty"):
        gram_matrix(np.zeros((1, 0, 4, 3)))
    with pytest.raises(TypeError, match="float32 or float64"):
        gram_matrix(np.zeros((1, 4, 4, 3), int))
    with pytest.raises(TypeError, match="same dtype"):
        style_cost(a, a.astype(np.float32))
