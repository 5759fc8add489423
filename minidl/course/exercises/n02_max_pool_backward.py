"""The way back through max pooling: the winner takes all."""

import numpy as np

import minidl.functional as F
from minidl.course.exercise import Exercise, Gradient, mistakes


def max_pool_backward(dy, x, size, stride):
    """Go back through max pooling, y = max_pool(x, size, stride).

    dy:     gradient of the loss with respect to y, (N, rows, columns, C)
    x:      the input, (N, H, W, C); no window holds its largest number twice
    size:   side of the square window
    stride: positions that the window moves at a time; below size the windows overlap
    Returns the gradient with respect to x, of its shape and dtype: float32 stays float32.
    """
    ### BEGIN SOLUTION
    dx = np.zeros_like(x)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            down = slice(i * stride, i * stride + size)
            across = slice(j * stride, j * stride + size)
            window = x[:, down, across]
            winner = window == window.max(axis=(1, 2), keepdims=True)
            dx[:, down, across] += winner * dy[:, i : i + 1, j : j + 1]
    return dx
    ### END SOLUTION


def _case(n, h, wide, c, size, stride):
    rows, across = (h - size) // stride + 1, (wide - size) // stride + 1

    def make(rng):
        # a shuffled ladder: no nudge of a gradient check changes a winner
        x = rng.permutation(n * h * wide * c).reshape(n, h, wide, c) / 10 - 2
        dy = rng.standard_normal((n, rows, across, c))
        return {"dy": dy, "x": x, "size": size, "stride": stride}

    return make


def _loss(dy, x, size, stride):
    return float((dy * F.max_pool(x, size, stride=stride)[0]).sum())


EXERCISE = Exercise(
    solution=max_pool_backward,
    points=2,
    cases={
        "two pictures, 4 × 6, in 3 channels": _case(2, 4, 6, 3, 2, 2),
        "overlapping windows, 3 wide and 2 apart": _case(2, 7, 5, 2, 3, 2),
        "windows that overlap by all but one position": _case(1, 5, 4, 2, 3, 1),
        "windows further apart than they are wide": _case(1, 8, 5, 2, 2, 3),
        "a size that leaves a remainder": _case(2, 5, 7, 1, 2, 2),
    },
    edges={"a window as large as the picture": _case(2, 3, 3, 2, 3, 3)},
    hints=(
        "Go through the outputs (i, j), cut the window of x that each one saw, and find where in "
        "it the maximum is.",
        "For the whole batch at once: `window == window.max(axis=(1, 2), keepdims=True)` is True "
        "at the winner of each picture and channel, and only there.",
        "Multiply that mask with `dy[:, i : i + 1, j : j + 1]` and add (`+=`) it to the same slice "
        "of dx.",
    ),
    wrong=mistakes("""
        You keep only the last gradient where windows overlap: a position can win several times, so
        add with `+=`, not `=`.
            dx[:, down, across] += -> dx[:, down, across] =
        Where a position wins in several windows you keep the last gradient: add with `+=`, not `=`.
            += winner * dy[:, i : i + 1, j : j + 1] ->
                = np.where(winner, dy[:, i : i + 1, j : j + 1], dx[:, down, across])
        You shared the gradient among all positions of the window: that is average pooling. Here the
        winner takes all.
            winner * dy -> 1 / size**2 * dy
        All positions of the window receive the whole gradient; only the winner should.
            winner * dy -> (window == window) * dy
        You look for the winner among the channels too: each channel has its own.
            axis=(1, 2), keepdims -> axis=(1, 2, 3), keepdims
        You look for one winner in the whole batch: each picture and each channel has its own.
            window.max(axis=(1, 2), keepdims=True) -> window.max()
        The maximum has lost two axes, so NumPy matches its examples with the window's columns: keep
        them with `keepdims=True`.
            , keepdims=True ->
        `dy[:, i, j]` has lost two axes, so NumPy matches its examples with the window's columns:
        write `dy[:, i : i + 1, j : j + 1]`.
            dy[:, i : i + 1, j : j + 1] -> dy[:, i, j]
        Your windows are one position apart: they are `stride` apart.
            i * stride, i * stride + size -> i, i + size
            j * stride, j * stride + size -> j, j + size
        Your windows are `size` apart. They are `stride` apart; the two are equal only in the
        plainest pooling.
            -> stride = size
        You count the windows as if they were `size` apart. They are `stride` apart, and `dy` has
        one place for each.
            -> stride = size
            range(dy.shape[1]) -> range(x.shape[1] // size)
            range(dy.shape[2]) -> range(x.shape[2] // size)
        You multiplied the gradient by the winner's value: the slope of a maximum is 1 at the
        winner, whatever its value.
            winner * dy -> winner * window * dy
        You look for the winner among the examples of the batch too: each picture has its own.
            axis=(1, 2), keepdims -> axis=(0, 1, 2), keepdims
    """),
    gradient=Gradient(loss=_loss, of=("x",)),
)
