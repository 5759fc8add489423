import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from minidl.faces import pair_distances, squared_distances, squared_distances_backward
from minidl.nn import gradient_check


@given(n=st.integers(0, 5), m=st.integers(0, 4), d=st.integers(1, 6), seed=st.integers(0, 99))
def test_every_pair_as_the_definition_says(n, m, d, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n, d)), rng.standard_normal((m, d))
    expected = [[sum((a - b) ** 2) for b in y] for a in x]
    assert_allclose(squared_distances(x, y), np.reshape(expected, (n, m)), atol=1e-12)


def test_a_row_to_itself_is_exactly_zero_and_nothing_is_negative():
    x = np.random.default_rng(0).standard_normal((40, 128)).astype(np.float32) + 100
    d = squared_distances(x)
    assert_array_equal(np.diag(d), 0)
    assert d.min() >= 0 and d.dtype == np.float32
    assert squared_distances(x, x.copy()).min() >= 0


def test_unit_encodings_lie_within_four_and_follow_the_cosine():
    x = np.random.default_rng(1).standard_normal((30, 5))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    d = squared_distances(x, np.concatenate([x, -x]))
    assert_allclose(d, 2 - 2 * x @ np.concatenate([x, -x]).T, atol=1e-12)
    assert d.min() >= 0 and d.max() <= 4 + 1e-12 and d.max() > 3.99


def test_backward_agrees_with_central_differences():
    rng = np.random.default_rng(2)
    x, dd = rng.standard_normal((5, 3)), rng.standard_normal((5, 5))
    gradient = squared_distances_backward(dd, x)
    assert gradient_check(lambda x: (dd * squared_distances(x)).sum(), x, gradient)


def test_pairs_row_by_row():
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((2, 6, 4))
    assert_allclose(pair_distances(x, y), np.diag(squared_distances(x, y)), atol=1e-12)


def test_arguments_that_do_not_fit_are_named():
    x = np.zeros((2, 3))
    with pytest.raises(ValueError, match=r"same network"):
        squared_distances(x, np.zeros((2, 4)))
    with pytest.raises(TypeError, match="float32"):
        squared_distances(x.astype(int))
    with pytest.raises(TypeError, match="y is float32"):
        squared_distances(x, x.astype(np.float32))
    with pytest.raises(ValueError, match=r"\(2, 2\)"):
        squared_distances_backward(np.zeros((3, 3)), x)
    with pytest.raises(ValueError, match="one shape"):
        pair_distances(x, x[:1])
