"""Operations on each number by itself, compiled and shared out; twins in ``numpy_conv``."""

import numpy as np

from minidl.kernels import threads
from minidl.kernels.jit import kernel
from minidl.kernels.workspace import aligned, flat

SHARE = 1 << 17  # numbers that make a task worth handing out


def relu_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pass the gradient where the output ``y = max(x, 0)`` is positive (elsewhere it is 0)."""
    dx = aligned(dy.shape, dy.dtype)
    read, sign, write = flat(dy), flat(y), dx.reshape(-1)

    def work(task, _):
        part = slice(task * SHARE, (task + 1) * SHARE)
        pass_where_positive(read[part], sign[part], write[part])

    threads.run(work, -(-dy.size // SHARE))
    return dx


@kernel
def pass_where_positive(dy, y, dx):
    """dx = dy where y > 0, else 0."""
    zero = dx.dtype.type(0)
    for i in range(dy.size):
        dx[i] = dy[i] if y[i] > 0 else zero
