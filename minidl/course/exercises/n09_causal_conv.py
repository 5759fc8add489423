"""A convolution in time that never reads the future."""

import numpy as np

from minidl.course.exercise import Exercise, mistakes, normal


def causal_conv(x, w, dilation=1):
    """Convolve signals with filters that see the present and the past alone.

    y[n, t, f] = Σ_k Σ_c  x[n, t − (K − 1 − k)·dilation, c] · w[k, c, f]

    The last tap, k = K − 1, reads the present, and every tap before it reads `dilation` samples
    earlier than the next. Before a signal begins, everything is 0.

    x: signals, (N, L, C)
    w: filters, (K, C, F), not flipped
    dilation: samples from one tap to the next
    Returns y, (N, L, F), of the dtype of x and w: float32 stays float32.
    """
    ### BEGIN SOLUTION
    taps, length = len(w), x.shape[1]
    before = (taps - 1) * dilation
    x = np.pad(x, ((0, 0), (before, 0), (0, 0)))
    return sum(x[:, k * dilation : k * dilation + length] @ w[k] for k in range(taps))
    ### END SOLUTION


EXERCISE = Exercise(
    solution=causal_conv,
    points=2,
    cases={
        "two signals of 9 samples in 2 channels": normal((2, 9, 2), (3, 2, 3)),
        "a filter with an even number of taps": normal((1, 8, 1), (4, 1, 2)),
        "a dilation of 3": normal((2, 12, 2), (3, 2, 2), dilation=3),
        "an even number of taps that are 2 apart": normal((2, 11, 3), (2, 3, 1), dilation=2),
    },
    edges={
        "a filter of a single tap": normal((2, 5, 3), (1, 3, 2)),
        "a filter that reaches back further than the signal is long": normal(
            (1, 4, 2), (4, 2, 2), dilation=2
        ),
    },
    hints=(
        "Write down which samples y[0] reads when there are 3 taps: x[−2], x[−1] and x[0]. How "
        "many zeros must stand before the signal, and how many after it?",
        "With `before = (K - 1) * dilation` zeros before the signal and none after, tap `k` of "
        "output `t` reads the padded signal at `t + k * dilation`.",
        "So tap k sees `x[:, k * dilation : k * dilation + length]` of the padded signal. Multiply "
        "by `w[k]` with `@` and add the taps up.",
    ),
    wrong=mistakes("""
        You put the zeros behind the signal, so every output reads the future.
            (before, 0) -> (0, before)
        You split the zeros between both sides: that is "same", and half of the taps look ahead.
            (before, 0) -> (before // 2, before - before // 2)
        You flipped the filter: the last tap reads the present, the first one the past.
            @ w[k] -> @ w[taps - 1 - k]
        The dilation is missing from where the taps read: yours stand next to each other.
            k * dilation : k * dilation + length -> before - taps + 1 + k :][:, :length
        You counted `K` gaps between the taps, so nothing sees the present: K taps reach back only
        (K − 1)·dilation samples.
            (taps - 1) * dilation -> taps * dilation
        You padded for taps next to each other: with a dilation the first tap reaches back (K −
        1)·dilation samples.
            (before, 0) -> (taps - 1, before - taps + 1)
        Before a signal begins you read its end, as `np.roll` and negative indices do; everything is
        0 there.
            (0, 0))) -> (0, 0)), mode="wrap")
        You did not pad, so the first outputs are missing: y is as long as x.
            x = np.pad(x, ((0, 0), (before, 0), (0, 0))) -> length -= before
    """),
)
