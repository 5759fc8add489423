"""Operations on each number by itself, compiled and shared out; twins: ``numpy/elementwise``."""

import numpy as np

from minidl.kernels.compile.argmax import select_positive
from minidl.kernels.compile.jit import kernel
from minidl.kernels.compile.simd import lane_count, lanes, load, maximum, splat, store
from minidl.kernels.compile.workspace import aligned, flat
from minidl.kernels.numpy import elementwise as numpy_elementwise
from minidl.kernels.threads import pool as threads
from minidl.kernels.threads.atomics import tasks_of
from minidl.kernels.threads.chunks import chunk


def relu(x: np.ndarray) -> np.ndarray:
    """Return max(x, 0); NaN stays NaN."""
    if x.size < lane_count(x.dtype):
        return numpy_elementwise.relu(x)
    return _map(keep_positive, x)


def relu_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pass the gradient where the output ``y = max(x, 0)`` is positive (elsewhere it is 0)."""
    if dy.size < lane_count(dy.dtype):
        return numpy_elementwise.relu_backward(dy, y)
    return _map(pass_where_positive, dy, y)


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
    arrays = flat(gradient), mean.reshape(-1), square.reshape(-1), direction.reshape(-1)
    shares = [number for beta in betas for number in (beta, 1 - beta)]
    numbers = [mean.dtype.type(number) for number in (*shares, *whole, epsilon)]
    each, tasks = chunk(mean.size, 1)

    threads.run(lambda todo, _: adam_loop(todo, each, arrays, tuple(numbers)), tasks)
    return direction


def _map(loop, *arrays):
    """Return a new array that a loop fills from others of its shape."""
    result = aligned(arrays[0].shape, arrays[0].dtype)
    read, write = [flat(array) for array in arrays], result.reshape(-1)
    each, tasks = chunk(result.size, 1)
    threads.run(lambda todo, _: loop(todo, each, *read, write), tasks)
    return result


@kernel
def keep_positive(todo, each, x, y):
    """y = max(x, 0); the last vector begins earlier if it would not be full."""
    for task in tasks_of(todo):
        for start in range(task * each, min((task + 1) * each, x.size), lanes(x)):
            i = min(start, x.size - lanes(x))
            store(y, i, maximum(load(x, i), splat(x, 0)))


@kernel
def pass_where_positive(todo, each, dy, y, dx):
    """dx = dy where y > 0, else 0; the last vector begins earlier if it would not be full."""
    for task in tasks_of(todo):
        for start in range(task * each, min((task + 1) * each, dy.size), lanes(dy)):
            i = min(start, dy.size - lanes(dy))
            store(dx, i, select_positive(load(y, i), load(dy, i)))


@kernel
def adam_loop(todo, each, arrays, numbers):
    """Adam's direction, number by number: the compiler makes lanes of such a loop by itself."""
    gradient, mean, square, direction = arrays
    keep1, add1, keep2, add2, whole1, whole2, low = numbers
    for task in tasks_of(todo):
        for i in range(task * each, min((task + 1) * each, mean.size)):
            g = gradient[i]
            mean[i] = mean[i] * keep1 + add1 * g
            square[i] = square[i] * keep2 + add2 * (g * g)
            direction[i] = (mean[i] / whole1) / (np.sqrt(square[i] / whole2) + low)
