"""Convolution of a batch of pictures: the tap loop."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Wrong


def convolve(x, w, b, stride=1, padding=0):
    """Convolve a batch of pictures with a bank of filters.

    y[n, i, j, f] = b[f] + Σ_u Σ_v Σ_c  x[n, i·stride + u − padding, j·stride + v − padding, c]
                                        · w[u, v, c, f]

    x: pictures, (N, H, W, C); outside of a picture everything is 0
    w: filters, (height, width, C, F), not flipped
    b: one number for each filter, (F,)
    Returns y, (N, (H + 2·padding − height) // stride + 1, the same for the width, F).
    """
    ### BEGIN SOLUTION
    height, width, _, filters = w.shape
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    rows = (x.shape[1] - height) // stride + 1
    columns = (x.shape[2] - width) // stride + 1
    y = np.zeros((len(x), rows, columns, filters), x.dtype)
    for u in range(height):
        for v in range(width):
            seen = x[:, u : u + rows * stride : stride, v : v + columns * stride : stride]
            y += seen @ w[u, v]
    return y + b
    ### END SOLUTION


def _position_by_position(x, w, b, stride=1, padding=0):
    n, h, wide, _ = x.shape
    kh, kw, _, f = w.shape
    padded = np.zeros((n, h + 2 * padding, wide + 2 * padding, x.shape[3]), x.dtype)
    padded[:, padding : padding + h, padding : padding + wide] = x
    rows, columns = (padded.shape[1] - kh) // stride + 1, (padded.shape[2] - kw) // stride + 1
    y = np.empty((n, rows, columns, f), x.dtype)
    for i in range(rows):
        for j in range(columns):
            window = padded[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
            y[:, i, j] = np.tensordot(window, w, axes=3) + b
    return y


def _by_einsum(x, w, b, stride=1, padding=0):
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[:2], axis=(1, 2))
    return np.einsum("nijcuv,uvcf->nijf", windows[:, ::stride, ::stride], w) + b


def _pictures(n, h, wide, c, f, kernel=(3, 2), **options):
    def make(rng):
        x, w = rng.standard_normal((n, h, wide, c)), rng.standard_normal((*kernel, c, f))
        return {"x": x, "w": w, "b": rng.standard_normal(f), **options}

    return make


EXERCISE = Exercise(
    solution=convolve,
    points=3,
    cases=(
        Case("two pictures, 6 × 5, in 3 channels", _pictures(2, 6, 5, 3, 4)),
        Case("a stride of 2", _pictures(2, 7, 9, 2, 3, stride=2)),
        Case("a padding of 1", _pictures(1, 4, 6, 2, 3, padding=1)),
        Case(
            "a stride of 3 that leaves a rest, with padding 2",
            _pictures(2, 8, 7, 1, 2, stride=3, padding=2),
        ),
        Case("a filter as large as the picture", _pictures(1, 3, 2, 2, 2), edge=True),
        Case("a filter of a single tap", _pictures(2, 3, 4, 3, 2, kernel=(1, 1)), edge=True),
    ),
    hints=(
        "Forget the batch and the channels first: for one tap (u, v) of the filter, which part of "
        "`x` does it see while the filter slides? It is a slice of `x`.",
        "For the tap (u, v), that slice starts at row u and column v and takes every `stride`-th "
        "row and column. There are as many of them as `y` has.",
        "`seen @ w[u, v]` turns the channels at every position into filters. Add it to `y`, tap by "
        "tap, and the bias once at the end.",
    ),
    wrong=(
        Wrong(
            "The stride decides how many positions there are, but not where you look: the filter "
            "still moves one step at a time.",
            edit=(
                "u : u + rows * stride : stride, v : v + columns * stride : stride",
                "u : u + rows, v : v + columns",
            ),
        ),
        Wrong(
            "Every tap overwrites what the taps before it left: add with `+=`.",
            edit=("y += seen", "y[:] = seen"),
        ),
        Wrong(
            "You flipped the filter. In deep learning a convolution does not (mathematicians would "
            "call it a cross-correlation).",
            edit=("w[u, v]", "w[-1 - u, -1 - v]"),
        ),
        Wrong("The bias is missing.", edit=("return y + b", "return y")),
        Wrong(
            "The bias is added at every tap; it belongs to the sum once.",
            edit=("y += seen @ w[u, v]\n    return y + b", "y += seen @ w[u, v] + b\n    return y"),
        ),
        Wrong(
            "The picture is padded below and to the right only: padding goes on both sides.",
            edit=(
                "((0, 0), (padding, padding), (padding, padding), (0, 0))",
                "((0, 0), (0, 2 * padding), (0, 2 * padding), (0, 0))",
            ),
        ),
        Wrong(
            "Your `y` is float64 whatever `x` is: give `np.zeros` the dtype of `x`.",
            edit=("filters), x.dtype)", "filters))"),
        ),
    ),
    right=(_position_by_position, _by_einsum),
)
