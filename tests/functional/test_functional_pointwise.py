"""Activations, dense, affine, norms, dropout, flatten: SciPy, properties, central differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

import minidl.functional as F
from tests.functional.properties import all_close, assert_gradients, call_twice, same_bits
from tests.functional.window_settings import lay_out, layouts, seeds
from tests.generated import repeatable

RANKS = pytest.mark.parametrize("rank", (0, 1, 2, 3))


@st.composite
def inputs(draw, rank: int, channels: int = 1):
    """Draw an input ``(N, *S, C)`` (N may be 0, axes may be 1 long) and a dy like it."""
    sizes = [draw(st.integers(1, 3)) for _ in range(rank)]
    shape = (draw(st.integers(0, 3)), *sizes, draw(st.integers(channels, 3)))
    rng = np.random.default_rng(draw(seeds))
    layout = draw(layouts)
    return lay_out(rng.standard_normal(shape), layout), lay_out(rng.standard_normal(shape), layout)


def away_from_zero(x: np.ndarray) -> np.ndarray:
    """Keep every number at least 0.1 away from the kink at 0."""
    return x + 0.1 * np.where(x > 0, 1.0, -1.0)


POINTWISE = {
    "relu": (F.relu, F.relu_backward, lambda x: np.maximum(x, 0)),
    "leaky_relu": (
        lambda x: F.leaky_relu(x, 0.3),
        F.leaky_relu_backward,
        lambda x: np.where(x > 0, x, 0.3 * x),
    ),
    "sigmoid": (F.sigmoid, F.sigmoid_backward, special.expit),
    "tanh": (F.tanh, F.tanh_backward, np.tanh),
    "softmax": (F.softmax, F.softmax_backward, lambda x: special.softmax(x, axis=-1)),
    "l2_normalize": (
        F.l2_normalize,
        F.l2_normalize_backward,
        lambda x: x / np.sqrt((x**2).sum(axis=-1, keepdims=True) + 1e-12),
    ),
    "flatten": (
        F.flatten,
        F.flatten_backward,
        lambda x: np.array([row.ravel() for row in x]).reshape(len(x), int(np.prod(x.shape[1:]))),
    ),
}


@RANKS
@pytest.mark.parametrize("name", POINTWISE)
def test_operations_of_one_argument(name, rank):
    forward, backward, formula = POINTWISE[name]
    channels = 2 if name == "l2_normalize" else 1  # one number alone becomes ±1: no gradient

    @repeatable(20)
    @given(inputs(rank, channels))
    def check(drawn):
        x, dy = away_from_zero(drawn[0]), drawn[1]
        y, dx, sent = call_twice(forward, backward, [x], lambda shape: dy.reshape(shape))
        all_close(y, formula(x), 1e-12)
        assert_gradients(lambda x: forward(x)[0], {"x": x}, {"x": dx}, sent)
        narrow, cache = forward(x.astype(np.float32))
        back = backward(sent.astype(np.float32), cache)
        assert narrow.dtype == back.dtype == np.float32
        if x.size:
            assert np.abs(narrow - y).max() <= 2e-6 * max(1, np.abs(y).max())
            assert np.abs(back - dx).max() <= 2e-5 * max(1, np.abs(dx).max())

    check()


@RANKS
def test_dense(rank):
    @repeatable(25)
    @given(inputs(rank), st.integers(1, 4), st.booleans())
    def check(drawn, units, bias):
        x, _ = drawn
        rng = np.random.default_rng(units)
        w = rng.standard_normal((x.shape[-1], units))
        b = rng.standard_normal(units) if bias else None
        y, (dx, dw, db), dy = call_twice(
            F.dense, F.dense_backward, [x, w, b], lambda s: rng.standard_normal(s)
        )
        all_close(y, np.einsum("...d,df->...f", x, w) + (0 if b is None else b), 1e-12)
        arrays, gradients = {"x": x, "w": w}, {"x": dx, "w": dw}
        if bias:
            arrays["b"], gradients["b"] = b, db
        assert_gradients(lambda x, w, b=None: F.dense(x, w, b)[0], arrays, gradients, dy)
        narrow, _ = F.dense(*(None if a is None else a.astype(np.float32) for a in (x, w, b)))
        assert narrow.dtype == np.float32

    check()


@RANKS
def test_affine(rank):
    @repeatable(25)
    @given(inputs(rank))
    def check(drawn):
        x, dy = drawn
        gamma, beta = np.random.default_rng(0).standard_normal((2, x.shape[-1]))
        y, gradients, _ = call_twice(F.affine, F.affine_backward, [x, gamma, beta], lambda s: dy)
        all_close(y, gamma * x + beta, 1e-12)
        arrays = {"x": x, "gamma": gamma, "beta": beta}
        assert_gradients(
            lambda **a: F.affine(**a)[0], arrays, dict(zip(arrays, gradients, strict=True)), dy
        )

    check()


@RANKS
@pytest.mark.parametrize("training", (False, True))
def test_batch_norm(rank, training):
    @repeatable(25)
    @given(inputs(rank))
    def check(drawn):
        x, dy = drawn
        axes = tuple(range(rank + 1))
        rng = np.random.default_rng(0)
        gamma, beta, mean = rng.standard_normal((3, x.shape[-1]))
        var = rng.uniform(0.5, 2, x.shape[-1])
        settings = {"training": training, "momentum": 0.8, "epsilon": 1e-3}

        def forward(x, gamma, beta, mean, var):
            return F.batch_norm(x, gamma, beta, mean, var, **settings)

        arrays = {"x": x, "gamma": gamma, "beta": beta, "mean": mean, "var": var}
        y, gradients, _ = call_twice(
            forward, F.batch_norm_backward, list(arrays.values()), lambda s: dy
        )
        _, cache = forward(**arrays)
        mu, sigma2 = (x.mean(axis=axes), x.var(axis=axes)) if training and x.size else (mean, var)
        all_close(y, gamma * (x - mu) / np.sqrt(sigma2 + 1e-3) + beta, 1e-11)
        if training and x.size:
            all_close(cache.mean, 0.8 * mean + 0.2 * mu, 1e-12)
            all_close(cache.var, 0.8 * var + 0.2 * sigma2, 1e-12)
        else:
            same_bits(cache.mean, mean)
            same_bits(cache.var, var)
        named = dict(zip(("x", "gamma", "beta"), gradients, strict=True))
        assert_gradients(lambda **a: forward(**a)[0], arrays, named, dy)
        narrow, _ = forward(*(a.astype(np.float32) for a in arrays.values()))
        assert narrow.dtype == np.float32

    check()


@pytest.mark.parametrize("training", (False, True))
def test_batch_norm_leaves_out_the_gradients_that_nobody_needs(training):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 4, 3))
    args = rng.uniform(0.5, 2, (4, 3))
    _, cache = F.batch_norm(x, *args, training=training)
    every = F.batch_norm_backward(dy, cache)
    for need in ((), "x", ("gamma",), ["beta", "x"], {"x", "gamma", "beta"}):
        for name, got, want in zip(
            ("x", "gamma", "beta"), F.batch_norm_backward(dy, cache, need), every, strict=True
        ):
            same_bits(got, want if name in need else None)


@pytest.mark.parametrize("training", (False, True))
@pytest.mark.parametrize("shape", [(4, 3), (6, 50, 40, 16), (0, 3)])
def test_batch_norm_with_a_relu_is_both_one_after_the_other(shape, training):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, *shape))
    args = rng.uniform(0.5, 2, (4, shape[-1]))
    y, cache = F.batch_norm(x, *args, training=training, activation="relu")
    plain, plain_cache = F.batch_norm(x, *args, training=training)
    clipped, relu_cache = F.relu(plain)
    same_bits(y, clipped)
    every = F.batch_norm_backward(F.relu_backward(dy, relu_cache), plain_cache)
    names = ("x", "gamma", "beta")
    for need in (names, ("x",), ("beta",), ()):
        for name, got, want in zip(
            names, F.batch_norm_backward(dy, cache, need), every, strict=True
        ):
            if name in need:
                all_close(got, want, 1e-12)
            else:
                assert got is None


def test_batch_norm_of_a_long_batch_in_float32_has_mean_0_and_variance_1():
    """Sums over 100,000 positions keep their digits, also far from zero."""
    x = np.random.default_rng(0).normal(50, 2, (100_000, 3)).astype(np.float32)
    one, zero = np.ones(3, np.float32), np.zeros(3, np.float32)
    y, _ = F.batch_norm(x, one, zero, zero, one, training=True)
    assert np.abs(y.mean(axis=0, dtype=np.float64)).max() < 1e-4
    assert np.abs(y.var(axis=0, dtype=np.float64) - 1).max() < 1e-4


def test_batch_norm_of_float32_values_far_from_zero_is_as_good_as_the_values():
    """With mean 1e4 and deviation 1, forward and backward agree with float64 on the same values."""
    rng = np.random.default_rng(0)
    x = rng.normal(1e4, 1, (5_000, 20)).astype(np.float32)
    dy = rng.standard_normal(x.shape, dtype=np.float32)
    vectors = rng.uniform(0.5, 2, (4, 20)).astype(np.float32)
    results = []
    for dtype in (np.float32, np.float64):
        y, cache = F.batch_norm(x.astype(dtype), *vectors.astype(dtype), training=True)
        results.append((y, *F.batch_norm_backward(dy.astype(dtype), cache)))
    for narrow, wide in zip(*results, strict=True):
        assert narrow.dtype == np.float32
        assert np.abs(narrow - wide).max() < 1e-5 * np.abs(wide).max()


@RANKS
def test_dropout(rank):
    @repeatable(20)
    @given(inputs(rank), st.sampled_from((0.0, 0.25, 0.9)))
    def check(drawn, rate):
        x, dy = drawn
        y, dx, _ = call_twice(
            lambda x: F.dropout(x, rate, np.random.default_rng(1)),
            F.dropout_backward,
            [x],
            lambda s: dy,
        )
        kept = (y != 0) | (x == 0)
        all_close(y, np.where(kept, x / (1 - rate), 0), 1e-12)
        all_close(dx, np.where(kept, dy / (1 - rate), 0), 1e-12)

        def forward(x):
            return F.dropout(x, rate, np.random.default_rng(1))[0]

        assert_gradients(forward, {"x": x}, {"x": dx}, dy)

    check()


@pytest.mark.parametrize("rate", (0.1, 0.5, 0.8))
def test_dropout_keeps_the_expected_value_and_silences_the_right_share(rate):
    y, _ = F.dropout(np.ones(200_000), rate, np.random.default_rng(0))
    silenced = (y == 0).sum()
    assert stats.binomtest(int(silenced), y.size, rate).pvalue > 1e-4
    assert abs(y.mean() - 1) < 5 * np.sqrt(rate / (1 - rate) / y.size)


def test_softmax_and_sigmoid_survive_any_size():
    big = np.float32(3e38)
    x = np.array([[big, -big, 0], [-big, -big, -big], [1000, 1001, 999]], np.float32)
    with np.errstate(all="raise", under="ignore"):
        y, _ = F.softmax(x)
        s, _ = F.sigmoid(np.array([-1e4, 0, 1e4]))
    assert np.allclose(y.sum(axis=-1), 1)
    assert y[0].tolist() == [1, 0, 0]
    assert s.tolist() == [0, 0.5, 1]


def test_relu_and_leaky_relu_at_infinity_and_nan():
    x = np.array([-np.inf, -1, 0, 1, np.inf, np.nan])
    assert np.array_equal(F.relu(x)[0], [0, 0, 0, 1, np.inf, np.nan], equal_nan=True)
    y, _ = F.leaky_relu(x, 0.5)
    assert np.array_equal(y, [-np.inf, -0.5, 0, 1, np.inf, np.nan], equal_nan=True)
    assert F.leaky_relu(np.array([np.inf]), 0)[0] == np.inf


def test_the_kinks_derivative_at_zero_is_the_left_one():
    zero, one = np.zeros(1), np.ones(1)
    assert F.relu_backward(one, F.relu(zero)[1]) == 0
    assert F.leaky_relu_backward(one, F.leaky_relu(zero, 0.3)[1]) == 0.3


@pytest.mark.parametrize("size", (1e-3, 1.0, 1e20, 1e37))
def test_l2_normalize_gives_unit_vectors_of_any_length(size):
    x = (np.random.default_rng(0).standard_normal((5, 7)) * size).astype(np.float32)
    with np.errstate(all="raise"):
        y, _ = F.l2_normalize(x)
    assert np.abs(np.sqrt((y.astype(np.float64) ** 2).sum(axis=-1)) - 1).max() < 1e-6


def test_l2_normalize_of_zero_is_zero_with_a_finite_gradient():
    y, cache = F.l2_normalize(np.zeros((2, 3)))
    assert (y == 0).all()
    assert np.isfinite(F.l2_normalize_backward(np.ones((2, 3)), cache)).all()


def test_squared_distances_of_unit_vectors_are_2_minus_2_cosines():
    a, b = (F.l2_normalize(v)[0] for v in np.random.default_rng(0).standard_normal((2, 50, 8)))
    d2 = ((a - b) ** 2).sum(axis=-1)
    all_close(d2, 2 - 2 * (a * b).sum(axis=-1), 1e-9)
    assert ((d2 >= 0) & (d2 <= 4)).all()
