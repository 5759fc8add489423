"""Products of large matrices: a dense layer is a 1×1 convolution, and so are its gradients.

They go through our own kernels for the sake of the threads (see ``threads``): a BLAS library would
start its own. Small products stay with NumPy, which uses one thread for them.
"""

import numpy as np

from minidl.kernels import kernel_gradient, strips

ONE_THREAD = 1 << 18  # multiplications up to which OpenBLAS does not wake other threads


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a·b: ``(M, K), (K, N) → (M, N)``."""
    if a.size * b.shape[1] <= ONE_THREAD:
        return a @ b
    return strips.convolve(a[None], b[None], strips.positions(len(a)))[0]


def matmul_nt(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a·bᵀ: ``(M, K), (N, K) → (M, N)``."""
    if a.size * len(b) <= ONE_THREAD:
        return a @ b.T
    return strips.convolve_input_gradient(a[None], b[None], strips.positions(len(a)))[0]


def matmul_tn(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return aᵀ·b: ``(K, M), (K, N) → (M, N)``."""
    if a.size * b.shape[1] <= ONE_THREAD:
        return a.T @ b
    return kernel_gradient.with_strips(a[None], b[None], strips.positions(len(a)))[0]
