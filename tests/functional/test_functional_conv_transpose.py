"""F.conv_transpose against SciPy, the reference, central differences, and as conv's adjoint."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minidl.functional as F
from tests.functional.independent import scipy_conv_transpose
from tests.functional.properties import all_close, assert_gradients, call_twice, same_bits
from tests.functional.window_settings import convolutions, per_axis, transposed
from tests.generated import repeatable

RANKS = pytest.mark.parametrize("rank", (1, 2, 3))


def run(setting, dtype=np.float64):
    """Return (arrays, y, gradients, dy) with everything that call_twice holds."""
    arrays = setting.arrays(dtype)
    y, gradients, dy = call_twice(
        lambda x, w, b: F.conv_transpose(x, w, b, **setting.options),
        F.conv_transpose_backward,
        list(arrays),
        lambda shape: setting.gradient(shape, dtype),
    )
    return arrays, y, gradients, dy


@RANKS
def test_agrees_with_scipy_the_reference_and_central_differences(rank):
    @repeatable(40)
    @given(transposed(rank))
    def check(setting):
        (x, w, b), y, (dx, dw, db), dy = run(setting)
        all_close(y, scipy_conv_transpose(x, w, b, setting.options))
        all_close(y, F.reference.conv_transpose(x, w, b, **setting.options))
        want = F.reference.conv_transpose_backward(dy, x, w, **setting.options)
        all_close(dx, want[0])
        all_close(dw, want[1])
        assert (db is None) == (b is None)
        arrays, gradients = {"x": x, "w": w}, {"x": dx, "w": dw}
        if b is not None:
            all_close(db, want[2])
            arrays["b"], gradients["b"] = b, db

        def forward(x, w, b=None):
            return F.conv_transpose(x, w, b, **setting.options)[0]

        assert_gradients(forward, arrays, gradients, dy)

    check()


@RANKS
def test_is_the_adjoint_of_conv(rank):
    """⟨conv(x, w), y⟩ = ⟨x, conv_transpose(y, w)⟩, for every padding, stride, dilation, group."""

    @repeatable(25)
    @given(convolutions(rank))
    def check(setting):
        x, w, _ = setting.arrays()
        y, _ = F.conv(x, w, **setting.options)
        other = setting.gradient(y.shape)
        padding, extra = [], []
        for a, n, o in zip(
            per_axis(setting.options, setting.w[:-2]), x.shape[1:-1], y.shape[1:-1], strict=True
        ):
            named = a.padding == "causal" or (a.padding == "same" and n == o * a.stride)
            padding.append(a.padding if named else a.pads(n))
            settled = named and a.padding == "same"
            left = n - ((o - 1) * a.stride + a.extent - sum(a.pads(n)))
            extra.append(0 if settled else left)
        options = setting.options | {"padding": padding, "output_padding": extra}
        back, _ = F.conv_transpose(other, w, **options)
        assert back.shape == x.shape
        scale = 1 + np.abs(y * other).sum()
        assert abs((y * other).sum() - (x * back).sum()) <= 1e-12 * scale

    check()


@RANKS
def test_float32_stays_within_the_bound(rank):
    """|y32 − y64| ≤ 2e-5·Σ|x|·|w|, as for conv."""

    @repeatable(25)
    @given(transposed(rank))
    def check(setting):
        (x, w, b), y, (dx, dw, _), dy = run(setting, np.float32)
        wide = [None if a is None else a.astype(np.float64) for a in (x, w, b, dy)]
        exact, cache = F.conv_transpose(*wide[:3], **setting.options)
        exact_dx, exact_dw, _ = F.conv_transpose_backward(wide[3], cache)
        size = [None if a is None else np.abs(a) for a in wide]
        most, cache = F.conv_transpose(*size[:3], **setting.options)
        most_dx, most_dw, _ = F.conv_transpose_backward(size[3], cache)
        for got, want, bound in (
            (y, exact, most),
            (dx, exact_dx, most_dx),
            (dw, exact_dw, most_dw),
        ):
            assert (np.abs(got - want) <= 2e-5 * bound + 1e-30).all()

    check()


@RANKS
def test_groups_are_separate_transposed_convolutions_joined(rank):
    @repeatable(20)
    @given(transposed(rank))
    def check(setting):
        x, w, b = setting.arrays()
        groups = setting.options["groups"]
        one = setting.options | {"groups": 1}
        depth, filters = w.shape[-2], w.shape[-1] // groups
        parts = []
        for g in range(groups):
            f = slice(g * filters, (g + 1) * filters)
            bias = None if b is None else b[g * depth : (g + 1) * depth]
            parts.append(F.conv_transpose(x[..., f], w[..., f], bias, **one)[0])
        y, _ = F.conv_transpose(x, w, b, **setting.options)
        all_close(y, np.concatenate(parts, axis=-1), 1e-12)

    check()


@RANKS
def test_need_leaves_out_the_rest_and_changes_nothing(rank):
    @repeatable(15)
    @given(transposed(rank), st.sets(st.sampled_from("xwb")))
    def check(setting, need):
        y, cache = F.conv_transpose(*setting.arrays(), **setting.options)
        dy = setting.gradient(y.shape)
        every = F.conv_transpose_backward(dy, cache)
        some = F.conv_transpose_backward(dy, cache, need=need)
        for name, got, want in zip("xwb", some, every, strict=True):
            same_bits(got, want if name in need else None)

    check()


def test_a_transposed_convolution_that_can_be_checked_by_hand():
    x = np.array([1.0, 2, 3]).reshape(1, 3, 1)
    w = np.array([1.0, 10, 100]).reshape(3, 1, 1)
    y, _ = F.conv_transpose(x, w, np.array([0.5]), stride=2)
    assert y.ravel().tolist() == [1.5, 10.5, 102.5, 20.5, 203.5, 30.5, 300.5]


@pytest.mark.parametrize("stride", (1, 2, 3, 4))
@pytest.mark.parametrize("taps", (1, 2, 3, 5))
@pytest.mark.parametrize("padding", ("same", ["same", "same"], ("same", "valid"), np.array([0, 0])))
def test_same_multiplies_the_size_by_the_stride_axis_by_axis(stride, taps, padding):
    x, w = np.ones((1, 4, 5, 2)), np.ones((taps, taps, 3, 2))
    y, _ = F.conv_transpose(x, w, stride=stride, padding=padding)
    valid = [(n - 1) * stride + taps for n in (4, 5)]
    names = [padding] * 2 if isinstance(padding, str) else list(padding)
    grown = [n * stride for n in (4, 5)]
    want = [g if p == "same" else v for g, v, p in zip(grown, valid, names, strict=True)]
    assert list(y.shape[1:-1]) == want
    back, _ = F.conv(y, w, stride=stride, padding=padding)
    assert back.shape == x.shape
