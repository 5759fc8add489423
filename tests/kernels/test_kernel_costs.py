"""Memory and preparation in proportion to positions plus taps, never to their product."""

import functools
import importlib
import pkgutil
import tracemalloc
import typing

import numpy as np
import pytest

import minidl.functional
from minidl import kernels
from minidl.kernels import Window, plan_cache
from minidl.kernels.compile import jit
from minidl.kernels.numpy import conv as numpy_conv
from minidl.kernels.numpy import pool as numpy_pool

needs_numba = pytest.mark.skipif(not jit.AVAILABLE, reason="needs Numba")
if jit.AVAILABLE:
    from minidl.kernels import pool
    from minidl.kernels.conv import direct, weight_gradient, winograd

SIDES = {"kernels": (kernels, kernels), "twins": (numpy_conv, numpy_pool)}
BLOCKS = 16e6  # bytes for scratch, and for blocks of columns


def window(size, kernel, stride=1, dilation=1, around=0):
    rank = len(size)
    settings = [(n,) * rank if isinstance(n, int) else n for n in (stride, dilation, around)]
    return Window(size, kernel, *settings, settings[-1])


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compile what is measured beforehand: that takes memory of its own."""
    for taps, channels in ((2, 1), (300, 20)):  # numbers of taps are kept in one byte, or in four
        view = window((taps + 5,), (taps,))
        x, w = (
            np.ones((1, *view.size, channels), np.float32),
            np.ones((taps, channels, 1), np.float32),
        )
        y = kernels.convolve(x, w, view)
        kernels.convolve_input_gradient(y, w, view)
        kernels.convolve_kernel_gradient(x, y, view)
        y, where = kernels.max_pool(x, view)
        kernels.max_pool_backward(y, where, view)
        counts = numpy_pool.window_counts(view, True)
        kernels.avg_pool_backward(kernels.avg_pool(x, view, counts), view, counts)


def peak(function, *arguments):
    """Return the result, and the most bytes that were held meanwhile beside those from before."""
    tracemalloc.start()
    try:
        result = function(*arguments)
        return result, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# A number for each position and tap, or sixteen channels where there is one, would take far more.
CONVOLUTIONS = {
    "long filter": (window((20_000,), (512,)), 1, 1),
    "long filter, many filters": (window((10_000,), (1_000,), around=500), 1, 8),
    "far taps": (window((40_000,), (400,), dilation=50), 1, 1),
    "far taps between steps": (window((50_000,), (400,), stride=2, dilation=3), 1, 2),
    "wide kernel": (window((90, 90), (31, 31), around=15), 1, 1),
    "steps larger than the kernel": (window((1_500_000,), (20,), stride=90), 1, 1),
    "long first axis": (window((5_000, 2), (1_000, 1)), 1, 1),
    "large volume": (window((28, 28, 28), (11, 11, 11)), 1, 1),
}
POOLS = {
    "long": (window((15_000,), (600,), around=300), 1),
    "long, in steps": (window((400_000,), (1_000,), 1_000), 1),
    "short": (window((1_000_000,), (2,), 2), 1),
    "overlapping in steps": (window((40_000,), (600,), 3), 2),
    "far taps": (window((40_000,), (300,), 1, 50), 1),
    "wide": (window((100, 100), (40, 40)), 1),
}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions_and_their_gradients_take_memory_like_their_arrays(name, side):
    view, channels, filters = CONVOLUTIONS[name]
    module, _ = SIDES[side]
    x = np.ones((1, *view.size, channels), np.float32)
    w = np.ones((*view.kernel, channels, filters), np.float32)
    dy = np.ones((1, *view.output, filters), np.float32)
    most = BLOCKS + 6 * (x.nbytes + w.nbytes + dy.nbytes)
    positions = max(np.prod(view.size), np.prod(view.output))
    assert 8 * positions * np.prod(view.kernel) > 2.5 * most  # so a table of both cannot hide
    y, bytes_ = peak(module.convolve, x, w, view)
    assert bytes_ < most
    assert y.max() == w[..., 0].size
    dx, bytes_ = peak(module.convolve_input_gradient, dy, w, view)
    assert bytes_ < most
    dw, bytes_ = peak(module.convolve_kernel_gradient, x, dy, view)
    assert bytes_ < most
    assert dx.sum(dtype=float) == pytest.approx(dw.sum(dtype=float), rel=1e-4)  # both Σ y·dy


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", POOLS)
def test_pools_and_their_gradients_take_memory_like_their_arrays(name, side):
    view, channels = POOLS[name]
    _, module = SIDES[side]
    x = np.zeros((1, *view.size, channels), np.float32)
    x[:, ::7] = 1
    most = BLOCKS + 6 * x.nbytes
    (y, where), bytes_ = peak(module.max_pool, x, view)
    assert bytes_ < most
    dx, bytes_ = peak(module.max_pool_backward, y, where, view)
    assert bytes_ < most
    assert dx.sum(dtype=float) == pytest.approx(y.sum(dtype=float))
    counts = numpy_pool.window_counts(view, True)
    mean, bytes_ = peak(module.avg_pool, x, view, counts)
    assert bytes_ < most
    dx, bytes_ = peak(module.avg_pool_backward, mean, view, counts)
    assert bytes_ < most
    assert dx.sum(dtype=float) == pytest.approx((mean[0] * _inside(view)).sum(), rel=1e-4)


def _inside(view):
    """Return the share of each window that is no padding."""
    inside, all_ = (numpy_pool.window_counts(view, padding) for padding in (False, True))
    return (inside / all_)[..., None]


@needs_numba
@pytest.mark.parametrize("turned", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize(
    "view",
    [
        window((15_104,), (1_024,), 256),
        window((15_104,), (1_000,), 256, around=100),
        window((100_000,), (512,)),
        window((15_104, 15), (1_024, 4), (256, 1)),
        window((300, 300), (65, 65), 16),
        window((70, 70, 70), (21, 21, 21), 4, 3),
        window((400_000,), (3,), 100_000),
    ],
    ids=str,
)
def test_a_plan_is_no_longer_than_the_kernel_and_has_few_parts(view, turned):
    """Few of its numbers: none for each position, sixteen for each tap of few outputs."""
    x, y = (1, *view.size, 2), (1, *view.output, 4)
    if turned:
        x, y = y, x
    arguments = (x, y, (*view.kernel, 2, 4), view, 1, turned, np.dtype(np.float32))
    prepared = direct._parts.__wrapped__(*arguments)
    parts = prepared[0]
    most = 20_000 + 8 * 16 * np.prod(view.kernel) + 2_500 * len(parts)
    assert plan_cache.size_of(prepared) < most
    assert len(parts) <= max(3, view.dilation[-1] * view.stride[-1])
    assert sum(part.shape.places for part in parts) <= y[-2] + len(parts)


@needs_numba
def test_tables_of_pools_planes_and_kernel_gradients_are_short():
    long, volume = window((1_000_000,), (1_000,)), window((10_000, 9, 9), (500, 3, 3))
    x, dy = (1, *volume.size, 20), (1, *volume.output, 20)
    dw = (*volume.kernel, 20, 20)
    part = (x, dy, dw, volume, 1, np.dtype(np.float32))
    for prepared, most in [
        (pool._plan.__wrapped__((1, 1_000_000, 2), part[-1], long, False), 5_000),
        (pool._plan.__wrapped__((1, 999_001, 2), part[-1], long, True), 5_000),
        (winograd._part.__wrapped__(x, dy, dw, volume, 1, False, part[-1]), 5_000),
        (winograd._part.__wrapped__(dy, x, dw, volume, 1, True, part[-1]), 5_000),
        (weight_gradient._direct_parts.__wrapped__(*part), 20_000 + 16 * 4_500),
    ]:
        assert plan_cache.size_of(prepared) < most


def test_what_is_kept_is_bounded():
    calls = []

    @plan_cache.cached
    def make(number, size):
        calls.append(number)
        return np.zeros(size, np.uint8), number

    small, large = plan_cache.LARGEST // 2, plan_cache.LARGEST
    tracemalloc.start()
    try:
        for number in range(plan_cache.MOST):
            assert make(number, small)[1] == make(number, small)[1] == number
        assert calls == list(range(plan_cache.MOST))
        make(-1, large)
        make(-1, large)
        assert calls[-2:] == [-1, -1]  # so large that making it anew counts for nothing
        for number in range(2 * plan_cache.MOST):
            make(number, small)
            make(number, large)
        assert tracemalloc.get_traced_memory()[0] < 1.1 * plan_cache.MOST * plan_cache.LARGEST
    finally:
        tracemalloc.stop()


@needs_numba
def test_many_large_shapes_leave_few_bytes_behind():
    def convolve(taps):
        x, w = np.ones((1, taps + 50, 1), np.float32), np.ones((taps, 1, 1), np.float32)
        view = window((taps + 50,), (taps,))
        kernels.convolve_input_gradient(kernels.convolve(x, w, view), w, view)

    convolve(20_200)  # scratch memory
    tracemalloc.start()
    try:
        for taps in range(20_000, 20_040):
            convolve(taps)
        assert tracemalloc.get_traced_memory()[0] < 1 << 20
    finally:
        tracemalloc.stop()


def test_nothing_else_is_kept_but_windows():
    """A bound on a count is one on bytes where each entry is a few integers."""
    packages = (kernels, minidl.functional)
    modules = [
        importlib.import_module(found.name)
        for package in packages
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if jit.AVAILABLE or package is not kernels
    ]
    found = {
        value.__wrapped__
        for module in modules
        for value in vars(module).values()
        if isinstance(value, functools._lru_cache_wrapper)
    }
    assert found or not jit.AVAILABLE  # the twins keep none
    for function in found:
        assert typing.get_type_hints(function)["return"] in (Window, int), function
