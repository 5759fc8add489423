"""How good is a distance at telling "same person" from "different"? ROC curve, error rates, τ.

Two pictures are accepted as one person if d < τ. Two things can go wrong: a *false accept*
(different people, d < τ) and a *false reject* (one person, d ≥ τ). A larger τ trades the second for
the first.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from minidl.arguments import check_int, check_number, check_numbers


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """One threshold at work: its rates, each with a confidence interval (low, high)."""

    threshold: float
    true_accept: float
    true_accept_interval: tuple[float, float]
    false_accept: float
    false_accept_interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Roc:
    """Rates at every threshold that makes a difference, from accepting nobody to everybody.

    ``thresholds`` rise; ``true_accept`` and ``false_accept`` are the shares of the ``same`` and the
    ``different`` pairs with d < τ.
    """

    thresholds: np.ndarray
    true_accept: np.ndarray
    false_accept: np.ndarray
    same: int
    different: int

    def equal_error(self) -> tuple[float, float]:
        """Return the rate at which false accepts and false rejects are equal, and its τ.

        Between two thresholds the rates are joined by straight lines.
        """
        gap = self.false_accept - (1 - self.true_accept)  # rises from −1 to 1
        i = int(np.argmax(gap >= 0))
        t = -gap[i - 1] / (gap[i] - gap[i - 1])
        rate = self.false_accept[i - 1] + t * (self.false_accept[i] - self.false_accept[i - 1])
        tau = self.thresholds[i - 1] + t * (self.thresholds[i] - self.thresholds[i - 1])
        return float(rate), float(tau)

    def at_false_accept(self, rate: float, confidence: float = 0.95) -> OperatingPoint:
        """Return the largest threshold with at most this false-accept rate, and what it accepts."""
        rate = check_number(rate, "rate", 0, 1)
        i = int(np.searchsorted(self.false_accept, rate, side="right")) - 1
        true, false = float(self.true_accept[i]), float(self.false_accept[i])
        return OperatingPoint(
            float(self.thresholds[i]),
            true,
            interval(round(true * self.same), self.same, confidence),
            false,
            interval(round(false * self.different), self.different, confidence),
        )


def roc(distances: np.ndarray, same: np.ndarray) -> Roc:
    """Return the ROC curve of pairs with these distances.

    Args:
        distances: d, or anything that is smaller for one person, ``(n,)``.
        same: True or 1 for pairs of one person ``(n,)``; there must be both kinds.

    Raises:
        ValueError: for shapes that differ, NaN distances, or pairs of one kind only.
    """
    distances, same = check_distances(distances, same)
    near, far = np.sort(distances[same]), np.sort(distances[~same])
    values = np.unique(distances)
    thresholds = np.append(values, np.nextafter(values[-1], np.inf))
    return Roc(
        thresholds,
        np.searchsorted(near, thresholds) / len(near),
        np.searchsorted(far, thresholds) / len(far),
        len(near),
        len(far),
    )


def equal_error_rate(distances: np.ndarray, same: np.ndarray) -> float:
    """Return the rate at which false accepts and false rejects are equal (0 is perfect)."""
    return roc(distances, same).equal_error()[0]


def best_threshold(distances: np.ndarray, same: np.ndarray) -> float:
    """Return the τ with the most right answers, halfway between the distances it lies between.

    Where several are as good, the middle one of them.
    """
    curve = roc(distances, same)
    right = curve.true_accept * curve.same + (1 - curve.false_accept) * curve.different
    best = np.flatnonzero(right > right.max() - 0.5)  # counts: nothing lies within half of one
    i = int(best[len(best) // 2])
    below = curve.thresholds[max(i - 1, 0)]
    return float((below + curve.thresholds[i]) / 2)


def interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Clopper and Pearson's interval for a rate: exact, and never too narrow.

    Its ends are the rates under which as many successes, or as few, become unlikely: quantiles of
    beta distributions. It supposes independent trials. Pairs that share pictures are not: with
    them the true uncertainty is larger.
    """
    n = check_int(trials, "trials")
    k = check_int(successes, "successes", 0, n)
    tail = (1 - check_number(confidence, "confidence", 0, 1, open_low=True, open_high=True)) / 2
    low = betaincinv(k, n - k + 1, tail) if k > 0 else 0.0
    high = betaincinv(k + 1, n - k, 1 - tail) if k < n else 1.0
    return float(low), float(high)


def check_distances(distances: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both as arrays (``same`` as booleans), or say what is wrong with them."""
    distances = check_numbers(distances, "distances")
    same = check_numbers(same, "same").astype(bool)
    if distances.ndim != 1 or distances.shape != same.shape:
        raise ValueError(
            f"distances and same must be (n,) both, got {distances.shape} and {same.shape}."
        )
    if np.isnan(distances).any():
        raise ValueError("there is a distance that is NaN: look for NaN in the encodings.")
    if same.all() or not same.any():
        raise ValueError(
            f"error rates need pairs of one person and of two, got {int(same.sum())} and "
            f"{int((~same).sum())}."
        )
    return distances, same
