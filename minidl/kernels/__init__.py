"""Hot loops, each with a NumPy twin; the only place that knows of threads or compiling."""

from minidl.kernels.numpy_conv import (
    convolve,
    convolve_input_gradient,
    convolve_kernel_gradient,
    relu_backward,
)
from minidl.kernels.numpy_pool import (
    avg_pool,
    avg_pool_backward,
    max_pool,
    max_pool_backward,
    window_counts,
)
from minidl.kernels.window import Window

__all__ = [
    "Window",
    "avg_pool",
    "avg_pool_backward",
    "convolve",
    "convolve_input_gradient",
    "convolve_kernel_gradient",
    "max_pool",
    "max_pool_backward",
    "relu_backward",
    "window_counts",
]
