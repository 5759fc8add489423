"""Hot loops, each with a NumPy twin; the only place that knows of threads or compiling.

The way of a convolution from ``F.conv`` to the arithmetic, with the file of each step:

    functional/conv.py            checks the arguments, makes a `Window` (window.py)
    conv/dispatch.py              which kernel for which shape: Winograd's transforms, or direct
    conv/winograd.py, direct.py   cuts the work into blocks and tasks, once for each shape
    threads/pool.py               calls the compiled loops on every thread …
    threads/atomics.py            … where each claims task after task
    conv/*_loops.py               one block: copies what it needs, in the order of use
    compile/tile.py               a tile of a matrix product that never leaves the registers
    compile/simd.py               vectors: what one instruction works on

Both gradients go the same way; that of the weights through conv/weight_gradient.py. What the loops
copy, index_map.py tells them, conv/kernel_panels.py does it for the kernel, and Winograd's matrices
are in conv/transforms.py. ``numpy/`` has the twins, compile/jit.py compiles (what kernels consist
of: compile/parts.py) and compile/code_cache.py keeps what was compiled.
"""

from minidl.kernels.compile import jit
from minidl.kernels.numpy.pool import window_counts
from minidl.kernels.threads.pool import set_threads, thread_count
from minidl.kernels.window import Window

if jit.AVAILABLE:
    from minidl.kernels.channels import (
        affine,
        axpby,
        channel_moments,
        channel_products,
        channel_sums,
    )
    from minidl.kernels.conv.dispatch import (
        convolve,
        convolve_input_gradient,
        convolve_kernel_gradient,
    )
    from minidl.kernels.elementwise import adam_update, relu, relu_backward
    from minidl.kernels.matmul import matmul
    from minidl.kernels.pool import avg_pool, avg_pool_backward, max_pool, max_pool_backward
else:
    from numpy import matmul

    from minidl.kernels.numpy.channels import (
        affine,
        axpby,
        channel_moments,
        channel_products,
        channel_sums,
    )
    from minidl.kernels.numpy.conv import (
        convolve,
        convolve_input_gradient,
        convolve_kernel_gradient,
    )
    from minidl.kernels.numpy.elementwise import adam_update, relu, relu_backward
    from minidl.kernels.numpy.pool import avg_pool, avg_pool_backward, max_pool, max_pool_backward

__all__ = [
    "Window",
    "adam_update",
    "affine",
    "avg_pool",
    "avg_pool_backward",
    "axpby",
    "channel_moments",
    "channel_products",
    "channel_sums",
    "convolve",
    "convolve_input_gradient",
    "convolve_kernel_gradient",
    "matmul",
    "max_pool",
    "max_pool_backward",
    "relu",
    "relu_backward",
    "set_threads",
    "thread_count",
    "window_counts",
]
