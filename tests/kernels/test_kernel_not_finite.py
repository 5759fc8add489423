"""NaN, infinities and overflow: every kernel gives what the sum over taps gives, and no more."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minidl.kernels import Window
from minidl.kernels.compile import jit
from minidl.kernels.numpy import conv as numpy_conv
from minidl.kernels.numpy import direct as numpy_direct
from minidl.kernels.numpy import pool as numpy_pool
from tests.kernels.kernel_cases import convolutions, windows, winograd_windows

needs_numba = pytest.mark.skipif(not jit.AVAILABLE, reason="needs Numba")
if jit.AVAILABLE:
    from minidl.kernels import pool
    from minidl.kernels.conv import direct, weight_gradient, winograd

ODD = (np.nan, np.inf, -np.inf)
SOME = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def planted(array, rng, numbers=ODD):
    """Return the array with up to two numbers replaced."""
    array = array.copy()
    for _ in range(rng.integers(0, 3)):
        array[tuple(rng.integers(n) for n in array.shape)] = rng.choice(numbers)
    return array


def check_same(got, want):
    """The same numbers, NaN and infinities in the same places."""
    kinds = [(np.isnan(a), a == np.inf, a == -np.inf) for a in (got, want)]
    np.testing.assert_array_equal(*kinds)
    finite = np.isfinite(want)
    size = np.sqrt(np.mean(np.square(want[finite], dtype=np.float64))) if finite.any() else 1
    bound = 2e-4 if want.dtype == np.float32 else 1e-10
    np.testing.assert_allclose(got[finite], want[finite], rtol=0, atol=bound * max(size, 1))


def check_convolution(case, *sides):
    x, w, _, window, groups = case
    rng = np.random.default_rng(x.size + w.size)
    dy = rng.standard_normal((len(x), *window.output, w.shape[-1])).astype(x.dtype)
    x, w, dy = (planted(a, rng) for a in (x, w, dy))
    y = numpy_direct.convolve(x, w, window, groups)
    dx = numpy_direct.convolve_input_gradient(dy, w, window, groups)
    dw = numpy_direct.convolve_kernel_gradient(x, dy, window, groups)
    for convolve, input_gradient, kernel_gradient_ in sides:
        check_same(convolve(x, w, window, groups), y)
        check_same(convolve(x, w, window, groups, relu=True), np.maximum(y, 0))
        check_same(input_gradient(dy, w, window, groups), dx)
        check_same(kernel_gradient_(x, dy, window, groups), dw)


def twin():
    return (
        numpy_conv.convolve,
        numpy_conv.convolve_input_gradient,
        numpy_conv.convolve_kernel_gradient,
    )


WINDOWS = windows(ranks=(1, 2, 3), ceil=(False, True))


@SOME
@given(convolutions(WINDOWS, channels=(1, 20), filters=(1, 20)))
def test_convolutions(case):
    sides = [twin()]
    if jit.AVAILABLE:
        functions = (
            direct.convolve,
            direct.convolve_input_gradient,
            weight_gradient.direct_weight_gradient,
        )
        sides.append(functions)
    check_convolution(case, *sides)


@SOME
@given(convolutions(WINDOWS, channels=(1, 5), filters=(1, 5), groups=(1, 1)))
def test_few_channels(case):
    sides = [twin()]
    if jit.AVAILABLE:
        functions = (
            direct.convolve,
            direct.convolve_input_gradient,
            weight_gradient.direct_weight_gradient,
        )
        sides.append(functions)
    check_convolution(case, *sides)


@needs_numba
@SOME
@given(convolutions(winograd_windows(), channels=(1, 20), filters=(1, 20)))
def test_winograd(case):
    check_convolution(
        case,
        (
            winograd.convolve,
            winograd.convolve_input_gradient,
            weight_gradient.winograd_weight_gradient,
        ),
    )


@needs_numba
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 3e38])
@pytest.mark.parametrize("relu", [False, True])
def test_winograd_leaves_a_tiles_other_outputs_alone(odd, relu):
    """3e38 is finite and overflows in the transforms: outputs beside it must not notice."""
    window = Window((16, 16), (3, 3), (1, 1), (1, 1), (1, 1), (1, 1))
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((1, 16, 16, 16)), rng.standard_normal((3, 3, 16, 16))
    x, w = x.astype(np.float32), w.astype(np.float32)
    before = winograd.convolve(x, w, window, relu=relu)
    x[0, 6, 5, 3] = odd
    y = winograd.convolve(x, w, window, relu=relu)
    check_same(y, numpy_direct.convolve(x, w, window, relu=relu))
    y[:, 5:8, 4:7] = before[:, 5:8, 4:7]
    np.testing.assert_allclose(y, before, rtol=0, atol=1e-3)


@needs_numba
def test_numbers_that_are_too_large_for_the_sum_alone_overflow_to_infinity():
    window = Window((40,), (3,), (1,), (1,), (1,), (1,))
    x, w = np.full((1, 40, 1), 2e38, np.float32), np.ones((3, 1, 1), np.float32)
    y = direct.convolve(x, w, window)
    np.testing.assert_array_equal(y, np.inf)
    x[0, 10:] = 1
    np.testing.assert_array_equal(direct.convolve(x, w, window)[0, 11:39, 0], 3)


def test_one_nan_reaches_three_of_seventeen():
    window = Window((17,), (3,), (1,), (1,), (1,), (1,))
    x, w = np.ones((1, 17, 1), np.float32), np.ones((3, 1, 1), np.float32)
    x[0, 8] = np.nan
    sides = [numpy_conv.convolve, numpy_conv.convolve_input_gradient]
    if jit.AVAILABLE:
        sides += [direct.convolve, direct.convolve_input_gradient]
    for convolve in sides:
        assert np.flatnonzero(np.isnan(convolve(x, w, window))).tolist() == [7, 8, 9]


def test_padding_is_no_term_of_a_sum():
    """A NaN in the kernel's first tap reaches no output whose first tap lies in the padding."""
    window = Window((9, 9), (3, 3), (1, 1), (1, 1), (1, 1), (1, 1))
    x, w = np.ones((1, 9, 9, 20), np.float32), np.ones((3, 3, 20, 3), np.float32)
    w[0, 0, 5, 1] = np.nan
    want = np.zeros((9, 9, 3), bool)
    want[1:, 1:, 1] = True
    sides = [numpy_conv.convolve]
    if jit.AVAILABLE:
        sides += [direct.convolve, winograd.convolve]
    for convolve in sides:
        np.testing.assert_array_equal(np.isnan(convolve(x, w, window)[0]), want)


