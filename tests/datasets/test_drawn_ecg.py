"""Drawn electrocardiograms: peaks where they are said to be, early beats that look it."""

import numpy as np
import pytest

from minidl.datasets.drawn_ecg import RATE, _disturbances, ecg


@pytest.fixture(scope="module")
def clean():
    return ecg(60, 20, noise=0, seed=3)


def test_shapes_and_types(clean):
    assert clean.signals.shape == (60, 20 * RATE, 1)
    assert clean.signals.dtype == np.float32
    for peaks, premature in zip(clean.peaks, clean.premature, strict=True):
        assert peaks.shape == premature.shape
        assert premature.dtype == bool
        assert (np.diff(peaks) > 0.2 * RATE).all()
        assert (peaks >= 0).all()
        assert (peaks < 20 * RATE).all()
        assert 12 <= len(peaks) <= 45


def test_same_bits_and_more_records_extend_fewer():
    first, more = ecg(2, 4, seed=7), ecg(5, 4, seed=7)
    np.testing.assert_array_equal(more.signals[:2], first.signals)
    np.testing.assert_array_equal(more.peaks[1], first.peaks[1])
    assert not np.array_equal(ecg(2, 4, seed=8).signals, first.signals)


def beats(recording, premature, reach=20):
    """Windows (n, 2·reach + 1) around the normal or the premature peaks."""
    windows = []
    for signal, peaks, early in zip(*recording, strict=True):
        chosen = peaks[(early == premature) & (peaks >= reach) & (peaks < len(signal) - reach)]
        windows += [signal[p - reach : p + reach + 1, 0] for p in chosen]
    return np.array(windows)


def test_peaks_are_the_tops_of_the_beats(clean):
    normal, premature = beats(clean, premature=False), beats(clean, premature=True)
    assert len(premature) > 50
    assert (np.abs(normal.argmax(axis=1) - 20) <= 2).all()
    assert normal.max(axis=1).min() > 0.3
    assert (np.abs(np.abs(premature).argmax(axis=1) - 20) <= 5).mean() > 0.95


def test_premature_beats_are_wide_and_of_either_sign(clean):
    def width(windows):
        height = np.abs(windows[:, 20:21])
        return (np.abs(windows) > 0.5 * height).sum(axis=1)

    normal, premature = beats(clean, premature=False), beats(clean, premature=True)
    assert np.median(width(premature)) > 2 * np.median(width(normal))
    assert 0.1 < (premature[:, 20] < 0).mean() < 0.9


def test_premature_beats_come_early_and_a_pause_follows(clean):
    for peaks, premature in zip(clean.peaks, clean.premature, strict=True):
        assert not (premature[1:] & premature[:-1]).any()
        pauses = np.diff(peaks)
        usual = np.median(pauses)
        for k in np.flatnonzero(premature[2:-1]) + 2:
            assert pauses[k - 1] < 0.85 * usual
            assert pauses[k] > 1.1 * usual
            assert pauses[k - 1] + pauses[k] == pytest.approx(2 * usual, rel=0.25)


def test_no_p_wave_before_a_premature_beat(clean):
    def bump(windows):
        """How far the signal 0.17 s before R rises above its neighbours."""
        middle = 60 - round(0.17 * RATE)
        return windows[:, middle] - 0.5 * (windows[:, middle - 9] + windows[:, middle + 9])

    late = [peaks[1:][np.diff(peaks) > 0.65 * RATE] for peaks in clean.peaks]  # T is over by then
    early = [
        flags[1:][np.diff(peaks) > 0.65 * RATE]
        for peaks, flags in zip(clean.peaks, clean.premature, strict=True)
    ]
    chosen = clean._replace(peaks=late, premature=early)
    normal, premature = (bump(beats(chosen, kind, reach=60)) for kind in (False, True))
    assert len(premature) > 10
    assert np.median(normal) > 0.03
    assert np.median(np.abs(premature)) < 0.01


def test_noise_is_as_strong_as_told():
    quiet, loud = ecg(8, 10, noise=0, seed=1), ecg(8, 10, noise=0.1, seed=1)
    np.testing.assert_array_equal(quiet.peaks[3], loud.peaks[3])
    difference = (loud.signals - quiet.signals)[..., 0]
    fast = np.diff(difference, axis=1) / np.sqrt(2)
    assert 0.09 < fast.std() < 0.3
    assert difference.std() > 2 * 0.1  # with the baseline


def test_each_kind_of_noise_is_as_strong_as_told():
    drawn = [_disturbances(10 * RATE, 0.05, np.random.default_rng(seed)) for seed in range(400)]
    spreads = np.std(drawn, axis=2) / 0.05
    white, muscle, mains, _ = spreads.mean(axis=0)
    assert white == pytest.approx(1, abs=0.01)
    assert muscle == pytest.approx(1 / 3, abs=0.05)
    assert mains == pytest.approx(1 / 2, abs=0.05)
    assert (spreads[:, 1:3].max(axis=0) < 1.1).all()
    wanders = np.ptp([parts[3] for parts in drawn], axis=1) / 0.05
    assert wanders.mean() == pytest.approx(9, abs=1)
    assert wanders.max() <= 24


@pytest.mark.parametrize(
    ("arguments", "noise", "message"),
    [((0, 5), 0.1, "records"), ((2, 0.5), 0.1, "seconds"), ((2, 5), -0.1, "noise")],
)
def test_senseless_arguments(arguments, noise, message):
    with pytest.raises(ValueError, match=message):
        ecg(*arguments, noise=noise, seed=0)
