"""Triplets among the pictures of a batch, and what they cost.

A triplet is three rows of the batch: anchor A, positive P (the same person) and negative N
(somebody else). d(A,P) = ‖f(A) − f(P)‖² is the squared distance of two encodings. A triplet is
active while d(A,P) − d(A,N) + α > 0: only then does it have a gradient.
"""

from dataclasses import dataclass

import numpy as np

from minidl.arguments import check_choice, check_number
from minidl.faces.distances import squared_distances, squared_distances_backward
from minidl.functional.arguments import check_array

REDUCTIONS = ("sum", "mean", "active")


@dataclass(frozen=True, slots=True)
class Triplets:
    """Rows of a batch: ``anchor``, ``positive`` and ``negative`` are ints ``(m,)``."""

    anchor: np.ndarray
    positive: np.ndarray
    negative: np.ndarray

    def __len__(self) -> int:
        return len(self.anchor)


def triplet_cost(
    encodings: np.ndarray,
    triplets: Triplets,
    margin: float = 0.2,
    *,
    reduction: str = "mean",
    distances: np.ndarray | None = None,
) -> tuple[float, np.ndarray, float]:
    """Return the cost, its gradient and the share of active triplets.

        J = Σ max(d(A,P) − d(A,N) + α, 0),     by default divided by the number of triplets, m

    Each triplet is clipped at zero first; then all are added up. The cost depends on the encodings
    through their distances alone, so ∂J/∂d is a small matrix of counts (+1 where an active triplet
    pulls a pair together, −1 where it pushes one apart; over m, for a mean) and any number of
    triplets costs one product with it.

    Args:
        encodings: ``(N, D)``.
        triplets: rows of ``encodings``.
        margin: α, in units of squared distance.
        reduction: ``"sum"`` as in the lecture; ``"mean"`` over all triplets; ``"active"``, the
            mean over the active ones alone. No triplets have no mean: the cost is then 0, and no
            step follows from it.
        distances: ``squared_distances(encodings)``, if the caller has it already.

    Raises:
        TypeError, ValueError: for encodings that are not a float matrix, a negative margin or an
            unknown reduction.
    """
    margin = check_number(margin, "margin", 0, float("inf"))
    check_choice(reduction, "reduction", REDUCTIONS)
    if not isinstance(triplets, Triplets):
        raise TypeError(f"triplets must be Triplets, got {type(triplets).__name__}.")
    check_array(encodings, "encodings", 2, "(N, D)")
    d = squared_distances(encodings) if distances is None else distances
    check_array(d, "distances")
    if d.shape != (len(encodings),) * 2:
        raise ValueError(f"distances must be {(len(encodings),) * 2}, got shape {d.shape}.")
    near = d[triplets.anchor, triplets.positive]
    far = d[triplets.anchor, triplets.negative]
    violation = near - far + d.dtype.type(margin)
    active = violation > 0
    count = {"sum": 1, "mean": len(triplets), "active": int(active.sum())}[reduction]
    loss = float(np.maximum(violation, 0).sum()) / max(count, 1)
    pulls = _count_pairs(triplets.anchor[active], triplets.positive[active], len(d))
    pushes = _count_pairs(triplets.anchor[active], triplets.negative[active], len(d))
    dd = ((pulls - pushes) / max(count, 1)).astype(d.dtype)
    share = float(active.mean()) if len(triplets) else 0.0
    return loss, squared_distances_backward(dd, encodings), share


def _count_pairs(rows: np.ndarray, columns: np.ndarray, size: int) -> np.ndarray:
    """How often each (row, column) occurs, as ``(size, size)``."""
    return np.bincount(rows * size + columns, minlength=size * size).reshape(size, size)
