"""Recognition is harder than verification: errors against the size of the gallery."""

from collections.abc import Sequence

import numpy as np

from minidl.arguments import check_int, check_ints, check_labels, check_seed
from minidl.faces.neighbors import nearest
from minidl.functional.arguments import check_array


def identification_rates(
    encodings: np.ndarray,
    labels: np.ndarray,
    sizes: Sequence[int],
    *,
    probes: int = 2000,
    seed: int = 0,
) -> np.ndarray:
    """Return how often the nearest of K enrolled people is the right one, for each K ``(sizes,)``.

    Again and again K people are drawn and each is enrolled with one picture; another picture of
    each is the probe. Nobody is ever compared with their own enrolment picture.

    Args:
        encodings, labels: of the test people ``(N, D), (N,)``, at least two pictures each.
        sizes: the Ks, or one of them.
        probes: at least this many for each K: people are drawn until there were as many.
        seed: of the draws.

    Raises:
        ValueError: if there are fewer people with two pictures than K.
    """
    check_array(encodings, "encodings", 2, "(N, D)")
    labels = check_labels(labels, count=len(encodings))
    rng = np.random.default_rng(check_seed(seed))
    sizes, probes = check_ints(sizes, "sizes"), check_int(probes, "probes")
    rows_of = [np.flatnonzero(labels == person) for person in np.unique(labels)]
    rows_of = [rows for rows in rows_of if len(rows) > 1]
    if not sizes or max(sizes) > len(rows_of):
        raise ValueError(
            f"sizes must be 1 … {len(rows_of)}, as many people have two pictures, got {sizes}."
        )
    return np.array([_rate(encodings, rows_of, size, -(-probes // size), rng) for size in sizes])


def _rate(encodings, rows_of: list[np.ndarray], size: int, repeats: int, rng) -> float:
    """Share of right answers in ``repeats`` galleries of ``size`` people."""
    right = 0
    for _ in range(repeats):
        people = rng.permutation(len(rows_of))[:size]
        enrolled, probes = np.array([rng.permutation(rows_of[p])[:2] for p in people]).T
        _, found = nearest(encodings[probes], encodings[enrolled])
        right += int(np.sum(found[:, 0] == np.arange(size)))
    return right / (repeats * size)
