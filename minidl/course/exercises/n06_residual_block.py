"""A residual block: two convolutions, and a way around them."""

import numpy as np

import minidl.functional as F
from minidl.course.exercise import Case, Exercise, Wrong


def residual_block(x, w1, b1, w2, b2):
    """Add to x what two convolutions find in it.

    y = ReLU(x + g(x)),   g(x) = conv(ReLU(conv(x, w1) + b1), w2) + b2

    Both convolutions have a stride of 1 and keep height and width (padding "same").

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


def _tap_by_tap(x, w1, b1, w2, b2):
    def conv(x, w, b):
        height, width = x.shape[1:3]
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        return b + sum(
            padded[:, u : u + height, v : v + width] @ w[u, v] for u in range(3) for v in range(3)
        )

    found = conv(np.maximum(conv(x, w1, b1), 0), w2, b2)
    return np.maximum(x + found, 0)


def _with_windows(x, w1, b1, w2, b2):
    y = x
    for w, b in ((w1, b1), (w2, b2)):
        padded = np.pad(np.maximum(y, 0) if w is w2 else y, ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        y = np.einsum("nijcuv,uvcf->nijf", windows, w) + b
    y = y + x
    return np.where(y > 0, y, np.zeros_like(y))


def _in_place(x, w1, b1, w2, b2):
    hidden, _ = F.relu(F.conv(x, w1, b1, padding="same")[0])
    x += F.conv(hidden, w2, b2, padding="same")[0]
    return np.maximum(x, 0)


def _block(n, height, width, channels, scale=0.3):
    def make(rng):
        shape = (3, 3, channels, channels)
        return {
            "x": rng.standard_normal((n, height, width, channels)),
            "w1": scale * rng.standard_normal(shape),
            "b1": rng.standard_normal(channels),
            "w2": scale * rng.standard_normal(shape),
            "b2": rng.standard_normal(channels),
        }

    return make


EXERCISE = Exercise(
    solution=residual_block,
    points=2,
    cases=(
        Case("two pictures of 5 × 4 with 3 channels", _block(2, 5, 4, 3)),
        Case("one picture of 3 × 7 with 4 channels", _block(1, 3, 7, 4)),
        Case("a single channel", _block(2, 4, 4, 1)),
        Case("filters that are all 0", _block(1, 3, 4, 2, scale=0), edge=True),
        Case("pictures of one pixel", _block(3, 1, 1, 2), edge=True),
    ),
    hints=(
        'Begin with g(x): `F.conv(x, w1, b1, padding="same")` returns a pair, the result and a '
        "cache for the way back. Take the first.",
        "ReLU is `np.maximum(…, 0)`. It stands in two places: between the convolutions, and at the "
        "very end.",
        "x is added after the second convolution and before the last ReLU.",
    ),
    wrong=(
        Wrong(
            "The way around is missing: x has to be added to what the convolutions found.",
            edit=("np.maximum(x + g, 0)", "np.maximum(g, 0)"),
        ),
        Wrong(
            "You apply ReLU to g before x is added, so the block can only add and never take away: "
            "add first, then ReLU.",
            edit=("np.maximum(x + g, 0)", "x + np.maximum(g, 0)"),
        ),
        Wrong("The last ReLU is missing.", edit=("np.maximum(x + g, 0)", "x + g")),
        Wrong(
            "The ReLU between the convolutions is missing; without it the two are no more than one "
            "larger convolution.",
            edit=("    hidden = np.maximum(hidden, 0)\n", ""),
        ),
        Wrong(
            "You add what the first convolution found; the way around begins at x.",
            edit=("x + g", "hidden + g"),
        ),
        Wrong(
            "Both convolutions use the first filters: the second has its own, `w2` and `b2`.",
            edit=("F.conv(hidden, w2, b2", "F.conv(hidden, w1, b1"),
        ),
        Wrong(
            "`x += …` changes the caller's array: write `x + g`.",
            function=_in_place,
        ),
    ),
    right=(_tap_by_tap, _with_windows),
)
