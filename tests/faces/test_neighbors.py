import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from minidl.faces import nearest, squared_distances
from minidl.faces.neighbors import squared_lengths


@given(n=st.integers(1, 60), q=st.integers(0, 4), count=st.integers(1, 9), block=st.integers(1, 70))
def test_agrees_with_sorting_everything(n, q, count, block):
    rng = np.random.default_rng(n * 7 + q)
    x, y = rng.standard_normal((q, 5)), rng.standard_normal((n, 5))
    distances, rows = nearest(x, y, count, block=block)
    every = squared_distances(x, y)
    expected = np.argsort(every, axis=1)[:, :count]
    assert_array_equal(rows, expected)
    assert_allclose(distances, np.take_along_axis(every, expected, axis=1), atol=1e-12)


def test_equal_encodings_come_in_the_order_of_rows():
    y = np.ones((5, 3), np.float32)
    distances, rows = nearest(np.ones((2, 3), np.float32), y, 5, block=2)
    assert_array_equal(rows, [[0, 1, 2, 3, 4]] * 2)
    assert_array_equal(distances, 0)


def test_distances_of_near_encodings_do_not_cancel():
    rng = np.random.default_rng(0)
    y = (rng.standard_normal((500, 128)) + 50).astype(np.float32)
    x = y[[17]] + np.float32(1e-3)
    distances, rows = nearest(x, y)
    assert rows[0, 0] == 17
    assert_allclose(distances[0, 0], ((x[0] - y[17]) ** 2).sum(), rtol=1e-6)


def test_lengths_may_be_handed_over():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((3, 4)), rng.standard_normal((20, 4))
    for got, want in zip(
        nearest(x, y, 2, squares=squared_lengths(y)), nearest(x, y, 2), strict=True
    ):
        assert_array_equal(got, want)


def test_what_does_not_fit_is_refused():
    x = np.zeros((1, 3))
    with pytest.raises(ValueError, match="same network"):
        nearest(x, np.zeros((2, 4)))
    with pytest.raises(ValueError, match="there must be encodings"):
        nearest(x, np.zeros((0, 3)))
    with pytest.raises(ValueError, match="count"):
        nearest(x, np.zeros((2, 3)), 0)
    with pytest.raises(TypeError, match="queries is float32"):
        nearest(x.astype(np.float32), np.zeros((2, 3)))
