"""Mining: which triplets of a batch to learn from.

All miners have one interface: from the squared distances within a batch ``(N, N)``, the labels, the
margin α and a generator, they return ``Triplets``. A random triplet is easily satisfied and then
teaches nothing; the others look for d(A,P) ≈ d(A,N).

Pictures of people who are alone in a batch serve as negatives only.
"""

from collections.abc import Callable

import numpy as np

from minidl.arguments import check_labels, check_number, check_rng
from minidl.faces.triplets import Triplets
from minidl.functional.arguments import check_array

Miner = Callable[[np.ndarray, np.ndarray, float, np.random.Generator], Triplets]


def random_triplets(
    distances: np.ndarray, labels: np.ndarray, margin: float, rng: np.random.Generator
) -> Triplets:
    """For every anchor and positive, any picture of somebody else."""
    labels = checked_labels(labels, distances)
    anchor, positive = positive_pairs(labels)
    others = labels[anchor][:, None] != labels
    return _with_one_negative(anchor, positive, others, rng)


def semi_hard(
    distances: np.ndarray, labels: np.ndarray, margin: float, rng: np.random.Generator
) -> Triplets:
    """For every anchor and positive, a negative with d(A,P) < d(A,N) < d(A,P) + α.

    Farther than the positive, but not by the margin (Schroff et al., 2015). One of them at random;
    pairs without any are left out.
    """
    labels = checked_labels(labels, distances)
    anchor, positive = positive_pairs(labels)
    near, margin = distances[anchor, positive][:, None], check_number(margin, "margin", 0, np.inf)
    far = distances[anchor]
    others = labels[anchor][:, None] != labels
    return _with_one_negative(anchor, positive, others & (near < far) & (far < near + margin), rng)


def batch_hard(
    distances: np.ndarray, labels: np.ndarray, margin: float, rng: np.random.Generator
) -> Triplets:
    """For every anchor, its farthest positive and its closest negative (Hermans et al., 2017)."""
    labels = checked_labels(labels, distances)
    same = labels[:, None] == labels
    others = ~same
    np.fill_diagonal(same, False)
    positive = np.where(same, distances, -np.inf).argmax(axis=1)
    negative = np.where(others, distances, np.inf).argmin(axis=1)
    anchor = np.flatnonzero(same.any(axis=1) & others.any(axis=1))
    return Triplets(anchor, positive[anchor], negative[anchor])


def batch_all(
    distances: np.ndarray, labels: np.ndarray, margin: float, rng: np.random.Generator
) -> Triplets:
    """Every triplet there is: for P people × K pictures P·K·(K − 1)·(P − 1)·K of them."""
    labels = checked_labels(labels, distances)
    anchor, positive = positive_pairs(labels)
    pair, negative = np.nonzero(labels[anchor][:, None] != labels)
    return Triplets(anchor[pair], positive[pair], negative)


MINERS: dict[str, Miner] = {
    "random": random_triplets,
    "semi-hard": semi_hard,
    "batch-hard": batch_hard,
    "batch-all": batch_all,
}


def checked_labels(labels: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Return the labels of a batch as an array; refuse them and distances that do not fit."""
    check_array(distances, "distances", 2, "(N, N)")
    return check_labels(labels, count=len(distances))


def positive_pairs(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows (anchor, positive) of all ordered pairs of one person's pictures."""
    same = labels[:, None] == labels
    np.fill_diagonal(same, False)
    return np.nonzero(same)


def _with_one_negative(
    anchor: np.ndarray, positive: np.ndarray, allowed: np.ndarray, rng: np.random.Generator
) -> Triplets:
    """Draw one of the allowed negatives ``(pairs, N)`` for each pair that has any."""
    check_rng(rng)
    lots = np.where(allowed, rng.random(allowed.shape), -1.0)
    negative = lots.argmax(axis=1)
    found = allowed.any(axis=1)
    return Triplets(anchor[found], positive[found], negative[found])
