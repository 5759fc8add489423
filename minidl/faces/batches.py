"""Batches of P people × K pictures: random batches would rarely hold two of one person."""

from collections.abc import Callable, Iterator

import numpy as np

from minidl.arguments import check_int, check_labels, check_seed


def people_batches(
    labels: np.ndarray, people: int = 16, pictures: int = 4, *, seed: int = 0
) -> Callable[[int], Iterator[np.ndarray]]:
    """Return a function of the epoch's number that yields rows of ``labels``, batch by batch.

    In an epoch every person is drawn once, with ``pictures`` different pictures (all of them, if
    there are fewer). What is drawn depends on the seed and the epoch's number alone.

    Args:
        labels: whose picture each row is, ints or names ``(N,)``.
        people: P, people in a batch; the last batch may hold fewer, but never one alone. In
            training its step weighs as much as any other, so choose P to leave it more than a few.
        pictures: K, pictures of each.
        seed: with the epoch's number it settles the order.

    Raises:
        ValueError: for fewer than two people, two pictures, or nobody with two pictures.
    """
    labels = check_labels(labels)
    people, pictures = check_int(people, "people", 2), check_int(pictures, "pictures", 2)
    seed = check_seed(seed)
    _check(labels)
    order = np.argsort(labels, kind="stable")
    _, starts = np.unique(labels[order], return_index=True)
    rows_of = np.split(order, starts[1:])

    def batches(epoch: int) -> Iterator[np.ndarray]:
        rng = np.random.default_rng([seed, epoch])
        persons = rng.permutation(len(rows_of))
        for start in range(0, len(persons) - 1, people):  # −1: nobody is left over alone
            chosen = (rows_of[person] for person in persons[start : start + people])
            yield np.concatenate([rng.permutation(rows)[:pictures] for rows in chosen])

    return batches


def _check(labels: np.ndarray) -> None:
    counts = np.unique(labels, return_counts=True)[1]
    if len(counts) < 2 or counts.max() < 2:
        raise ValueError(
            f"triplets need two people and two pictures of one of them, got {len(counts)} people "
            f"with at most {counts.max(initial=0)} pictures."
        )
