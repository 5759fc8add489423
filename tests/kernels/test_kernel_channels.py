import numpy as np
import pytest

from minidl.kernels.compile import jit
from minidl.kernels.numpy import channels as numpy_channels
from tests.kernels.kernel_cases import TOLERANCE, check_close, doubled

pytestmark = pytest.mark.skipif(not jit.AVAILABLE, reason="needs Numba")
if jit.AVAILABLE:
    from minidl.kernels import channels
    from minidl.kernels.matmul import matmul

BOTH = pytest.mark.parametrize("dtype", [np.float32, np.float64])
SHAPES = pytest.mark.parametrize("shape", [(4, 50, 60, 16), (70000, 21), (3, 70, 500), (5, 3)])


def check_per_channel(fast, twin, dtype):
    assert fast.dtype == twin.dtype == np.float64
    scale = np.sqrt(np.mean(twin**2))
    np.testing.assert_allclose(fast, twin, rtol=0, atol=TOLERANCE[dtype] * scale)


@BOTH
@SHAPES
def test_sums_and_moments_agree_with_their_twins(shape, dtype):
    rng = np.random.default_rng(0)
    x = (3 + rng.standard_normal(shape)).astype(dtype)
    y, middle = rng.standard_normal(shape).astype(dtype), rng.standard_normal(shape[-1])
    wide_x, wide_y = doubled(x, y)
    check_per_channel(channels.channel_sums(x), numpy_channels.channel_sums(wide_x), dtype)
    for fast, twin in (
        (channels.channel_products(x, y, middle), (wide_x, wide_y, middle)),
        (channels.channel_moments(x), (wide_x,)),
    ):
        name = "channel_products" if len(twin) == 3 else "channel_moments"
        for own, expected in zip(fast, getattr(numpy_channels, name)(*twin), strict=True):
            check_per_channel(own, expected, dtype)


@pytest.mark.parametrize("first", [1e4, 9e4])
def test_moments_far_from_zero_and_of_a_batch_that_begins_with_an_outlier(first):
    """float32 holds 1e4 to a thousandth only, and yet the sums lose nothing that counts."""
    x = (1e4 + np.random.default_rng(0).standard_normal((50_000, 20))).astype(np.float32)
    x[0] = first
    wide = x.astype(np.float64)
    mean, var = channels.channel_moments(x)
    assert (np.abs(mean - wide.mean(axis=0)) < 1e-4 * wide.std(axis=0)).all()
    np.testing.assert_allclose(var, wide.var(axis=0), rtol=1e-4)


@BOTH
@SHAPES
def test_affine_maps_agree_with_their_twins(shape, dtype):
    rng = np.random.default_rng(0)
    x, y = (rng.standard_normal(shape).astype(dtype) for _ in range(2))
    middle, a, b, c = (rng.standard_normal(shape[-1]) for _ in range(4))
    wide_x, wide_y = doubled(x, y)
    check_close(channels.affine(x, middle, a, c), numpy_channels.affine(wide_x, middle, a, c))
    twin = numpy_channels.axpby(wide_x, middle, a, wide_y, b, c)
    check_close(channels.axpby(x, middle, a, y, b, c), twin)


@BOTH
@SHAPES
def test_a_gate_is_open_where_the_relu_was(shape, dtype):
    rng = np.random.default_rng(0)
    x, y = (rng.standard_normal(shape).astype(dtype) for _ in range(2))
    middle, scale, shift, a, b, c = rng.standard_normal((6, shape[-1]))
    clipped = channels.affine(x, middle, scale, shift, relu=True)
    np.testing.assert_array_equal(clipped, np.maximum(channels.affine(x, middle, scale, shift), 0))
    through, gate = np.where(clipped > 0, y, 0).astype(dtype), (scale, shift)
    assert 0 < np.count_nonzero(through) < through.size
    for own, expected in zip(
        channels.channel_products(x, y, middle, gate),
        channels.channel_products(x, through, middle),
        strict=True,
    ):
        np.testing.assert_array_equal(own, expected)
    np.testing.assert_array_equal(
        channels.axpby(x, middle, a, y, b, c, gate), channels.axpby(x, middle, a, through, b, c)
    )


@BOTH
@pytest.mark.parametrize("sizes", [(5, 3, 4), (64, 1152, 128), (300, 70, 33), (40000, 64, 64)])
def test_matrix_products_agree_with_numpy(sizes, dtype):
    rng = np.random.default_rng(0)
    m, k, n = sizes
    a, b = rng.standard_normal((m, k)).astype(dtype), rng.standard_normal((k, n)).astype(dtype)
    c = rng.standard_normal((m, n)).astype(dtype)
    a_, b_, c_ = doubled(a, b, c)
    check_close(matmul(a, b), a_ @ b_)
    check_close(matmul(c, b.T), c_ @ b_.T)
    check_close(matmul(a.T, c), a_.T @ c_)
    check_close(matmul(b.T, a.T), b_.T @ a_.T)
    check_close(matmul(a[::2], b[:, ::2]), a_[::2] @ b_[:, ::2])
