"""Squared distances between encodings: the lecture's d, and its derivative beside it.

    d(xᵢ, yⱼ) = ‖xᵢ − yⱼ‖² = ‖xᵢ‖² + ‖yⱼ‖² − 2·xᵢ·yⱼ

The last form costs one matrix product for all pairs. On encodings of length 1 it reads
d = 2 − 2·cos(angle), so d lies in 0 … 4. A threshold or a margin has the same unit: a squared
distance.
"""

import numpy as np

from minidl import kernels
from minidl.functional.arguments import check_array


def squared_distances(x: np.ndarray, y: np.ndarray | None = None) -> np.ndarray:
    """Return ‖xᵢ − yⱼ‖² for every pair of rows, ``(N, D), (M, D) → (N, M)``.

    Without ``y``, the rows of x among themselves; the diagonal is then exactly 0. Rounding cannot
    make a distance negative.

    Raises:
        TypeError, ValueError: for arrays that are not floats, not of one dtype, or do not fit.
    """
    check_array(x, "x", 2, "(N, D)")
    other = x if y is None else y
    check_array(other, "y", 2, "(M, D)", like=x)
    if x.shape[1] != other.shape[1]:
        raise ValueError(
            f"encodings must have equally many numbers, got x {x.shape} and y {other.shape}: "
            "do they come from the same network?"
        )
    d = kernels.matmul(x, other.T)
    d *= x.dtype.type(-2)
    d += (x * x).sum(axis=1)[:, None]
    d += (other * other).sum(axis=1)
    np.maximum(d, 0, out=d)
    if y is None:
        np.fill_diagonal(d, 0)
    return d


def squared_distances_backward(dd: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return dx for ``d = squared_distances(x)`` from dd = ∂L/∂d ``(N, N)``.

    Each entry dᵢⱼ pulls at both of its ends: ∂dᵢⱼ/∂xᵢ = 2(xᵢ − xⱼ) = −∂dᵢⱼ/∂xⱼ. With
    S = dd + ddᵀ the sum over all entries is dxᵢ = 2 Σⱼ Sᵢⱼ (xᵢ − xⱼ).
    """
    check_array(x, "x", 2, "(N, D)")
    check_array(dd, "dd", like=x)
    if dd.shape != (len(x), len(x)):
        raise ValueError(f"dd must have the distances' shape {(len(x),) * 2}, got {dd.shape}.")
    both = dd + dd.T
    return x.dtype.type(2) * (both.sum(axis=1)[:, None] * x - kernels.matmul(both, x))


def check_pairs(f: np.ndarray, g: np.ndarray, names: tuple[str, str] = ("f", "g")) -> None:
    """Refuse f and g unless they are the encodings ``(N, D)`` of N pairs, of one dtype."""
    check_array(f, names[0], 2, "(N, D)")
    check_array(g, names[1], 2, "(N, D)", like=f)
    if f.shape != g.shape:
        raise ValueError(f"both sides of the pairs must have one shape, got {f.shape}, {g.shape}.")


def pair_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return ‖first − second‖² row by row, ``(N, D), (N, D) → (N,)``."""
    check_pairs(first, second, ("first", "second"))
    return ((first - second) ** 2).sum(axis=1)
