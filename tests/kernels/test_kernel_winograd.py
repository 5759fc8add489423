import numpy as np
import pytest
from hypothesis import given

from minidl.kernels import Window
from minidl.kernels.compile import jit
from minidl.kernels.numpy import conv as numpy_conv
from tests.generated import repeatable
from tests.kernels.kernel_cases import check_close, convolutions, doubled, winograd_windows

pytestmark = pytest.mark.skipif(not jit.AVAILABLE, reason="needs Numba")
if jit.AVAILABLE:
    from minidl.kernels.conv import transforms, winograd


@repeatable(80)
@given(convolutions(winograd_windows()))
def test_agrees_with_the_twin(case):
    x, w, b, window, groups = case
    y = winograd.convolve(x, w, window, groups, bias=b, relu=True)
    x_, w_, b_ = doubled(x, w, b)
    truth = numpy_conv.convolve(x_, w_, window, groups, bias=b_, relu=False)
    check_close(winograd.convolve(x, w, window, groups, bias=b), truth)
    np.testing.assert_array_equal(y, np.maximum(winograd.convolve(x, w, window, groups, bias=b), 0))


@repeatable(80)
@given(convolutions(winograd_windows()))
def test_input_gradient_agrees_with_the_twin(case):
    x, w, _, window, groups = case
    rng = np.random.default_rng(x.size)
    dy = rng.standard_normal((len(x), *window.output, w.shape[-1])).astype(x.dtype)
    dx = winograd.convolve_input_gradient(dy, w, window, groups)
    check_close(dx, numpy_conv.convolve_input_gradient(*doubled(dy, w), window, groups))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("size", "channels", "filters"),
    [(12, 200, 300), (28, 130, 150), (50, 96, 70), (60, 24, 40)],
    ids=["few tiles", "few tiles, odd channels", "both shared", "many tiles"],
)
def test_every_way_to_cut_into_blocks(size, channels, filters, dtype):
    rng = np.random.default_rng(0)
    window = Window((size, size), (3, 3), (1, 1), (1, 1), (1, 1), (1, 1))
    x = rng.standard_normal((1, size, size, channels)).astype(dtype)
    w = rng.standard_normal((3, 3, channels, filters)).astype(dtype)
    dy = rng.standard_normal((1, size, size, filters)).astype(dtype)
    truth = numpy_conv.convolve(*doubled(x, w), window)
    check_close(winograd.convolve(x, w, window), truth)
    dx = winograd.convolve_input_gradient(dy, w, window)
    check_close(dx, numpy_conv.convolve_input_gradient(*doubled(dy, w), window))


def test_nan_spreads_no_further_than_its_tile_and_is_not_clipped():
    window = Window((16, 16), (3, 3), (1, 1), (1, 1), (1, 1), (1, 1))
    x = np.ones((1, 16, 16, 16), np.float32)
    x[0, 1, 1, 3] = np.nan
    y = winograd.convolve(x, np.ones((3, 3, 16, 16), np.float32), window, relu=True)
    assert np.isnan(y[0, :3, :3]).all()
    assert np.isfinite(y[0, 4:, 4:]).all()


def test_transforms_are_exact_on_numbers():
    rng = np.random.default_rng(1)
    d, g = rng.standard_normal(6), rng.standard_normal(3)
    y = transforms.A.T @ ((transforms.G @ g) * (transforms.B.T @ d))
    np.testing.assert_allclose(y, [d[i : i + 3] @ g for i in range(4)], rtol=1e-13)
