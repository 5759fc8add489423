"""A residual block: two convolutions, and a way around them."""

import numpy as np

import minidl.functional as F
from minidl.course.exercise import Exercise, maker, mistakes


def residual_block(x, w1, b1, w2, b2):
    """Return what a residual block makes of x: y = ReLU(x + g(x)).

    g is a convolution with w1 and b1, a ReLU, and a convolution with w2 and b2. Both convolutions
    have a stride of 1 and keep height and width.

    x: (N, H, W, C)
    w1, w2: filters 3 × 3, (3, 3, C, C)
    b1, b2: biases, (C,)
    Returns y, (N, H, W, C).
    """
    ### BEGIN SOLUTION
    hidden, _ = F.conv(x, w1, b1, padding="same")
    hidden = np.maximum(hidden, 0)
    g, _ = F.conv(hidden, w2, b2, padding="same")
    return np.maximum(x + g, 0)
    ### END SOLUTION


@maker
def _block(rng, n, height, width, channels, scale=0.3):
    w1, w2 = scale * rng.standard_normal((2, 3, 3, channels, channels))
    b1, b2 = rng.standard_normal((2, channels))
    return rng.standard_normal((n, height, width, channels)), w1, b1, w2, b2


EXERCISE = Exercise(
    solution=residual_block,
    points=2,
    cases={
        "two pictures of 5 × 4 with 3 channels": _block(2, 5, 4, 3),
        "one picture of 3 × 7 with 4 channels": _block(1, 3, 7, 4),
        "a single channel": _block(2, 4, 4, 1),
    },
    edges={
        "filters that are all 0": _block(1, 3, 4, 2, scale=0),
        "pictures of one pixel": _block(3, 1, 1, 2),
    },
    hints=(
        'Begin with g(x): `F.conv(x, w1, b1, padding="same")` returns a pair, the result and a '
        "cache for the way back. Take the first.",
        "ReLU is `np.maximum(…, 0)`. It stands in two places: between the convolutions, and at the "
        "very end.",
        "x is added after the second convolution and before the last ReLU.",
    ),
    wrong=mistakes("""
        The way around is missing: add x to what the convolutions found.
            np.maximum(x + g, 0) -> np.maximum(g, 0)
        You apply ReLU to g before x is added, so the block can only add and never subtract: add
        first, then apply ReLU.
            np.maximum(x + g, 0) -> x + np.maximum(g, 0)
        The last ReLU is missing.
            np.maximum(x + g, 0) -> x + g
        The ReLU between the convolutions is missing: without it the two are no more than one larger
        convolution.
            np.maximum(hidden, 0) -> hidden
        You add what the first convolution found; the way around begins at x.
            np.maximum(x + g -> np.maximum(hidden + g
        Your second convolution reads x again, not what the first one and its ReLU made of it.
            F.conv(hidden, w2 -> F.conv(x, w2
        The second bias is missing.
            hidden, w2, b2 -> hidden, w2, 0 * b2
        You use the first filters in both convolutions: the second has its own, `w2` and `b2`.
            F.conv(hidden, w2, b2 -> F.conv(hidden, w1, b1
        You changed the caller's array with `x += …`: write `x + g`.
            return np.maximum(x + g, 0) -> x += g; return np.maximum(x, 0)
        You apply ReLU to g as well as to the sum, so the block can never subtract: only the sum
        goes through the last ReLU.
            np.maximum(x + g, 0) -> np.maximum(x + np.maximum(g, 0), 0)
        The biases are missing: each convolution adds its own, `b1` and `b2`.
            conv(x, w1, b1 -> conv(x, w1, 0 * b1
            conv(hidden, w2, b2 -> conv(hidden, w2, 0 * b2
    """),
)
