"""Hot loops, each with a NumPy twin; the only place that knows of threads or compiling."""

from minidl.kernels import jit
from minidl.kernels.numpy_pool import window_counts
from minidl.kernels.threads import set_threads, thread_count
from minidl.kernels.window import Window

if jit.AVAILABLE:
    from minidl.kernels.channels import (
        affine,
        channel_moments,
        channel_products,
        channel_sums,
        mixed,
    )
    from minidl.kernels.dispatch import (
        convolve,
        convolve_input_gradient,
        convolve_kernel_gradient,
    )
    from minidl.kernels.elementwise import adam_direction, relu, relu_backward
    from minidl.kernels.pool import avg_pool, avg_pool_backward, max_pool, max_pool_backward
    from minidl.kernels.products import matmul, matmul_nt, matmul_tn
else:
    from minidl.kernels.numpy_channels import (
        affine,
        channel_moments,
        channel_products,
        channel_sums,
        mixed,
    )
    from minidl.kernels.numpy_conv import (
        convolve,
        convolve_input_gradient,
        convolve_kernel_gradient,
    )
    from minidl.kernels.numpy_elementwise import adam_direction, relu, relu_backward
    from minidl.kernels.numpy_pool import avg_pool, avg_pool_backward, max_pool, max_pool_backward
    from minidl.kernels.numpy_products import matmul, matmul_nt, matmul_tn

__all__ = [
    "Window",
    "adam_direction",
    "affine",
    "avg_pool",
    "avg_pool_backward",
    "channel_moments",
    "channel_products",
    "channel_sums",
    "convolve",
    "convolve_input_gradient",
    "convolve_kernel_gradient",
    "matmul",
    "matmul_nt",
    "matmul_tn",
    "max_pool",
    "max_pool_backward",
    "mixed",
    "relu",
    "relu_backward",
    "set_threads",
    "thread_count",
    "window_counts",
]