# -- pools ---------------------------------------------------------------------------------------


@st.composite
def pools(draw):
    """Draw (x, window, generator) with a few odd numbers, few values, and many −∞."""
    window = draw(windows(ranks=(1, 2, 3), ceil=(False, True)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (draw(st.integers(1, 2)), *window.size, draw(st.integers(1, 20)))
    x = rng.integers(-2, 3, shape).astype(draw(st.sampled_from([np.float32, np.float64])))
    x[rng.random(shape) < draw(st.sampled_from([0, 0.5, 1]))] = -np.inf
    return planted(x, rng), window, rng


@needs_numba
@SOME
@given(pools(), st.booleans())
def test_pools(case, count_padding):
    x, window, rng = case
    y, where = pool.max_pool(x, window)
    twin_y, twin_where = numpy_pool.max_pool(x, window)
    np.testing.assert_array_equal(y, twin_y)
    np.testing.assert_array_equal(where, twin_where)
    dy = planted(rng.standard_normal(y.shape).astype(x.dtype), rng)
    dx = numpy_pool.max_pool_backward(dy, where, window)
    check_same(pool.max_pool_backward(dy, where, window), dx)
    counts = np.maximum(numpy_pool.window_counts(window, count_padding), 1)
    check_same(pool.avg_pool(x, window, counts), numpy_pool.avg_pool(x, window, counts))
    dx = numpy_pool.avg_pool_backward(dy, window, counts)
    check_same(pool.avg_pool_backward(dy, window, counts), dx)
