"""Pools against loops over every window, SciPy, the reference and central differences."""

import numpy as np
import pytest
from hypothesis import given
from scipy import ndimage

import minidl.functional as F
from tests.functional.independent import loop_pool
from tests.functional.properties import all_close, assert_gradients, call_twice
from tests.functional.window_settings import pools
from tests.generated import repeatable

RANKS = pytest.mark.parametrize("rank", (1, 2, 3))
COUNT = pytest.mark.parametrize("count_padding", (False, True))


def options_of(setting):
    return {k: v for k, v in setting.options.items() if k != "size"}


@RANKS
def test_max_pool_agrees_with_loops_the_reference_and_central_differences(rank):
    @repeatable(40)
    @given(pools(rank))
    def check(setting):
        x, size, options = setting.separated(), setting.options["size"], options_of(setting)
        y, dx, dy = call_twice(
            lambda x: F.max_pool(x, size, **options),
            F.max_pool_backward,
            [x],
            setting.gradient,
        )
        all_close(y, loop_pool(x, setting.w, options, lambda v, padding: v.max(axis=0)), 0)
        all_close(y, F.reference.max_pool(x, size, **options), 0)
        all_close(dx, F.reference.max_pool_backward(dy, x, size, **options), 1e-12)
        assert_gradients(lambda x: F.max_pool(x, size, **options)[0], {"x": x}, {"x": dx}, dy, 8)

    check()


@COUNT
@RANKS
def test_avg_pool_agrees_with_loops_the_reference_and_central_differences(rank, count_padding):
    @repeatable(40)
    @given(pools(rank))
    def check(setting):
        x = setting.inputs()
        size, options = setting.options["size"], options_of(setting)
        more = options | {"count_padding": count_padding}
        y, dx, dy = call_twice(
            lambda x: F.avg_pool(x, size, **more), F.avg_pool_backward, [x], setting.gradient
        )

        def mean(values, padding):
            return values.sum(axis=0) / (len(values) + padding * count_padding)

        all_close(y, loop_pool(x, setting.w, options, mean), 1e-12)
        all_close(y, F.reference.avg_pool(x, size, **more), 1e-12)
        all_close(dx, F.reference.avg_pool_backward(dy, x, size, **more), 1e-12)
        assert_gradients(lambda x: F.avg_pool(x, size, **more)[0], {"x": x}, {"x": dx}, dy, 8)

    check()


@RANKS
def test_float32_stays_within_the_bound(rank):
    """Max is exact; a mean of up to 27 numbers is within 2e-6 of the mean of their sizes."""

    @repeatable(25)
    @given(pools(rank))
    def check(setting):
        x, size, options = setting.separated(), setting.options["size"], options_of(setting)
        narrow = x.astype(np.float32)
        y, cache = F.max_pool(narrow, size, **options)
        assert y.dtype == np.float32
        assert (y == F.max_pool(x, size, **options)[0]).all()
        dy = setting.gradient(y.shape)
        dx = F.max_pool_backward(dy.astype(np.float32), cache)
        assert dx.dtype == np.float32
        y, cache = F.avg_pool(narrow, size, **options)
        exact, size_of = (F.avg_pool(v, size, **options)[0] for v in (x, np.abs(x)))
        assert y.dtype == np.float32
        assert (np.abs(y - exact) <= 2e-6 * size_of).all()

    check()


@RANKS
def test_max_pool_is_scipys_maximum_filter(rank):
    x = np.random.default_rng(rank).standard_normal((7,) * rank)
    y, _ = F.max_pool(x[None, ..., None], 3, stride=1, padding=1)
    want = ndimage.maximum_filter(x, size=3, mode="constant", cval=-np.inf)
    assert (y[0, ..., 0] == want).all()


@RANKS
def test_avg_pool_is_scipys_uniform_filter(rank):
    x = np.random.default_rng(rank).standard_normal((7,) * rank)
    y, _ = F.avg_pool(x[None, ..., None], 3, stride=1, padding=1, count_padding=True)
    want = ndimage.uniform_filter(x, size=3, mode="constant")
    all_close(y[0, ..., 0], want, 1e-12)


@RANKS
def test_global_avg_pool(rank):
    @repeatable(20)
    @given(pools(rank))
    def check(setting):
        x = setting.inputs()
        y, dx, dy = call_twice(F.global_avg_pool, F.global_avg_pool_backward, [x], setting.gradient)
        all_close(y, x.mean(axis=tuple(range(1, rank + 1))), 1e-12)
        assert_gradients(lambda x: F.global_avg_pool(x)[0], {"x": x}, {"x": dx}, dy)
        assert F.global_avg_pool(x.astype(np.float32))[0].dtype == np.float32

    check()


def test_at_a_tie_the_first_position_receives_the_gradient():
    x = np.zeros((1, 2, 2, 1))
    _, cache = F.max_pool(x, 2)
    dx = F.max_pool_backward(np.ones((1, 1, 1, 1)), cache)
    assert dx.ravel().tolist() == [1, 0, 0, 0]


def test_overlapping_windows_add_their_gradients():
    x = np.array([0.0, 5, 1]).reshape(1, 3, 1)
    _, cache = F.max_pool(x, 2, stride=1)
    dx = F.max_pool_backward(np.array([1.0, 10]).reshape(1, 2, 1), cache)
    assert dx.ravel().tolist() == [0, 11, 0]


def test_padding_never_wins():
    x = np.full((1, 3, 3, 1), -5.0)
    y, cache = F.max_pool(x, 3, stride=1, padding=1)
    assert (y == -5).all()
    assert F.max_pool_backward(np.ones(y.shape), cache).sum() == y.size


def test_nan_is_passed_on_by_both_pools():
    x = np.array([1.0, np.nan, 3, 4]).reshape(1, 4, 1)
    for pool in (F.max_pool, F.avg_pool):
        y = pool(x, 2)[0].ravel()
        assert np.isnan(y[0])
        assert np.isfinite(y[1])


def test_averages_at_the_border_leave_the_padding_out_unless_asked():
    x = np.ones((1, 3, 1))
    assert F.avg_pool(x, 3, stride=1, padding=1)[0].ravel().tolist() == [1, 1, 1]
    counted = F.avg_pool(x, 3, stride=1, padding=1, count_padding=True)[0]
    assert counted.ravel().tolist() == [2 / 3, 1, 2 / 3]


def test_ceil_mode_keeps_a_last_partial_window_and_drops_one_in_the_far_padding():
    x = np.arange(5.0).reshape(1, 5, 1)
    assert F.max_pool(x, 2)[0].ravel().tolist() == [1, 3]
    assert F.max_pool(x, 2, ceil_mode=True)[0].ravel().tolist() == [1, 3, 4]
    assert F.avg_pool(x, 2, ceil_mode=True)[0].ravel().tolist() == [0.5, 2.5, 4]
    # without the rule a window would begin at position 5, in the padding
    assert F.max_pool(x, 2, stride=5, padding=1, ceil_mode=True)[0].shape == (1, 2, 1)
    assert F.max_pool(x[:, :4], 2, stride=5, padding=1, ceil_mode=True)[0].shape == (1, 1, 1)
