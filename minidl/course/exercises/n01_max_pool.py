"""Max pooling of a batch of pictures, with windows that may overlap."""

import numpy as np

from minidl.course.exercise import Exercise, maker, mistakes


def max_pool(x, size, stride):
    """Keep the largest number of every window, for each channel by itself.

    y[n, i, j, c] = max over u, v < size of  x[n, i·stride + u, j·stride + v, c]

    x:      pictures, (N, H, W, C)
    size:   side of the square window
    stride: positions that the window moves at a time; below size the windows overlap
    Returns y, (N, rows, columns, C), as many as fit (`output_size`), of x's dtype.
    """
    ### BEGIN SOLUTION
    rows = (x.shape[1] - size) // stride + 1
    columns = (x.shape[2] - size) // stride + 1
    y = np.full((x.shape[0], rows, columns, x.shape[3]), -np.inf, x.dtype)
    for u in range(size):
        for v in range(size):
            seen = x[:, u : u + rows * stride : stride, v : v + columns * stride : stride]
            y = np.maximum(y, seen)
    return y
    ### END SOLUTION


@maker
def _pictures(rng, n, h, wide, c, size, stride):
    # mostly below zero, so that a maximum that begins with 0 is found out
    return rng.standard_normal((n, h, wide, c)) - 0.8, size, stride


EXERCISE = Exercise(
    solution=max_pool,
    points=2,
    cases={
        "two pictures, 4 × 6, in 3 channels": _pictures(2, 4, 6, 3, 2, 2),
        "overlapping windows, 3 wide and 2 apart": _pictures(2, 7, 5, 2, 3, 2),
        "windows that overlap by all but one position": _pictures(1, 5, 4, 3, 3, 1),
        "windows further apart than they are wide": _pictures(1, 8, 5, 2, 2, 3),
        "a size that leaves a remainder": _pictures(2, 5, 7, 1, 2, 2),
    },
    edges={
        "what a ReLU leaves, much of it 0": (
            lambda rng: (np.maximum(rng.standard_normal((2, 5, 6, 2)), 0), 3, 2)
        ),
        "a window as large as the picture": _pictures(2, 3, 3, 2, 3, 3),
        "numbers so far below zero that a `y` begun with −100, or −10⁹, wins against them": (
            lambda rng: (-1e30 * rng.uniform(1, 2, (1, 5, 4, 2)), 3, 2)
        ),
    },
    hints=(
        "It is the tap loop of `convolve` again: the same slices of `x`, with a maximum in the "
        "place of the sum. `np.maximum(a, b)` takes the larger one, number by number (Python's own "
        "`max` compares whole arrays). What must `y` begin with, so that every window wins "
        "against it, however far below zero its numbers are?",
        "A number that loses against every other is `-np.inf`. Fill `y` with it, and then let "
        "the taps come one by one.",
        "`y = np.full(shape, -np.inf, x.dtype)`, and for every tap `y = np.maximum(y, seen)`.",
    ),
    wrong=mistakes("""
        Where all numbers of a window are negative you return 0: the maximum must not start from 0.
            -np.inf -> 0
        Your `y` begins with a number that can be larger than a whole window: only −inf loses
        against everything.
            -np.inf -> -100
        Your `y` begins with a corner of `x`. Where the stride is above 1 those numbers do not all
        belong to their windows, and one from elsewhere can win.
            np.full((x.shape[0], rows, columns, x.shape[3]), -np.inf, x.dtype) ->
                x[:, :rows, :columns]
        You cut the picture into tiles, which is right only where `stride` equals `size`: here
        windows overlap or leave gaps.
            -> stride = size
        The stride decides how many windows there are, but not where they lie: yours move one step
        at a time.
            * stride : stride ->
        That is the average of each window, not its maximum.
            y = np.maximum(y, seen) -> y = np.where(np.isinf(y), 0, y) + seen / size**2
        You took the maximum over the channels too: each channel is pooled by itself.
            return y -> return np.maximum(y, y.max(axis=3, keepdims=True))
        Every tap overwrites what the taps before it left: keep the larger of the two.
            y = np.maximum(y, seen) -> y = seen
        That is the smallest number of each window, not the largest.
            y = np.maximum(y, seen) -> y = np.where(np.isinf(y), seen, np.minimum(y, seen))
        You keep the number that is farthest from 0; the largest is asked for, and −1 is larger than
        −2.
            np.maximum(y, seen) -> np.where(np.isinf(y) | (abs(seen) > abs(y)), seen, y)
        Your `y` is float64 whatever `x` is: give it the dtype of `x`.
            -np.inf, x.dtype -> -np.inf
    """),
)
