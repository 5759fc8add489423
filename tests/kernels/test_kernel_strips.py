import numpy as np
import pytest
from hypothesis import given

from minidl.kernels import Window
from minidl.kernels.compile import jit
from minidl.kernels.numpy import conv as numpy_conv
from tests.generated import repeatable
from tests.kernels.kernel_cases import check_close, convolutions, doubled, windows

pytestmark = pytest.mark.skipif(not jit.AVAILABLE, reason="needs Numba")
if jit.AVAILABLE:
    from minidl.kernels.conv import direct

WINDOWS = windows(ranks=(1, 2, 3, 4), ceil=(False, True))


@repeatable(150)
@given(convolutions(WINDOWS))
def test_agrees_with_the_twin(case):
    x, w, b, window, groups = case
    x_, w_, b_ = doubled(x, w, b)
    y = direct.convolve(x, w, window, groups, bias=b)
    check_close(y, numpy_conv.convolve(x_, w_, window, groups, bias=b_))
    clipped = direct.convolve(x, w, window, groups, bias=b, relu=True)
    np.testing.assert_array_equal(clipped, np.maximum(y, 0))


@repeatable(150)
@given(convolutions(WINDOWS))
def test_input_gradient_agrees_with_the_twin(case):
    x, w, _, window, groups = case
    rng = np.random.default_rng(x.size)
    dy = rng.standard_normal((len(x), *window.output, w.shape[-1])).astype(x.dtype)
    dx = direct.convolve_input_gradient(dy, w, window, groups)
    check_close(dx, numpy_conv.convolve_input_gradient(*doubled(dy, w), window, groups))


@repeatable(100)
@given(convolutions(WINDOWS, channels=(1, 9), groups=(1, 1), filters=(1, 70)))
def test_few_channels_agree_with_the_twin(case):
    x, w, b, window, groups = case
    x_, w_, b_ = doubled(x, w, b)
    y = direct.convolve(x, w, window, groups, bias=b)
    check_close(y, numpy_conv.convolve(x_, w_, window, groups, bias=b_))
    dx = direct.convolve_input_gradient(y, w, window, groups)
    check_close(dx, numpy_conv.convolve_input_gradient(*doubled(y, w), window, groups))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("size", "kernel", "stride", "channels", "filters"),
    [
        ((90, 70), (3, 3), (1, 1), 3, 64),  # the first layer
        ((60, 60), (7, 7), (2, 2), 3, 32),
        ((40, 40), (1, 1), (1, 1), 70, 90),
        ((6, 6), (3, 3), (2, 2), 130, 300),  # few positions, many filters
        ((2000,), (5,), (1,), 16, 32),
        ((12, 13, 14), (3, 3, 3), (1, 1, 1), 16, 32),
        ((333,), (7,), (1,), 1, 16),  # outputs taken together: into dx,
        ((45, 50), (5, 5), (2, 3), 2, 20),
        ((40, 37), (3, 3), (1, 2), 32, 3),  # and into y
    ],
    ids=str,
)
def test_shapes_of_every_kind(size, kernel, stride, channels, filters, dtype):
    rng = np.random.default_rng(0)
    rank = len(size)
    around = tuple(k // 2 for k in kernel)
    window = Window(size, kernel, stride, (1,) * rank, around, around)
    x = rng.standard_normal((2, *size, channels)).astype(dtype)
    w = rng.standard_normal((*kernel, channels, filters)).astype(dtype)
    dy = rng.standard_normal((2, *window.output, filters)).astype(dtype)
    check_close(direct.convolve(x, w, window), numpy_conv.convolve(*doubled(x, w), window))
    dx = direct.convolve_input_gradient(dy, w, window)
    check_close(dx, numpy_conv.convolve_input_gradient(*doubled(dy, w), window))
