import numpy as np
import pytest

from minidl.kernels.compile import jit
from minidl.kernels.numpy import elementwise as numpy_elementwise

pytestmark = pytest.mark.skipif(not jit.AVAILABLE, reason="needs Numba")
if jit.AVAILABLE:
    from minidl.kernels import elementwise

BOTH = pytest.mark.parametrize("dtype", [np.float32, np.float64])
SHAPES = pytest.mark.parametrize("shape", [(), (3,), (2, 5, 7), (700, 900)])


@BOTH
@SHAPES
def test_relu_is_its_twin(shape, dtype):
    rng = np.random.default_rng(0)
    x = np.asarray(rng.standard_normal(shape), dtype)
    x[rng.random(shape) < 0.1] = np.nan
    y = elementwise.relu(x)
    np.testing.assert_array_equal(y, numpy_elementwise.relu(x))
    assert y.dtype == dtype


@BOTH
@SHAPES
def test_relu_backward_is_its_twin(shape, dtype):
    rng = np.random.default_rng(0)
    y = np.asarray(np.maximum(rng.standard_normal(shape), 0), dtype)
    dy = np.asarray(rng.standard_normal(shape), dtype)
    dx = elementwise.relu_backward(dy, y)
    np.testing.assert_array_equal(dx, numpy_elementwise.relu_backward(dy, y))
    assert dx.dtype == dtype


@BOTH
@SHAPES
def test_adam_is_its_twin_to_the_bit(shape, dtype):
    rng = np.random.default_rng(0)
    gradient = np.asarray(rng.standard_normal(shape), dtype)
    results = []
    for module in (elementwise, numpy_elementwise):
        mean, square = np.zeros_like(gradient), np.zeros_like(gradient)
        for age in (1, 2):
            whole = (1 - 0.9**age, 1 - 0.999**age)
            direction = module.adam_update(gradient, mean, square, (0.9, 0.999), whole, 1e-8)
        assert direction.dtype == dtype
        results.append((direction, mean, square))
    for own, twin in zip(*results, strict=True):
        np.testing.assert_array_equal(own, twin)
