import numpy as np
import pytest
from kernel_cases import check_close, doubled

from minidl.kernels import jit, numpy_channels, numpy_products

pytestmark = pytest.mark.skipif(not jit.AVAILABLE, reason="needs Numba")
if jit.AVAILABLE:
    from minidl.kernels import channels, products

BOTH = pytest.mark.parametrize("dtype", [np.float32, np.float64])
SHAPES = pytest.mark.parametrize("shape", [(4, 50, 60, 16), (70000, 21), (3, 70, 500), (5, 3)])


@BOTH
@SHAPES
def test_sums_and_moments_agree_with_their_twins(shape, dtype):
    rng = np.random.default_rng(0)
    x = (3 + rng.standard_normal(shape)).astype(dtype)
    y = rng.standard_normal(shape).astype(dtype)
    check_close(channels.channel_sums(x), numpy_channels.channel_sums(*doubled(x)))
    twin = numpy_channels.channel_products(*doubled(x, y))
    check_close(channels.channel_products(x, y), twin)
    for fast, slow in zip(
        channels.channel_moments(x), numpy_channels.channel_moments(*doubled(x)), strict=True
    ):
        check_close(fast, slow)


@BOTH
@SHAPES
def test_affine_maps_agree_with_their_twins(shape, dtype):
    rng = np.random.default_rng(0)
    x, y = (rng.standard_normal(shape).astype(dtype) for _ in range(2))
    a, b, c = (rng.standard_normal(shape[-1]).astype(dtype) for _ in range(3))
    check_close(channels.affine(x, a, c), numpy_channels.affine(*doubled(x, a, c)))
    twin = numpy_channels.mixed(*doubled(x, a, y, b, c))
    check_close(channels.mixed(x, a, y, b, c), twin)


@BOTH
@pytest.mark.parametrize("sizes", [(5, 3, 4), (64, 1152, 128), (300, 70, 33), (40000, 64, 64)])
def test_matrix_products_agree_with_numpy(sizes, dtype):
    rng = np.random.default_rng(0)
    m, k, n = sizes
    a, b = rng.standard_normal((m, k)).astype(dtype), rng.standard_normal((k, n)).astype(dtype)
    c = rng.standard_normal((m, n)).astype(dtype)
    a_, b_, c_ = doubled(a, b, c)
    check_close(products.matmul(a, b), numpy_products.matmul(a_, b_))
    check_close(products.matmul_nt(c, b), numpy_products.matmul_nt(c_, b_))
    check_close(products.matmul_tn(a, c), numpy_products.matmul_tn(a_, c_))
