"""What NaN, infinities and the largest numbers do to operations: they go where they are read."""

from itertools import product

import numpy as np
import pytest

import minidl.functional as F

NAN, INF = np.nan, np.inf
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
SETTINGS = [  # sizes, kernel, stride, dilation, (before, after), groups, channels, filters
    ((17,), (3,), 1, 1, (1, 1), 1, 1, 1),
    ((20,), (5,), 3, 1, (2, 0), 1, 2, 3),
    ((19,), (4,), 2, 2, (3, 2), 2, 2, 4),
    ((11,), (3,), 5, 1, (0, 1), 1, 3, 20),
    ((12,), (1,), 1, 1, (0, 0), 1, 4, 3),
    ((9, 10), (3, 3), 1, 1, (1, 1), 1, 20, 18),  # in float32 by Winograd's transforms
    ((9, 8), (3, 3), 1, 1, (0, 2), 2, 32, 6),
    ((7, 9), (2, 4), 2, 1, (1, 2), 1, 3, 2),
    ((8, 6), (3, 2), 1, 2, (2, 1), 1, 1, 5),
]


def terms(size, kernel, stride, dilation, pads, outputs):
    """Return whether output o reads position i through tap k: booleans ``(o, k, i)``."""
    table = np.zeros((outputs, kernel, size))
    for o, k in product(range(outputs), range(kernel)):
        i = o * stride + k * dilation - pads[0]
        if 0 <= i < size:
            table[o, k, i] = 1
    return table


def reach(setting, outputs, x, w, dy):
    """Return where y, dx and dw are NaN if x, w and dy are NaN in these places (True)."""
    sizes, kernel, stride, dilation, pads, groups, channels, filters = setting
    axes = zip(sizes, kernel, outputs, strict=True)
    reads = [terms(n, k, stride, dilation, pads, o) for n, k, o in axes]
    o, k, i = ("ab", "ef", "ij") if len(sizes) == 2 else ("a", "e", "i")
    names = ",".join("".join(axis) for axis in zip(o, k, i, strict=True))

    def through(odd, axes, to):
        """Return where something odd, along these axes, reaches along others."""
        return np.einsum(f"{names},{axes}->{to}", *reads, odd.astype(float)) > 0.5

    y, dx, dw = (np.zeros(a.shape, bool) for a in (dy, x, w))
    depth, own = channels // groups, filters // groups
    for g in range(groups):
        c, f = np.s_[..., g * depth : (g + 1) * depth], np.s_[..., g * own : (g + 1) * own]
        y[f] = through(x[c].any(-1), f"n{i}", f"n{o}")[..., None]
        y[f] |= through(w[f].any(-2), f"{k}d", f"{o}d")
        dx[c] = through(dy[f].any(-1), f"n{o}", f"n{i}")[..., None]
        dx[c] |= through(w[f].any(-1), f"{k}d", f"{i}d")
        dw[f] = through(x[c].any(0), f"{i}d", f"{k}d")[..., None]
        dw[f] |= through(dy[f].any(0), f"{o}d", f"{k}d")[..., None, :]
    return y, dx, dw


