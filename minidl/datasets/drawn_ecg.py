"""Electrocardiograms drawn beat by beat: every peak known, some beats too early.

A beat is a sum of bell curves, the waves P, Q, R, S and T, as in the model of McSharry et al.
(2003). Each wave has a size and a direction in the body's frontal plane; a lead sees its part along
the lead's own direction. A premature (ventricular) beat comes early, has no P wave, a wide QRS and
a T wave against it, and is followed by a compensatory pause.
"""

from typing import NamedTuple

import numpy as np

from minidl.arguments import check_int, check_number, check_seed

RATE = 250  # samples a second

# wave: seconds from R, width before and after its top, millivolts, degrees
NORMAL = np.array([
    (-0.170, 0.024, 0.024, 0.16, 55.0),
    (-0.028, 0.009, 0.009, -0.14, 40.0),
    (0.000, 0.011, 0.011, 1.25, 50.0),
    (0.029, 0.011, 0.011, -0.28, 70.0),
    (0.270, 0.060, 0.036, 0.33, 45.0),
])  # fmt: skip
PREMATURE = np.array([
    (-0.055, 0.024, 0.020, -0.22, 50.0),
    (0.000, 0.034, 0.038, 1.35, 50.0),
    (0.095, 0.030, 0.034, -0.40, 60.0),
    (0.300, 0.070, 0.050, -0.45, 50.0),
])  # fmt: skip


class ECG(NamedTuple):
    """Signals in mV (records, samples, 1); for every record its peaks, and which are premature."""

    signals: np.ndarray
    peaks: list[np.ndarray]
    premature: list[np.ndarray]


def ecg(records: int, seconds: float, *, noise: float = 0.05, seed: int) -> ECG:
    """Draw ``records`` recordings at 250 Hz of hearts and leads that differ from one to the next.

    ``noise`` (mV) is the spread of white noise. Over ten seconds that of muscle noise is on average
    about a third of it and that of 50 Hz mains about half, each at most about as strong; from its
    lowest to its highest point the baseline wanders on average some nine times as far, at most
    24 times.

    Signals are float32 (records, samples, 1), peaks are sample numbers (the top of R, or of the
    wide wave of a premature beat), premature are booleans of the same shape. Record r depends on
    (seed, r), seconds and noise alone. Raises ValueError for fewer than 1 record, 1 second or 0 mV.
    """
    records, seed = check_int(records, "records"), check_seed(seed)
    seconds = check_number(seconds, "seconds", 1, np.inf, open_high=True)
    noise = check_number(noise, "noise", 0, np.inf, open_high=True)
    drawn = [_record(seconds, noise, np.random.default_rng((seed, r))) for r in range(records)]
    signals, peaks, premature = zip(*drawn, strict=True)
    return ECG(np.stack(signals)[..., None].astype(np.float32), list(peaks), list(premature))


def _record(seconds, noise, rng):
    samples = round(seconds * RATE)
    times, early = _rhythm(seconds, rng)
    normal, premature = _seen_by_lead(rng)
    signal = np.zeros(samples)
    pauses = np.diff(times, append=times[-1] + 1)
    for time, is_early, pause in zip(times, early, pauses, strict=True):
        waves = (premature if is_early else normal).copy()
        waves[:, 3] *= rng.normal(1, 0.04)
        stretch = np.clip(pause / 0.8, 0.6, 1.25) ** 0.5  # the T wave follows the rate
        waves[-1, :3] *= stretch
        _add(signal, time, waves)
    signal += sum(_disturbances(samples, noise, rng))
    peaks = np.rint(times * RATE).astype(int)
    inside = (peaks >= 0) & (peaks < samples)
    return signal, peaks[inside], early[inside]


def _rhythm(seconds, rng):
    """Times of the beats, from before the start to after the end, and which come too early."""
    mean = 60 / rng.uniform(50, 105)
    breath, depth = rng.uniform(0.18, 0.33), rng.uniform(0.01, 0.06)
    phase = rng.uniform(0, 2 * np.pi)
    share = rng.uniform(0.05, 0.25) * (rng.random() < 0.7)
    times, early = [-1.0 - rng.uniform(0, mean)], [False]
    while times[-1] < seconds + 1:
        pace = mean * (1 + depth * np.sin(2 * np.pi * breath * times[-1] + phase))
        pace *= 1 + 0.015 * rng.standard_normal()
        if early[-1]:
            times.append(times[-2] + 2 * pace)  # the pause makes up for the early beat
            early.append(False)
        else:
            is_early = rng.random() < share
            times.append(times[-1] + pace * (rng.uniform(0.50, 0.72) if is_early else 1))
            early.append(is_early)
    return np.array(times), np.array(early)


def _seen_by_lead(rng):
    """The waves of this heart's normal and premature beats, projected on one lead."""
    lead, turn = rng.uniform(-5, 95), rng.normal(0, 8)
    normal, premature = NORMAL.copy(), PREMATURE.copy()
    premature[:, 4] += rng.choice([0, 180]) + rng.uniform(-35, 35)  # where it starts in the heart
    for waves in (normal, premature):
        waves[:, 0] *= rng.uniform(0.92, 1.08)
        waves[:, 1:3] *= rng.uniform(0.88, 1.15, (len(waves), 1))
        waves[:, 3] *= rng.uniform(0.75, 1.25, len(waves))
        angle = waves[:, 4] + turn + rng.normal(0, 8, len(waves)) - lead
        waves[:, 3] *= np.cos(np.radians(angle))
    for waves, tallest in ((normal, 2), (premature, 1)):
        waves[:, 3] *= max(1, 0.55 / abs(waves[tallest, 3]))  # no lead sees nothing at all
    return normal, premature


def _add(signal, time, waves):
    """Add the waves of a beat whose R stands at ``time`` seconds."""
    start, stop = (int(np.clip((time + edge) * RATE, 0, len(signal))) for edge in (-0.45, 0.75))
    t = np.arange(start, stop)[:, None] / RATE - time - waves[:, 0]
    width = np.where(t < 0, waves[:, 1], waves[:, 2])
    signal[start:stop] += np.exp(-0.5 * (t / width) ** 2) @ waves[:, 3]


def _disturbances(samples, noise, rng):
    """White noise, bursts of muscle, 50 Hz from the mains, and a baseline that wanders."""
    t = np.arange(samples) / RATE
    white = noise * rng.standard_normal(samples)
    rough = np.diff(rng.standard_normal(samples + 1))
    burst = np.clip(np.sin(2 * np.pi * rng.uniform(0.05, 0.3) * t + rng.uniform(0, 6)), 0, 1)
    muscle = noise * rng.uniform(0, 1) * burst * rough
    mains = noise * rng.uniform(0, 1.5) * np.sin(2 * np.pi * 50 * t + rng.uniform(0, 6))
    slow = rng.uniform(0.05, 0.5, 3)
    depth, phase = 4 * noise * rng.uniform(0, 1, 3), rng.uniform(0, 2 * np.pi, 3)
    wander = (depth * np.sin(2 * np.pi * slow * t[:, None] + phase)).sum(axis=1)
    return white, muscle, mains, wander
