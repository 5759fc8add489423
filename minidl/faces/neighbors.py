"""Exact nearest neighbours: every encoding is compared, a block at a time.

No index, no approximation: a million encodings cost little more than reading them once from
memory. Blocks keep the table of scores small, however many there are.
"""

import numpy as np

from minidl.arguments import check_int
from minidl.faces.distances import pair_distances
from minidl.functional.arguments import check_array

BLOCK = 1 << 16
SPARE = 4  # candidates beyond those asked for, against rounding


def nearest(
    queries: np.ndarray,
    encodings: np.ndarray,
    count: int = 1,
    *,
    squares: np.ndarray | None = None,
    block: int = BLOCK,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the squared distances and rows of the nearest encodings, nearest first.

    Candidates are ranked by ‖y‖² − 2·x·y, which orders as ‖x − y‖² does; the distances of the best
    are then computed from the differences, free of cancellation.

    Args:
        queries: ``(Q, D)``.
        encodings: ``(N, D)``, N ≥ 1.
        count: how many for each query; at most N are returned.
        squares: ``squared_lengths(encodings)``, if they are at hand: half of the work.
        block: rows that are compared at once.

    Returns:
        (distances, rows), both ``(Q, min(count, N))``; equal distances in the order of rows.

    Raises:
        TypeError, ValueError: for arrays that do not fit, no encodings, or a count below 1.
    """
    check_array(encodings, "encodings", 2, "(N, D)")
    check_array(queries, "queries", 2, "(Q, D)", like=encodings)
    if queries.shape[1] != encodings.shape[1]:
        raise ValueError(
            f"queries {queries.shape} and encodings {encodings.shape} must have equally many "
            "numbers: do they come from the same network?"
        )
    count, block = check_int(count, "count"), check_int(block, "block")
    if len(encodings) == 0:
        raise ValueError("there must be encodings to search among, got none.")
    squares = squared_lengths(encodings) if squares is None else squares
    rows = _candidates(queries, encodings, squares, min(count + SPARE, len(encodings)), block)
    exact = np.stack([pair_distances(queries, encodings[column]) for column in rows.T], axis=1)
    order = np.lexsort((rows, exact), axis=1)[:, :count]
    return np.take_along_axis(exact, order, axis=1), np.take_along_axis(rows, order, axis=1)


def merge_nearest(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray], count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ``count`` nearest of two parts from those of each, as ``nearest`` returns them.

    Nothing is lost: who is among the nearest of all is among the nearest of the own part.
    """
    distances, rows = (np.concatenate(pair, axis=1) for pair in zip(first, second, strict=True))
    order = np.lexsort((rows, distances), axis=1)[:, :count]
    return np.take_along_axis(distances, order, axis=1), np.take_along_axis(rows, order, axis=1)


def squared_lengths(encodings: np.ndarray) -> np.ndarray:
    """Return ‖y‖² of every row, ``(N, D) → (N,)``."""
    return np.einsum("nd,nd->n", encodings, encodings)


def _candidates(queries, encodings, squares, count: int, block: int) -> np.ndarray:
    """Rows of the ``count`` smallest ‖y‖² − 2·x·y for each query, in any order ``(Q, count)``."""
    scores = np.zeros((len(queries), 0), encodings.dtype)
    rows = np.zeros((len(queries), 0), np.int64)
    twice = encodings.dtype.type(-2) * queries
    for start in range(0, len(encodings), block):
        end = min(start + block, len(encodings))
        new = twice @ encodings[start:end].T
        new += squares[start:end]
        best = _smallest(new, count)
        scores = np.concatenate([scores, np.take_along_axis(new, best, axis=1)], axis=1)
        rows = np.concatenate([rows, best + start], axis=1)
        best = _smallest(scores, count)
        scores, rows = (np.take_along_axis(a, best, axis=1) for a in (scores, rows))
    return rows


def _smallest(scores: np.ndarray, count: int) -> np.ndarray:
    """Columns of the ``count`` smallest scores in every row, in any order."""
    count = min(count, scores.shape[1])
    return np.argpartition(scores, count - 1, axis=1)[:, :count]
