"""The two layers of the zoo: values by hand, gradients by central differences."""

import numpy as np
import pytest

from minidl import nn
from minidl.zoo.layers import PadAdd, Standardize


def test_standardize_reorders_shifts_and_scales():
    layer = Standardize((1.0, 2.0, 3.0), 0.5, (2, 1, 0))
    y, _ = layer.forward(np.array([[[[10.0, 20.0, 30.0]]]]))
    np.testing.assert_array_equal(y, [[[[14.5, 9.0, 3.5]]]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_standardize_keeps_dtype_and_argument(dtype):
    x = np.random.default_rng(0).uniform(0, 255, (2, 4, 5, 3)).astype(dtype)
    before = x.copy()
    y, _ = Standardize((103.939, 116.779, 123.68), order=(1, 2, 0)).forward(x)
    assert y.dtype == dtype
    assert y.flags.c_contiguous
    np.testing.assert_array_equal(x, before)


def test_standardize_gradient():
    layer = Standardize((1.0, 2.0, 3.0), 0.5, (1, 2, 0))
    rng = np.random.default_rng(1)
    x, weight = rng.normal(size=(2, 3, 2, 3)), rng.normal(size=(2, 3, 2, 3))
    dx = layer.backward(weight, layer.forward(x)[1])
    assert nn.gradient_check(lambda v: float((layer.forward(v)[0] * weight).sum()), x, dx)


def test_pad_add_pads_every_axis_at_its_end():
    a, b = np.ones((1, 2, 3, 1)), 10 * np.ones((1, 3, 2, 2))
    y, _ = PadAdd().forward(a, b)
    expected = np.zeros((1, 3, 3, 2))
    expected[:, :2, :3, :1] += 1
    expected[:, :3, :2, :2] += 10
    np.testing.assert_array_equal(y, expected)
    assert PadAdd().output_shape((2, 3, 1), (3, 2, 2)) == (3, 3, 2)
    assert PadAdd().output_shape((None, 3, 1), (3, 2, 2)) == (None, 3, 2)


def test_pad_add_gradients():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(2, 2, 3, 4)), rng.normal(size=(2, 3, 2, 5))
    weight = rng.normal(size=(2, 3, 3, 5))
    da, db = PadAdd().backward(weight, PadAdd().forward(a, b)[1])
    assert nn.gradient_check(lambda v: float((PadAdd().forward(v, b)[0] * weight).sum()), a, da)
    assert nn.gradient_check(lambda v: float((PadAdd().forward(a, v)[0] * weight).sum()), b, db)
