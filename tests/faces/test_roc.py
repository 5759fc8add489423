import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import binomtest, mannwhitneyu, norm

from minidl.faces import best_threshold, equal_error_rate, interval, roc

D = np.array([0.1, 0.2, 0.4, 0.3, 0.6, 0.9])
SAME = np.array([1, 1, 1, 0, 0, 0], bool)


def drawn(seed, n=40):
    rng = np.random.default_rng(seed)
    same = np.arange(n) < n // 2
    return np.round(rng.normal(np.where(same, 1, 2), 0.7), 1), same  # rounded: ties


@given(st.integers(0, 100))
def test_rates_are_counts_at_every_threshold(seed):
    d, same = drawn(seed)
    curve = roc(d, same)
    for tau, true, false in zip(
        curve.thresholds, curve.true_accept, curve.false_accept, strict=True
    ):
        assert true == np.mean(d[same] < tau) and false == np.mean(d[~same] < tau)
    assert curve.true_accept[0] == curve.false_accept[0] == 0
    assert curve.true_accept[-1] == curve.false_accept[-1] == 1


@given(st.integers(0, 100))
def test_area_is_how_often_a_same_pair_is_closer(seed):
    d, same = drawn(seed)
    u, curve = mannwhitneyu(d[~same], d[same]).statistic, roc(d, same)
    area = np.trapezoid(curve.true_accept, curve.false_accept)
    assert_allclose(area, u / (same.sum() * (~same).sum()))


@given(st.integers(0, 100))
def test_equal_error_lies_between_the_rates_on_both_sides_of_its_threshold(seed):
    d, same = drawn(seed)
    rate, tau = roc(d, same).equal_error()
    values = np.append(np.unique(d), np.inf)
    below, above = values[values <= tau].max(), values[values > tau].min()
    assert np.mean(d[~same] < below) - 1e-12 <= rate <= np.mean(d[same] >= below) + 1e-12
    assert np.mean(d[same] >= above) - 1e-12 <= rate <= np.mean(d[~same] < above) + 1e-12


def test_equal_error_of_known_distributions():
    assert equal_error_rate(D, SAME) == pytest.approx(1 / 3)
    assert equal_error_rate(np.array([0.1, 0.2, 0.8, 0.9]), np.array([1, 1, 0, 0])) == 0
    assert equal_error_rate(np.array([0.8, 0.9, 0.1, 0.2]), np.array([1, 1, 0, 0])) == 1
    assert equal_error_rate(np.ones(8), np.arange(8) < 4) == 0.5  # nothing to tell them by
    rng = np.random.default_rng(0)
    same = np.arange(200_000) < 100_000
    d = rng.normal(np.where(same, 0, 2), 1)
    assert equal_error_rate(d, same) == pytest.approx(norm.cdf(-1), abs=0.003)


def test_accept_rate_at_a_false_accept_rate():
    curve = roc(D, SAME)
    none, third, every = (curve.at_false_accept(rate) for rate in (0.0, 0.34, 1.0))
    assert none.false_accept == 0 and none.true_accept == pytest.approx(2 / 3)
    assert none.threshold == 0.3  # d < 0.3 accepts 0.1 and 0.2
    assert third.false_accept == pytest.approx(1 / 3) and third.true_accept == 1
    assert every.true_accept == every.false_accept == 1
    low, high = none.true_accept_interval
    assert low < 2 / 3 < high
    assert none.false_accept_interval[1] == pytest.approx(1 - 0.025 ** (1 / 3))  # none of three


@given(st.integers(0, 100))
def test_best_threshold_is_as_good_as_any(seed):
    d, same = drawn(seed)
    tau = best_threshold(d, same)
    right = max(np.mean((d < t) == same) for t in [*np.unique(d), np.inf])
    assert np.mean((d < tau) == same) == right


def test_best_threshold_lies_in_the_middle_of_the_gap():
    assert best_threshold(np.array([0.1, 0.2, 0.8]), np.array([1, 1, 0])) == pytest.approx(0.5)


@given(st.integers(1, 200), st.floats(0, 1), st.sampled_from([0.5, 0.95, 0.999]))
def test_interval_is_clopper_and_pearsons(n, share, confidence):
    k = round(share * n)
    expected = binomtest(k, n).proportion_ci(confidence, method="exact")
    assert_allclose(interval(k, n, confidence), expected, atol=1e-9)


def test_interval_of_none_and_of_all():
    assert interval(0, 10)[0] == 0 and interval(10, 10)[1] == 1
    with pytest.raises(ValueError, match="successes must be at most 10, got 11"):
        interval(11, 10)


def test_what_has_no_error_rates_is_refused():
    with pytest.raises(ValueError, match="got 2 and 0"):
        roc(np.array([0.1, 0.2]), np.array([1, 1]))
    with pytest.raises(ValueError, match="NaN"):
        roc(np.array([0.1, np.nan]), np.array([1, 0]))
    with pytest.raises(ValueError, match=r"\(2,\) and \(3,\)"):
        roc(np.zeros(2), np.zeros(3))
    with pytest.raises(ValueError, match=r"rate must be a number in \[0, 1\]"):
        roc(D, SAME).at_false_accept(1.5)
