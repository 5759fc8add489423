"""Operations on each number by itself, compiled and shared out; twins: ``numpy/elementwise``.

The compiler makes vectors of such loops by itself if they run over slices, whose indices are surely
not negative.
"""

import numpy as np

from minidl.kernels.compile.jit import kernel
from minidl.kernels.compile.workspace import aligned, flat
from minidl.kernels.numpy import elementwise as numpy_elementwise
from minidl.kernels.threads import pool as threads
from minidl.kernels.threads.atomics import tasks_of
from minidl.kernels.threads.chunks import chunk


def relu(x: np.ndarray) -> np.ndarray:
    """Return max(x, 0); NaN stays NaN."""
    y = aligned(x.shape, x.dtype)
    _run(keep_positive, flat(x), y.reshape(-1))
    return y


def relu_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pass the gradient where the output ``y = max(x, 0)`` is positive (elsewhere it is 0)."""
    dx = aligned(dy.shape, dy.dtype)
    _run(pass_where_positive, flat(dy), flat(y), dx.reshape(-1))
    return dx


def adam_update(
    gradient: np.ndarray,
    mean: np.ndarray,
    square: np.ndarray,
    betas: tuple[float, float],
    whole: tuple[float, float],
    epsilon: float,
) -> np.ndarray:
    """Update m and s in place, return (m / whole₁) / (√(s / whole₂) + ε), in one pass.

    The same bits as the twin's.
    """
    if not (mean.flags.c_contiguous and square.flags.c_contiguous):  # no view as one axis
        return numpy_elementwise.adam_update(gradient, mean, square, betas, whole, epsilon)
    direction = aligned(mean.shape, mean.dtype)
    numbers = tuple(map(mean.dtype.type, (*betas, 1 - betas[0], 1 - betas[1], *whole, epsilon)))
    moments = mean.reshape(-1), square.reshape(-1)
    _run(adam_loop, flat(gradient), *moments, direction.reshape(-1), numbers)
    return direction


def _run(loop, *arguments):
    """Share out a loop over arrays of one size."""
    each, tasks = chunk(arguments[0].size, 1)
    threads.run(lambda todo, _: loop(todo, each, *arguments), tasks)


@kernel
def keep_positive(todo, each, x, y):
    """y = max(x, 0)."""
    for task in tasks_of(todo):
        own = slice(task * each, (task + 1) * each)
        from_, to = x[own], y[own]
        for i in range(to.size):
            to[i] = from_[i]
            if from_[i] < 0:
                to[i] = 0


@kernel
def pass_where_positive(todo, each, dy, y, dx):
    """dx = dy where y > 0, else 0."""
    for task in tasks_of(todo):
        own = slice(task * each, (task + 1) * each)
        from_, sign, to = dy[own], y[own], dx[own]
        for i in range(to.size):
            to[i] = 0
            if sign[i] > 0:
                to[i] = from_[i]


@kernel
def adam_loop(todo, each, gradient, mean, square, direction, numbers):
    """m = β₁·m + (1 − β₁)·g, s = β₂·s + (1 − β₂)·g², and Adam's direction."""
    beta1, beta2, rest1, rest2, whole1, whole2, epsilon = numbers
    for task in tasks_of(todo):
        own = slice(task * each, (task + 1) * each)
        g, m, s, d = gradient[own], mean[own], square[own], direction[own]
        for i in range(d.size):
            m[i] = m[i] * beta1 + rest1 * g[i]
            s[i] = s[i] * beta2 + rest2 * (g[i] * g[i])
            d[i] = (m[i] / whole1) / (np.sqrt(s[i] / whole2) + epsilon)
