"""F.conv against SciPy, the reference and central differences, over generated settings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minidl.functional as F
from tests.functional.independent import scipy_conv
from tests.functional.properties import all_close, assert_gradients, call_twice, same_bits
from tests.functional.window_settings import convolutions
from tests.generated import repeatable

RANKS = pytest.mark.parametrize("rank", (1, 2, 3))


def run(setting, dtype=np.float64):
    """Return (arrays, y, gradients, dy) with everything that call_twice holds."""
    arrays = setting.arrays(dtype)
    y, gradients, dy = call_twice(
        lambda x, w, b: F.conv(x, w, b, **setting.options),
        F.conv_backward,
        list(arrays),
        lambda shape: setting.gradient(shape, dtype),
    )
    return arrays, y, gradients, dy


@RANKS
def test_agrees_with_scipy_the_reference_and_central_differences(rank):
    @repeatable(40)
    @given(convolutions(rank))
    def check(setting):
        (x, w, b), y, (dx, dw, db), dy = run(setting)
        all_close(y, scipy_conv(x, w, b, setting.options))
        all_close(y, F.reference.conv(x, w, b, **setting.options))
        want = F.reference.conv_backward(dy, x, w, **setting.options)
        all_close(dx, want[0])
        all_close(dw, want[1])
        assert (db is None) == (b is None)
        arrays, gradients = {"x": x, "w": w}, {"x": dx, "w": dw}
        if b is not None:
            all_close(db, want[2])
            arrays["b"], gradients["b"] = b, db
        assert_gradients(
            lambda x, w, b=None: F.conv(x, w, b, **setting.options)[0], arrays, gradients, dy
        )

    check()


@RANKS
def test_float32_stays_within_the_bound(rank):
    """|y32 − y64| ≤ 2e-5·Σ|x|·|w|: a few rounding errors of each of up to a hundred products."""

    @repeatable(25)
    @given(convolutions(rank))
    def check(setting):
        (x, w, b), y, (dx, dw, _), dy = run(setting, np.float32)
        wide = [None if a is None else a.astype(np.float64) for a in (x, w, b, dy)]
        exact, cache = F.conv(*wide[:3], **setting.options)
        exact_dx, exact_dw, _ = F.conv_backward(wide[3], cache)
        size = [None if a is None else np.abs(a) for a in wide]
        most, cache = F.conv(*size[:3], **setting.options)
        most_dx, most_dw, _ = F.conv_backward(size[3], cache)
        for got, want, bound in (
            (y, exact, most),
            (dx, exact_dx, most_dx),
            (dw, exact_dw, most_dw),
        ):
            assert (np.abs(got - want) <= 2e-5 * bound + 1e-30).all()

    check()


@RANKS
def test_is_linear_in_input_and_kernel(rank):
    @repeatable(20)
    @given(convolutions(rank))
    def check(setting):
        x, w, _ = setting.arrays()
        x2, w2, _ = (type(setting)(**{**vars(setting), "seed": setting.seed + 1})).arrays()

        def conv(x, w):
            return F.conv(x, w, **setting.options)[0]

        all_close(conv(2 * x - 3 * x2, w), 2 * conv(x, w) - 3 * conv(x2, w), 1e-11)
        all_close(conv(x, 2 * w - 3 * w2), 2 * conv(x, w) - 3 * conv(x, w2), 1e-11)

    check()


@RANKS
def test_a_shifted_input_gives_a_shifted_output(rank):
    @repeatable(20)
    @given(convolutions(rank), st.integers(1, 2))
    def check(setting, outputs):
        options = setting.options | {"padding": "valid"}
        stride = np.broadcast_to(options["stride"], rank)
        extent = (np.array(setting.w[:-2]) - 1) * options["dilation"] + 1
        rng = np.random.default_rng(setting.seed)
        x = rng.standard_normal((2, *(extent + 3 * stride), setting.x[-1]))
        w = setting.arrays()[1]
        later = (slice(None), *(slice(int(s * outputs), None) for s in stride))
        y, _ = F.conv(x, w, **options)
        shifted, _ = F.conv(x[later], w, **options)
        all_close(shifted, y[(slice(None), *(slice(outputs, None),) * rank)], 1e-12)

    check()


@RANKS
def test_groups_are_separate_convolutions_joined(rank):
    @repeatable(20)
    @given(convolutions(rank))
    def check(setting):
        x, w, b = setting.arrays()
        groups = setting.options["groups"]
        one = setting.options | {"groups": 1}
        depth, filters = w.shape[-2], w.shape[-1] // groups
        parts = []
        for g in range(groups):
            f = slice(g * filters, (g + 1) * filters)
            part = (x[..., g * depth : (g + 1) * depth], w[..., f], None if b is None else b[f])
            parts.append(F.conv(*part, **one)[0])
        all_close(F.conv(x, w, b, **setting.options)[0], np.concatenate(parts, axis=-1), 1e-12)

    check()


@RANKS
def test_a_batch_is_its_examples_one_by_one(rank):
    @repeatable(15)
    @given(convolutions(rank))
    def check(setting):
        x, w, b = setting.arrays()
        y, _ = F.conv(x, w, b, **setting.options)
        for n in range(len(x)):
            all_close(F.conv(x[n : n + 1], w, b, **setting.options)[0], y[n : n + 1], 1e-12)

    check()


@RANKS
def test_relu_in_the_same_pass_is_relu_afterwards(rank):
    @repeatable(20)
    @given(convolutions(rank))
    def check(setting):
        x, w, b = setting.arrays()
        y, cache = F.conv(x, w, b, activation="relu", **setting.options)
        plain, plain_cache = F.conv(x, w, b, **setting.options)
        cut, relu_cache = F.relu(plain)
        all_close(y, cut, 1e-12)
        dy = setting.gradient(y.shape)
        got = F.conv_backward(dy, cache)
        want = F.conv_backward(F.relu_backward(dy, relu_cache), plain_cache)
        for a, e in zip(got, want, strict=True):
            assert (a is None) == (e is None)
            if a is not None:
                all_close(a, e, 1e-12)

    check()


@RANKS
def test_need_leaves_out_the_rest_and_changes_nothing(rank):
    @repeatable(15)
    @given(convolutions(rank), st.sets(st.sampled_from("xwb")))
    def check(setting, need):
        x, w, b = setting.arrays()
        y, cache = F.conv(x, w, b, **setting.options)
        dy = setting.gradient(y.shape)
        every = F.conv_backward(dy, cache)
        some = F.conv_backward(dy, cache, need=need)
        for name, got, want in zip("xwb", some, every, strict=True):
            same_bits(got, want if name in need else None)

    check()


def test_a_convolution_that_can_be_checked_by_hand():
    x = np.array([1.0, 2, 3, 4]).reshape(1, 4, 1)
    w = np.array([1.0, 10]).reshape(2, 1, 1)
    b = np.array([0.5])
    y, cache = F.conv(x, w, b)
    assert y.ravel().tolist() == [21.5, 32.5, 43.5]  # the kernel is not flipped
    dx, dw, db = F.conv_backward(np.array([1.0, 2, 3]).reshape(1, 3, 1), cache)
    assert dx.ravel().tolist() == [1, 12, 23, 30]
    assert dw.ravel().tolist() == [1 + 4 + 9, 2 + 6 + 12]
    assert db.tolist() == [6]


def test_the_lectures_sizes():
    """14 ∗ 5 → 10 × 16 → 6 × 32 on one axis, and the same on three."""
    for rank in (1, 3):
        x = np.zeros((1, *(14,) * rank, 1), np.float32)
        first, _ = F.conv(x, np.zeros((*(5,) * rank, 1, 16), np.float32))
        assert first.shape == (1, *(10,) * rank, 16)
        second, _ = F.conv(first, np.zeros((*(5,) * rank, 16, 32), np.float32))
        assert second.shape == (1, *(6,) * rank, 32)


@pytest.mark.parametrize(("rank", "size"), ((1, 40), (2, 20), (3, 9)))
@pytest.mark.parametrize("taps", (1, 3, 5))
@pytest.mark.parametrize("stride", (1, 2))
def test_ordinary_layers_in_both_dtypes(rank, size, taps, stride):
    """Sizes at which kernels take fast paths: float64 to 1e-10, float32 to 2e-4 of the RMS."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, *(size,) * rank, 16))
    w = rng.standard_normal((*(taps,) * rank, 16, 24)) / 10
    b = rng.standard_normal(24)
    settings = {"stride": stride, "padding": "same"}
    y, cache = F.conv(x, w, b, **settings)
    dy = rng.standard_normal(y.shape)
    want = (
        F.reference.conv(x, w, b, **settings),
        *F.reference.conv_backward(dy, x, w, **settings),
    )
    for got, exact in zip((y, *F.conv_backward(dy, cache)), want, strict=True):
        all_close(got, exact, 1e-10)
    narrow, cache = F.conv(*(a.astype(np.float32) for a in (x, w, b)), **settings)
    results = (narrow, *F.conv_backward(dy.astype(np.float32), cache))
    for got, exact in zip(results, want, strict=True):
        assert got.dtype == np.float32
        assert np.abs(got - exact).max() <= 2e-4 * np.sqrt((exact**2).mean())
