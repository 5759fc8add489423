"""How sure is a mean that was measured on pairs of people? Pairs that share a person go together.

The *dyadic cluster-robust variance*: Aronow, Samii and Assenova, "Cluster-robust variance
estimation for dyadic data", Political Analysis 23(4), 2015, arXiv 1312.3398; Cameron and Miller,
"Robust inference for dyadic data", 2014.
"""

from statistics import NormalDist

import numpy as np

from minidl.arguments import check_labels, check_number, check_numbers


def dyadic_variance(values: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    """Return the variance of the mean of ``values``, had other people come.

    It is Σ eₚ·e_q / n² over all p and q, pairs that share a person (p = q too), with eₚ the
    deviation of pair p from the mean. Pairs of one person, twice the same label, may be among them.
    It wants some tens of people, and more than a handful of pairs that differ from the others.

    Args:
        values: of each pair, whether it is wrong, or any number to be averaged ``(n,)``.
        first, second: the people of each pair ``(n,)``, as labels, in any order.
    """
    values = check_numbers(values, "values").astype(np.float64)
    first, second = (check_labels(people, count=len(values)) for people in (first, second))
    people, rows = np.unique(np.concatenate([first, second]), return_inverse=True)
    first, second = np.sort(np.split(rows, 2), axis=0)
    e, two, n = values - values.mean(), first != second, len(people)
    of_person = np.bincount(first, e, n) + np.bincount(second[two], e[two], n)
    of_couple = np.bincount(first[two] * n + second[two], e[two])  # counted at both its people
    return float(max((of_person**2).sum() - (of_couple**2).sum(), 0) / len(values) ** 2)


def interval_by_people(
    values: np.ndarray, first: np.ndarray, second: np.ndarray, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Return where the mean of ``values`` over pairs lies, had other people come.

    So many standard errors to either side, by :func:`dyadic_variance`, which explains the
    arguments, but not beyond the smallest and the largest value: a share stays between 0 and 1.
    """
    confidence = check_number(confidence, "confidence", 0, 1, open_low=True, open_high=True)
    error = dyadic_variance(values, first, second) ** 0.5
    half = NormalDist().inv_cdf((1 + confidence) / 2) * error
    low, high = np.clip(np.mean(values) + [-half, half], np.min(values), np.max(values))
    return float(low), float(high)
