import numpy as np
import pytest
from hypothesis import given

from minidl.kernels import Window
from minidl.kernels.compile import jit
from minidl.kernels.numpy import conv as numpy_conv
from tests.generated import repeatable
from tests.kernels.kernel_cases import check_close, convolutions, doubled, windows, winograd_windows

pytestmark = pytest.mark.skipif(not jit.AVAILABLE, reason="needs Numba")
if jit.AVAILABLE:
    from minidl.kernels.conv import weight_gradient


def gradient_of(case):
    x, w, _, window, groups = case
    rng = np.random.default_rng(x.size)
    dy = rng.standard_normal((len(x), *window.output, w.shape[-1])).astype(x.dtype)
    truth = numpy_conv.convolve_kernel_gradient(*doubled(x, dy), window, groups)
    return x, dy, window, groups, truth


@repeatable(150)
@given(convolutions(windows(ranks=(1, 2, 3, 4), ceil=(False, True))))
def test_strips_agree_with_the_twin(case):
    x, dy, window, groups, truth = gradient_of(case)
    check_close(weight_gradient.direct_weight_gradient(x, dy, window, groups), truth)


@repeatable(100)
@given(convolutions(winograd_windows()))
def test_winograd_agrees_with_the_twin(case):
    x, dy, window, groups, truth = gradient_of(case)
    check_close(weight_gradient.winograd_weight_gradient(x, dy, window, groups), truth)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("size", "channels", "filters"),
    [((60, 70), 16, 24), ((9, 9), 200, 130), ((50, 50), 3, 64), ((20, 21), 3, 9)]
    + [((6, 12, 12), 40, 70), ((10, 20, 22), 1, 21)],
    ids=str,
)
def test_every_way_to_cut_into_shares(size, channels, filters, dtype):
    rng = np.random.default_rng(0)
    around = (1,) * len(size)
    window = Window(size, (3,) * len(size), around, around, around, around)
    x = rng.standard_normal((2, *size, channels)).astype(dtype)
    dy = rng.standard_normal((2, *size, filters)).astype(dtype)
    truth = numpy_conv.convolve_kernel_gradient(*doubled(x, dy), window)
    check_close(weight_gradient.winograd_weight_gradient(x, dy, window), truth)
    check_close(weight_gradient.direct_weight_gradient(x, dy, window), truth)
