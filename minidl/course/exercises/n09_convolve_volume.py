"""Convolution over volumes: the tap loop with three axes."""

import numpy as np

from minidl.course.exercise import Exercise, mistakes, normal


def convolve_volume(x, w, stride=1, padding=0):
    """Convolve a batch of volumes, or of films, with a bank of filters.

    y[n, i, j, k, f] = Σ_t Σ_u Σ_v Σ_c  x[n, i·stride + t − padding, j·stride + u − padding,
                                          k·stride + v − padding, c] · w[t, u, v, c, f]

    x: volumes, (N, D, H, W, C); outside of a volume everything is 0
    w: filters, (depth, height, width, C, F), not flipped; the three may differ
    stride, padding: whole numbers, the same along all three axes
    Returns y, (N, (D + 2·padding − depth) // stride + 1, the same for H and for W, F), of the
    dtype of x.
    """
    ### BEGIN SOLUTION
    border = (padding, padding)
    x = np.pad(x, ((0, 0), border, border, border, (0, 0)))
    places = [(n - k) // stride + 1 for n, k in zip(x.shape[1:4], w.shape[:3], strict=True)]
    y = np.zeros((len(x), *places, w.shape[4]), x.dtype)
    for tap in np.ndindex(w.shape[:3]):
        ends = [t + stride * many for t, many in zip(tap, places, strict=True)]
        seen = [slice(t, end, stride) for t, end in zip(tap, ends, strict=True)]
        y += x[:, *seen] @ w[tap]
    return y
    ### END SOLUTION


EXERCISE = Exercise(
    solution=convolve_volume,
    points=3,
    cases={
        "two volumes, 5 × 6 × 7, in 2 channels": normal((2, 5, 6, 7, 2), (3, 3, 3, 2, 3)),
        "filters that differ in depth, height and width": normal((1, 5, 6, 4, 1), (2, 3, 1, 1, 2)),
        "a stride of 2": normal((2, 7, 6, 5, 2), (3, 2, 3, 2, 2), stride=2),
        "a padding of 1": normal((1, 4, 3, 5, 2), (3, 3, 3, 2, 2), padding=1),
        "a stride of 3 that leaves a remainder, with padding 2": normal(
            (1, 6, 5, 7, 1), (2, 3, 3, 1, 2), stride=3, padding=2
        ),
    },
    edges={
        "a filter as large as the volume": normal((2, 2, 3, 4, 2), (2, 3, 4, 2, 2)),
        "a filter of a single tap": normal((1, 3, 2, 4, 3), (1, 1, 1, 3, 2)),
    },
    hints=(
        "Notebook 01's tap loop has two loops over the taps of a filter, and slices two axes of "
        "`x`. Here there are three of each, and nothing else is new.",
        "`np.ndindex(w.shape[:3])` goes through all taps (t, u, v). Tap t sees, along its axis, "
        "every `stride`-th slice from t on, as many as `y` has: `slice(t, t + stride * many, "
        "stride)`.",
        "`y += seen @ w[t, u, v]`, where `seen` is `x` with these three slices: `@` multiplies the "
        "channels at all places at once.",
    ),
    wrong=mistakes("""
        The stride decides how many places there are, but not where you look: your filter still
        moves one step at a time.
            t + stride * many -> t + many
            slice(t, end, stride) -> slice(t, end)
        Every tap overwrites what the taps before it left: add with `+=`.
            y += x -> y[:] = x
        You flipped the filter. In deep learning a convolution does not flip it.
            @ w[tap] -> @ w[::-1, ::-1, ::-1][tap]
        You did not pad the first axis: a volume has a border above and below, too.
            ((0, 0), border, border, border, (0, 0)) -> ((0, 0), (0, 0), border, border, (0, 0))
        You padded one side of each axis only: there is a border on both.
            border = (padding, padding) -> border = (0, 2 * padding)
        You took the filter for a cube: its depth, height and width may differ.
            -> side = w.shape[0]; w = np.resize(w, (side, side, side, *w.shape[3:]))
        You convolved each slice by itself, with the first slice of the filter: the sum goes over
        the filter's depth as well.
            np.ndindex(w.shape[:3]) -> np.ndindex(1, *w.shape[1:3])
        You mixed up two axes of the filter: `w` is (depth, height, width, C, F), in the order of
        the axes of `x`.
            -> w = w.swapaxes(1, 2)
        You repeat the volume's border outside of it; there everything is 0.
            border, border, border, (0, 0))) -> border, border, border, (0, 0)), mode="edge")
        Your `y` is float64 whatever `x` is: give `np.zeros` the dtype of `x`.
            w.shape[4]), x.dtype) -> w.shape[4]))
    """),
)
