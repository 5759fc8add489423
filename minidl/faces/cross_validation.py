"""Choosing τ and judging it on different people, fold by fold: the protocol of LFW.

LFW's ten folds share no people. For each, τ is chosen on the other nine and tried on it; the result
is the mean of the ten accuracies and its standard error (Huang et al., 2007).
"""

from dataclasses import dataclass

import numpy as np

from minidl.arguments import as_array
from minidl.console import printable
from minidl.faces.roc import best_threshold, check_distances


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """For each fold: the ``thresholds`` chosen on the others and the ``accuracies`` on it."""

    thresholds: np.ndarray
    accuracies: np.ndarray

    @property
    def mean(self) -> float:
        """Mean accuracy."""
        return float(self.accuracies.mean())

    @property
    def standard_error(self) -> float:
        """Standard deviation of the accuracies over √folds."""
        return float(self.accuracies.std(ddof=1) / np.sqrt(len(self.accuracies)))

    def __str__(self) -> str:
        accuracy = f"accuracy {self.mean:.2%} ± {self.standard_error:.2%}"
        return printable(f"{accuracy} in {len(self.accuracies)} folds")


def cross_validate(distances: np.ndarray, same: np.ndarray, fold: np.ndarray) -> CrossValidation:
    """Choose τ on all folds but one and count right answers on that one, for each.

    Args:
        distances, same: of the pairs, as in ``roc``.
        fold: which fold each pair belongs to ``(n,)``; folds must not share people.

    Raises:
        ValueError: for fewer than two folds, or pairs that ``roc`` would refuse.
    """
    distances, same = check_distances(distances, same)
    fold = as_array(fold, "fold")
    if fold.shape != same.shape:
        raise ValueError(f"fold must have the shape {same.shape}, got {fold.shape}.")
    folds = np.unique(fold)
    if len(folds) < 2:
        raise ValueError("τ is chosen on the other folds: there must be at least two.")
    thresholds, accuracies = [], []
    for held_out in folds:
        test = fold == held_out
        thresholds.append(best_threshold(distances[~test], same[~test]))
        accuracies.append(np.mean((distances[test] < thresholds[-1]) == same[test]))
    return CrossValidation(np.array(thresholds), np.array(accuracies))