@DTYPES
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_a_nan_reaches_what_it_is_a_term_of_in_every_gradient(setting, dtype):
    sizes, kernel, stride, dilation, pads, groups, channels, filters = setting
    options = {"stride": stride, "dilation": dilation, "groups": groups}
    options["padding"] = (pads,) * len(sizes)
    rng = np.random.default_rng(0)
    w_shape = (*kernel, channels // groups, filters)
    for _ in range(6):
        x, w = rng.standard_normal((2, *sizes, channels)), rng.standard_normal(w_shape)
        x, w = x.astype(dtype), w.astype(dtype)
        y, _ = F.conv(x, w, **options)
        dy = rng.standard_normal(y.shape).astype(dtype)
        for array in (x, w, dy):
            for _ in range(rng.integers(0, 2)):
                array[tuple(rng.integers(n) for n in array.shape)] = NAN
        want = reach(setting, y.shape[1:-1], *map(np.isnan, (x, w, dy)))
        y, cache = F.conv(x, w, **options)
        dx, dw, _ = F.conv_backward(dy, cache)
        for got, nan in zip((y, dx, dw), want, strict=True):
            np.testing.assert_array_equal(np.isnan(got), nan)
        cut = F.conv(x, w, activation="relu", **options)[0]
        np.testing.assert_array_equal(np.isnan(cut), want[0])
        extra = [
            (n - (o - 1) * stride - (k - 1) * dilation - 1 + sum(pads))
            for n, o, k in zip(sizes, y.shape[1:-1], kernel, strict=True)
        ]
        back, _ = F.conv_transpose(dy, w, output_padding=extra, **options)
        np.testing.assert_array_equal(np.isnan(back), want[1])


@DTYPES
def test_infinities_keep_their_sign_and_cancel_to_nan(dtype):
    x, w = np.ones((1, 9, 1), dtype), np.array([1, 2, -1], dtype).reshape(3, 1, 1)
    x[0, 4] = INF
    y, cache = F.conv(x, w, padding=1)
    assert y[0, 2:7, 0].tolist() == [2, -INF, INF, INF, 2]
    x[0, 5] = INF
    assert np.isnan(F.conv(x, w, padding=1)[0][0, 4:6, 0]).tolist() == [True, False]
    assert F.conv(x, w, padding=1, activation="relu")[0][0, 3, 0] == 0
    dy = np.ones((1, 9, 1), dtype)
    dy[0, 0] = -INF
    dx, dw, _ = F.conv_backward(dy, cache)
    assert dx[0, :3, 0].tolist() == [-INF, INF, 2]
    np.testing.assert_array_equal(dw.ravel(), [INF, NAN, NAN])


@DTYPES
@pytest.mark.parametrize("channels", [1, 3, 40])
def test_max_pool_passes_on_nan_and_takes_minus_infinity_for_a_number(channels, dtype):
    x = np.full((1, 6, channels), -INF, dtype)
    y, cache = F.max_pool(x, 3, stride=3, padding=1)
    assert (y == -INF).all()
    dx = F.max_pool_backward(np.ones_like(y), cache)
    assert dx[0, :, 0].tolist() == [1, 0, 1, 0, 0, 0]  # the first real position of each window
    np.testing.assert_array_equal(
        dx, F.reference.max_pool_backward(np.ones_like(y), x, 3, stride=3, padding=1)
    )
    x[0, :, 0] = [INF, 1, 2, NAN, 5, NAN]
    y, cache = F.max_pool(x, 3, stride=1)
    assert y[0, 0, 0] == INF
    assert np.isnan(y[0, 1:, 0]).all()
    dy = np.zeros_like(y)
    dy[0, :, 0] = [1, 10, 100, NAN]
    dx = F.max_pool_backward(dy, cache)[0, :, 0]
    assert dx[:3].tolist() == [1, 0, 0]
    assert np.isnan(dx[3])
    assert dx[4:].tolist() == [0, 0]


@DTYPES
@pytest.mark.parametrize("channels", [1, 3, 40])
def test_avg_pool_gives_a_nan_to_its_windows_alone(channels, dtype):
    x = np.ones((1, 12, channels), dtype)
    x[0, 5, 0], x[0, 9, 0] = NAN, INF
    y, cache = F.avg_pool(x, 3, stride=2, padding=1)
    np.testing.assert_array_equal(y[0, :, 0], [1, 1, NAN, NAN, INF, INF])
    assert (y[..., 1:] == 1).all()
    dy = np.ones_like(y)
    dy[0, 2, 0] = NAN
    dx = F.avg_pool_backward(dy, cache)
    assert np.flatnonzero(np.isnan(dx[0, :, 0])).tolist() == [3, 4, 5]
    assert np.isfinite(dx[..., 1:]).all()


@DTYPES
def test_batch_norm_keeps_a_nan_in_its_channel(dtype):
    rng = np.random.default_rng(0)
    for size in (4, 3000):  # by NumPy and by kernels
        x, ones, zeros = rng.standard_normal((size, 9)), np.ones(9), np.zeros(9)
        x, ones, zeros = x.astype(dtype), ones.astype(dtype), zeros.astype(dtype)
        x[1, 4], x[2, 6] = NAN, INF
        y, cache = F.batch_norm(x, ones, zeros, zeros, ones, training=True)
        dx, dgamma, dbeta = F.batch_norm_backward(np.ones_like(y), cache)
        others = [0, 1, 2, 3, 5, 7, 8]
        for result in (y, dx, dgamma, dbeta, cache.mean, cache.var):
            assert np.isfinite(result[..., others]).all()
        assert np.isnan(y[:, 4]).all()
        for activation in (None, "relu"):
            y, cache = F.batch_norm(x, ones, zeros, zeros, ones, activation=activation)
            assert np.flatnonzero(np.isnan(y)).tolist() == [1 * 9 + 4]
            assert np.flatnonzero(np.isinf(y)).tolist() == [2 * 9 + 6]
            dx, _, _ = F.batch_norm_backward(np.ones_like(y), cache, need=("x",))
            assert np.isfinite(dx).all()  # x is a constant factor's sign at most


@DTYPES
def test_batch_norm_of_numbers_whose_squares_are_too_large(dtype):
    x = np.random.default_rng(0).standard_normal((3000, 16)) * 1e25
    ones, zeros = np.ones(16, dtype), np.zeros(16, dtype)
    with np.errstate(over="ignore"):  # the running variance is too large for float32
        y, cache = F.batch_norm(x.astype(dtype), ones, zeros, zeros, ones, training=True)
    np.testing.assert_allclose(y.std(axis=0), 1, rtol=1e-3)
    assert np.isfinite(F.batch_norm_backward(y, cache)[0]).all()


@DTYPES
def test_sums_over_positions_stay_in_their_channel(dtype):
    dy = np.ones((2, 3000, 9), dtype)
    dy[0, 0, 3] = NAN
    _, cache = F.conv(dy, np.ones((1, 9, 9), dtype), np.ones(9, dtype))
    db = F.conv_backward(dy, cache, need=("b",))[2]
    assert np.flatnonzero(np.isnan(db)).tolist() == [3]
    dy[0, 0, 3] = INF
    assert np.flatnonzero(np.isinf(F.conv_backward(dy, cache, need=("b",))[2])).tolist() == [3]


@DTYPES
def test_dense_gives_a_nan_to_its_row_and_its_column(dtype):
    rng = np.random.default_rng(0)
    for rows in (5, 900):
        x, w = rng.standard_normal((rows, 70)).astype(dtype), np.ones((70, 40), dtype)
        x[2, 7] = NAN
        y, cache = F.dense(x, w)
        assert np.isnan(y).all(axis=1).tolist() == (np.arange(rows) == 2).tolist()
        assert np.isnan(y).any(axis=1).sum() == 1
        dx, dw, _ = F.dense_backward(np.ones_like(y), cache)
        assert np.isfinite(dx).all()
        assert np.flatnonzero(np.isnan(dw).any(axis=1)).tolist() == [7]


@DTYPES
def test_softmax_at_the_ends(dtype):
    x = np.array([[0, -INF, 0], [-INF, -INF, 3], [1, NAN, 2], [1, INF, 2], [-INF] * 3], dtype)
    y, cache = F.softmax(x)
    assert y[:2].tolist() == [[0.5, 0, 0.5], [0, 0, 1]]
    assert np.isnan(y[2:]).all()
    dx = F.softmax_backward(np.ones_like(x), cache)
    assert not dx[:2].any()
    largest = np.finfo(dtype).max
    y, _ = F.softmax(np.array([[largest, -largest, largest]], dtype))
    assert y.tolist() == [[0.5, 0, 0.5]]


def test_l2_normalize_of_zeros_and_of_the_largest_numbers():
    for value, want in ((0, 0), (1e-30, 0), (3e38, 0.5**0.5), (-3e38, -(0.5**0.5))):
        x = np.full((1, 2), value, np.float32)
        y, cache = F.l2_normalize(x)
        np.testing.assert_allclose(y, want, rtol=1e-6, atol=1e-20)
        assert np.isfinite(F.l2_normalize_backward(np.ones_like(x), cache)).all()
    x = np.ones((3, 2), np.float32)
    x[1, 0] = NAN
    assert np.isnan(F.l2_normalize(x)[0]).any(axis=1).tolist() == [False, True, False]


def test_dropout_silences_whatever_there_is():
    x = np.full(1000, INF, np.float32)
    x[::2] = NAN
    y, cache = F.dropout(x, 0.5, np.random.default_rng(0))
    silent = cache.mask == 0
    assert 0 < silent.sum() < 1000
    assert not y[silent].any()
    assert not np.isfinite(y[~silent]).any()
    assert not F.dropout_backward(x, cache)[silent].any()


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "sigmoid", "tanh"])
def test_activations_at_the_ends(name):
    x = np.array([-INF, -3e38, -1e-45, 0, 1e-45, 3e38, INF, NAN] * 9, np.float32)
    y, cache = getattr(F, name)(x)
    ends = {
        "relu": [0, 0, 0, 3e38, INF],
        "leaky_relu": [-INF, -3e36, 0, 3e38, INF],
        "sigmoid": [0, 0, 0.5, 1, 1],
        "tanh": [-1, -1, 0, 1, 1],
    }
    np.testing.assert_allclose(y[[0, 1, 3, 5, 6]], ends[name], rtol=1e-6)
    assert np.isnan(y).tolist() == np.isnan(x).tolist()
    dx = getattr(F, f"{name}_backward")(np.ones_like(x), cache)
    assert np.isfinite(dx[~np.isnan(x)]).all()
