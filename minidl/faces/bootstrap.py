"""How sure is a rate that was measured on pairs? An interval over the people behind them."""

import numpy as np

from minidl.arguments import check_int, check_labels, check_number, check_numbers, check_seed


def interval_by_people(
    wrong: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    *,
    confidence: float = 0.95,
    repeats: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return where the mean of ``wrong`` over pairs lies when other people might have come.

    A bootstrap: people are drawn with replacement, as many as there are. A pair counts as often as
    its person was drawn, or as the product of both. Pairs that share a person are not independent;
    people are (Bolle, Ratha and Pankanti, "the subsets bootstrap", 2004, in this spirit).

    Args:
        wrong: of each pair, whether it is wrong, or any number to be averaged ``(n,)``.
        first, second: the people of each pair ``(n,)``, as labels.
        confidence: the share of draws between the two ends.
        repeats: how often people are drawn.
        seed: of the draws.
    """
    wrong = check_numbers(wrong, "wrong").astype(np.float64)
    first, second = (check_labels(people, count=len(wrong)) for people in (first, second))
    repeats, rng = check_int(repeats, "repeats"), np.random.default_rng(check_seed(seed))
    tail = (1 - check_number(confidence, "confidence", 0, 1, open_low=True, open_high=True)) / 2
    people, rows = np.unique(np.concatenate([first, second]), return_inverse=True)
    first, second = np.split(rows, 2)
    means = []
    for _ in range(repeats):
        drawn = np.bincount(rng.integers(0, len(people), len(people)), minlength=len(people))
        times = np.where(first == second, drawn[first], drawn[first] * drawn[second])
        if times.any():
            means.append(np.average(wrong, weights=times))
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)
