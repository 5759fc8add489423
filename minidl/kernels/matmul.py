"""Products of large matrices: a dense layer is a 1×1 convolution, and so are its gradients.

They go through our own kernels for the sake of the threads (see ``threads/pool``): a BLAS library
would start its own. Small products stay with NumPy, which uses one thread for them. The twin is
NumPy's own ``matmul``.
"""

import numpy as np

from minidl.kernels.conv import direct, weight_gradient

ONE_THREAD = 1 << 18  # multiplications up to which OpenBLAS does not wake other threads


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a·b: ``(M, K), (K, N) → (M, N)``; ``a.T`` and ``b.T`` are read where they lie."""
    if a.size * b.shape[1] <= ONE_THREAD:
        return a @ b
    if _is_transposed(a):
        return weight_gradient.direct_weight_gradient(a.T[None], b[None], _row(a.T))[0]
    if _is_transposed(b):
        return direct.convolve_input_gradient(a[None], b.T[None], _row(a))[0]
    return direct.convolve(a[None], b[None], _row(a))[0]


def _is_transposed(a):
    return a.flags.f_contiguous and not a.flags.c_contiguous


def _row(a):
    return direct.positions(len(a))
