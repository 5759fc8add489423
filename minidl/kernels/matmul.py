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
    if not a.flags.c_contiguous:
        row = direct.positions(a.shape[1])
        return weight_gradient.direct_weight_gradient(a.T[None], b[None], row)[0]
    row = direct.positions(len(a))
    if not b.flags.c_contiguous:
        return direct.convolve_input_gradient(a[None], b.T[None], row)[0]
    return direct.convolve(a[None], b[None], row)[0]
