"""Convolution of a batch of pictures: the tap loop."""

import numpy as np

from minidl.course.exercise import Exercise, mistakes, normal


def convolve(x, w, b, stride=1, padding=0):
    """Convolve a batch of pictures with a bank of filters.

    y[n, i, j, f] = b[f] + Σ_u Σ_v Σ_c  x[n, i·stride + u − padding, j·stride + v − padding, c]
                                        · w[u, v, c, f]

    x: pictures, (N, H, W, C); outside of a picture everything is 0
    w: filters, (height, width, C, F), not flipped
    b: one number for each filter, (F,)
    Returns y, (N, rows, columns, F), as many as fit (`output_size`), of the dtype that x, w and b
    share: float32 stays float32.
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


EXERCISE = Exercise(
    solution=convolve,
    points=3,
    cases={
        "two pictures, 6 × 5, in 3 channels": normal((2, 6, 5, 3), (3, 2, 3, 4), 4),
        "filters wider than high": normal((2, 5, 8, 2), (2, 4, 2, 3), 3),
        "a stride of 2": normal((2, 7, 9, 2), (3, 2, 2, 3), 3, stride=2),
        "a padding of 1": normal((1, 4, 6, 2), (3, 2, 2, 3), 3, padding=1),
        "a stride of 3 that leaves a remainder, with padding 2": normal(
            (2, 8, 7, 1), (3, 2, 1, 2), 2, stride=3, padding=2
        ),
    },
    edges={
        "a filter as large as the picture": normal((1, 3, 2, 2), (3, 2, 2, 2), 2),
        "a filter of a single tap": normal((2, 3, 4, 3), (1, 1, 3, 2), 2),
    },
    hints=(
        "Forget the batch and the channels first: for one tap (u, v) of the filter, which part of "
        "`x` does it see while the filter slides? It is a slice of `x`, behind the batch: "
        "`x[:, …, …]`. And begin `y` with `np.zeros`: `np.empty` does not clear the memory that it "
        "takes.",
        "For the tap (u, v), that slice starts at row u and column v and takes every `stride`-th "
        "row and column. There are as many of them as `y` has.",
        "`seen @ w[u, v]` turns the channels at every position into filters. Add it to `y`, tap by "
        "tap, and the bias once at the end.",
    ),
    wrong=mistakes("""
        The stride decides how many positions there are, but not where you look: your filter still
        moves one step at a time.
            * stride : stride ->
        Look at the slice of a tap: it begins at `u` (the stride is between positions, not between
        taps) and ends at `u + rows * stride`: with a stride, `rows` positions take that many rows
        of `x`.
            * stride : -> :
        Your taps stand `stride` apart, and your positions side by side; it is the positions that
        are `stride` apart.
            u : u + rows * stride : stride -> u * stride : u * stride + rows
            v : v + columns * stride : stride -> v * stride : v * stride + columns
        `u` and `v` are swapped in the slice of a tap: `u` moves it down, `v` across.
            u : u + rows * stride -> v : v + rows * stride
            v : v + columns * stride -> u : u + columns * stride
        You never use `padding`: pad `x` first.
            x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0))) ->
        With padding the shapes no longer fit: pad the two middle axes alone, and count the padding
        once, since the padded `x` is larger already.
            (x.shape[1] - height) -> (x.shape[1] + 2 * padding - height)
            (x.shape[2] - width) -> (x.shape[2] + 2 * padding - width)
        `*` multiplies number by number; the channels become filters by a matrix product, `@`.
            seen @ w[u, v] -> seen * w[u, v]
        Every tap overwrites what the taps before it left: add with `+=`.
            y += seen -> y[:] = seen
        You flipped the filter. In deep learning a convolution does not flip it (mathematicians
        would call this a cross-correlation).
            w[u, v] -> w[-1 - u, -1 - v]
        The bias is missing.
            return y + b -> return y
        You add the bias at every tap; it is added once, to the whole sum.
            @ w[u, v] -> @ w[u, v] + b
            return y + b -> return y
        You padded below and to the right only: padding goes on all four sides.
            (padding, padding), (padding, padding) -> (0, 2 * padding), (0, 2 * padding)
        Your `y` is float64 whatever `x` is: give `np.zeros` the dtype of `x`.
            filters), x.dtype) -> filters))
        You swapped height and width: `w` has the shape (height, width, C, F).
            height, width, _, filters = w.shape -> width, height, _, filters = w.shape
    """),
)
