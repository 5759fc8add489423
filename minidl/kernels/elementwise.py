"""Operations on each number by itself, compiled and shared out; twins in ``numpy_conv``."""

import numpy as np

from minidl.kernels import numpy_conv, threads
from minidl.kernels.choose import load_where_positive
from minidl.kernels.jit import kernel
from minidl.kernels.lanes import lane_count, lanes, store
from minidl.kernels.workspace import aligned, flat

SHARE = 1 << 16  # numbers that make a task worth handing out


def relu_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pass the gradient where the output ``y = max(x, 0)`` is positive (elsewhere it is 0)."""
    if dy.size < lane_count(dy.dtype):
        return numpy_conv.relu_backward(dy, y)
    dx = aligned(dy.shape, dy.dtype)
    read, sign, write = flat(dy), flat(y), dx.reshape(-1)

    def work(task, _):
        first, last = task * SHARE, min((task + 1) * SHARE, dy.size)
        pass_where_positive(first, last, read, sign, write)

    threads.run(work, -(-dy.size // SHARE))
    return dx


@kernel
def pass_where_positive(first, last, dy, y, dx):
    """dx = dy where y > 0, else 0; the last vector begins earlier if it would not be full."""
    for start in range(first, last, lanes(dy)):
        i = min(start, dy.size - lanes(dy))
        store(dx, i, load_where_positive(dy, y, i))
