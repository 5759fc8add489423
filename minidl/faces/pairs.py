"""Pairs of pictures to verify, and people who are kept apart.

A network, a threshold or a head that is tested on people it was trained on proves nothing. So
people are divided first, and pairs are made within each group.
"""

from dataclasses import dataclass

import numpy as np

from minidl.arguments import check_int, check_labels, check_seed


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows ``first`` and ``second``, whether they show the ``same`` person, and the ``fold``.

    All ``(n,)``. No person stands in pairs of two folds.
    """

    first: np.ndarray
    second: np.ndarray
    same: np.ndarray
    fold: np.ndarray

    def __len__(self) -> int:
        return len(self.first)

    def __getitem__(self, rows: np.ndarray | slice) -> "Pairs":
        return Pairs(self.first[rows], self.second[rows], self.same[rows], self.fold[rows])


def all_pairs(labels: np.ndarray) -> Pairs:
    """Return every pair of different rows once, all in fold 0: N·(N − 1)/2 of them."""
    labels = check_labels(labels)
    first, second = np.triu_indices(len(labels), k=1)
    same = labels[first] == labels[second]
    return Pairs(first, second, same, np.zeros(len(first), np.int64))


def fold_pairs(labels: np.ndarray, per_fold: int, folds: int = 10, *, seed: int = 0) -> Pairs:
    """Draw in each fold ``per_fold`` pairs of one person and as many of two, as LFW does.

    People are divided among the folds first. Pairs are drawn without repetition: first a person,
    then two different pictures (or two people, then a picture of each), so that people with many
    pictures do not count more than others.

    Raises:
        ValueError: if a fold's people do not have that many pairs.
    """
    labels, rng = check_labels(labels), np.random.default_rng(check_seed(seed))
    per_fold, folds = check_int(per_fold, "per_fold"), check_int(folds, "folds")
    people = rng.permutation(np.unique(labels))
    if len(people) < 2 * folds:
        raise ValueError(f"{folds} folds need two people each, there are {len(people)}.")
    parts = []
    for group in np.array_split(people, folds):
        rows = [np.flatnonzero(labels == person) for person in group]
        parts.append([_draw(rng, rows, per_fold, same) for same in (True, False)])
    first, second = np.concatenate([pairs for fold in parts for pairs in fold]).T
    same = np.tile(np.repeat([True, False], per_fold), folds)
    return Pairs(first, second, same, np.repeat(np.arange(folds), 2 * per_fold))


def _draw(rng, rows: list[np.ndarray], wanted: int, same: bool) -> np.ndarray:
    """Different pairs ``(wanted, 2)`` of one person's rows, or of two people's."""
    sizes = np.array([len(r) for r in rows])
    own = int((sizes * (sizes - 1) // 2).sum())
    there = own if same else int(sizes.sum() * (sizes.sum() - 1) // 2) - own
    if there < wanted:
        kind = "one person" if same else "two people"
        raise ValueError(
            f"a fold's people have {there} pairs of {kind}, {wanted} are wanted: "
            "ask for fewer pairs or fewer folds."
        )
    candidates = np.flatnonzero(sizes > 1) if same else np.arange(len(rows))
    found: dict[tuple[int, int], None] = {}
    while len(found) < wanted:
        if same:
            pair = rng.choice(rows[rng.choice(candidates)], 2, replace=False)
        else:
            pair = [rng.choice(rows[k]) for k in rng.choice(candidates, 2, replace=False)]
        found[tuple(sorted(int(row) for row in pair))] = None
    return np.array(list(found), np.int64).reshape(-1, 2)
