import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from kernel_cases import check_close, convolutions, doubled, windows

from minidl.kernels import jit, numpy_conv

pytestmark = pytest.mark.skipif(not jit.AVAILABLE, reason="needs Numba")
if jit.AVAILABLE:
    from minidl.kernels import few_channels

WINDOWS = windows(ranks=(1, 2, 3), ceil=(False, True))


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.filter_too_much])
@given(convolutions(WINDOWS, channels=(1, 9), groups=(1, 1), filters=(1, 70)))
def test_agrees_with_the_twin(case):
    x, w, b, window, groups = case
    assume(few_channels.fits(x, window, groups))
    x_, w_, b_ = doubled(x, w, b)
    y = few_channels.convolve(x, w, window, bias=b)
    check_close(y, numpy_conv.convolve(x_, w_, window, bias=b_))
    clipped = few_channels.convolve(x, w, window, bias=b, relu=True)
    np.testing.assert_array_equal(clipped, np.maximum(y, 0))
