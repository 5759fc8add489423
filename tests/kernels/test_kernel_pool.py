import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl.kernels import Window
from minidl.kernels.compile import jit
from minidl.kernels.numpy import pool as numpy_pool
from tests.generated import repeatable
from tests.kernels.kernel_cases import DTYPES, check_close, doubled, windows

pytestmark = pytest.mark.skipif(not jit.AVAILABLE, reason="needs Numba")
if jit.AVAILABLE:
    from minidl.kernels import pool


WINDOW = Window((90, 91), (3, 2), (2, 2), (1, 1), (1, 0), (1, 1))


@st.composite
def pools(draw):
    """Draw (x, window, generator); values of x repeat, so that there are ties."""
    window = draw(windows(ranks=(1, 2, 3, 4), ceil=(False, True)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (draw(st.integers(1, 3)), *window.size, draw(st.integers(1, 20)))
    return rng.integers(-4, 5, shape).astype(draw(DTYPES)), window, rng


@repeatable(200)
@given(pools(), st.booleans())
def test_max_pool_is_its_twin_to_the_bit(case, with_nan):
    x, window, rng = case
    if with_nan:
        x[rng.random(x.shape) < 0.1] = np.nan
    y, where = pool.max_pool(x, window)
    twin_y, twin_where = numpy_pool.max_pool(x, window)
    np.testing.assert_array_equal(y, twin_y)
    np.testing.assert_array_equal(where, twin_where)
    assert (y.dtype, where.dtype) == (twin_y.dtype, twin_where.dtype)
    dy = rng.integers(-9, 9, y.shape).astype(x.dtype)
    dx = pool.max_pool_backward(dy, where, window)
    np.testing.assert_array_equal(dx, numpy_pool.max_pool_backward(dy, where, window))
    assert dx.dtype == x.dtype


@pytest.mark.parametrize("taps", [256, 257])
def test_the_last_tap_of_a_long_window_is_found_and_gets_the_gradient(taps):
    window = Window((taps,), (taps,), (1,), (1,), (0,), (0,))
    x = np.arange(taps * 20, dtype=np.float32).reshape(1, taps, 20)
    y, where = pool.max_pool(x, window)
    np.testing.assert_array_equal(y, x[:, -1:])
    assert (where == taps - 1).all()
    dx = pool.max_pool_backward(y, where, window)
    np.testing.assert_array_equal(dx[:, -1:], y)
    assert not dx[:, :-1].any()


@repeatable(200)
@given(pools(), st.booleans())
def test_avg_pool_agrees_with_the_twin(case, count_padding):
    x, window, rng = case
    counts = np.maximum(numpy_pool.window_counts(window, count_padding), 1)
    y = pool.avg_pool(x, window, counts)
    check_close(y, numpy_pool.avg_pool(*doubled(x), window, counts))
    dy = rng.standard_normal(y.shape).astype(x.dtype)
    dx = pool.avg_pool_backward(dy, window, counts)
    check_close(dx, numpy_pool.avg_pool_backward(*doubled(dy), window, counts))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pools_of_many_tasks_agree_with_their_twins(dtype):
    rng = np.random.default_rng(0)
    x, window = rng.standard_normal((4, 90, 91, 20)).astype(dtype), WINDOW
    counts = numpy_pool.window_counts(window, False)
    (y, where), (twin_y, twin_where) = pool.max_pool(x, window), numpy_pool.max_pool(x, window)
    np.testing.assert_array_equal(y, twin_y)
    np.testing.assert_array_equal(where, twin_where)
    check_close(
        pool.max_pool_backward(y, where, window),
        numpy_pool.max_pool_backward(y.astype(float), where, window),
    )
    check_close(pool.avg_pool(x, window, counts), numpy_pool.avg_pool(*doubled(x), window, counts))
    check_close(
        pool.avg_pool_backward(y, window, counts),
        numpy_pool.avg_pool_backward(*doubled(y), window, counts),
    )
