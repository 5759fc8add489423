"""Products of large matrices: a dense layer is a 1×1 convolution, and so are its gradients.

They go through our own kernels for the sake of the threads (see ``threads/pool``): a BLAS library
would start its own. Small products stay with NumPy, which uses one thread for them.
"""

import numpy as np

from minidl.kernels.conv import direct, weight_gradient

ONE_THREAD = 1 << 18  # multiplications up to which OpenBLAS does not wake other threads


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a·b: ``(M, K), (K, N) → (M, N)``."""
    if a.size * b.shape[1] <= ONE_THREAD:
        return a @ b
    return direct.convolve(a[None], b[None], direct.positions(len(a)))[0]


def matmul_nt(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a·bᵀ: ``(M, K), (N, K) → (M, N)``."""
    if a.size * len(b) <= ONE_THREAD:
        return a @ b.T
    return direct.convolve_input_gradient(a[None], b[None], direct.positions(len(a)))[0]


def matmul_tn(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return aᵀ·b: ``(K, M), (K, N) → (M, N)``."""
    if a.size * b.shape[1] <= ONE_THREAD:
        return a.T @ b
    return weight_gradient.direct_weight_gradient(a[None], b[None], direct.positions(len(a)))[0]
