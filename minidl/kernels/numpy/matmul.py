"""Matrix products in plain NumPy."""

import numpy as np


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a·b: ``(M, K), (K, N) → (M, N)``."""
    return a @ b


def matmul_nt(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a·bᵀ: ``(M, K), (N, K) → (M, N)``."""
    return a @ b.T


def matmul_tn(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return aᵀ·b: ``(K, M), (K, N) → (M, N)``."""
    return a.T @ b
