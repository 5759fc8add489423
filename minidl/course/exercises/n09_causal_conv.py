"""A convolution in time that never reads the future."""

import numpy as np

import minidl.functional as F
from minidl.course.exercise import Case, Exercise, Wrong


def causal_conv(x, w, dilation=1):
    """Convolve signals with filters that see the present and the past alone.

    y[n, t, f] = Σ_k Σ_c  x[n, t − (K − 1 − k)·dilation, c] · w[k, c, f]

    The last tap, k = K − 1, reads the present, and every tap before it reads `dilation` samples
    earlier than the next. Before a signal begins, everything is 0.

    x: signals, (N, L, C)
    w: filters, (K, C, F), not flipped
    dilation: samples from one tap to the next
    Returns y, (N, L, F).
    """
    ### BEGIN SOLUTION
    taps, length = len(w), x.shape[1]
    before = (taps - 1) * dilation
    x = np.pad(x, ((0, 0), (before, 0), (0, 0)))
    return sum(x[:, k * dilation : k * dilation + length] @ w[k] for k in range(taps))
    ### END SOLUTION


def _sample_by_sample(x, w, dilation=1):
    n, length, _ = x.shape
    taps, _, filters = w.shape
    y = np.zeros((n, length, filters), x.dtype)
    for t in range(length):
        for k in range(taps):
            past = t - (taps - 1 - k) * dilation
            if past >= 0:
                y[:, t] += x[:, past] @ w[k]
    return y


def _as_padding(x, w, dilation=1):
    return F.conv(x, w, padding="causal", dilation=dilation)[0]


def _by_delays(x, w, dilation=1):
    y = np.zeros((*x.shape[:2], w.shape[2]), x.dtype)
    for ago, tap in enumerate(w[::-1]):
        late = ago * dilation
        y[:, late:] += x[:, : max(x.shape[1] - late, 0)] @ tap
    return y


def _signals(n, length, c, f, taps=3, **options):
    def make(rng):
        x, w = rng.standard_normal((n, length, c)), rng.standard_normal((taps, c, f))
        return {"x": x, "w": w, **options}

    return make


EXERCISE = Exercise(
    solution=causal_conv,
    points=2,
    cases=(
        Case("two signals of 9 samples in 2 channels", _signals(2, 9, 2, 3)),
        Case("a filter with an even number of taps", _signals(1, 8, 1, 2, taps=4)),
        Case("a dilation of 3", _signals(2, 12, 2, 2, dilation=3)),
        Case("a filter of a single tap", _signals(2, 5, 3, 2, taps=1), edge=True),
        Case(
            "a filter that reaches back further than the signal is long",
            _signals(1, 4, 2, 2, taps=4, dilation=2),
            edge=True,
        ),
    ),
    hints=(
        "Write down which samples y[0] reads when there are 3 taps: x[−2], x[−1] and x[0]. How "
        "many zeros must stand before the signal, and how many after it?",
        "With `before = (K - 1) * dilation` zeros before the signal and none after, tap `k` of "
        "output `t` reads the padded signal at `t + k * dilation`.",
        "So tap k sees `x[:, k * dilation : k * dilation + length]` of the padded signal. Multiply "
        "by `w[k]` with `@` and add the taps up.",
    ),
    wrong=(
        Wrong(
            "The zeros stand behind the signal, so every output reads the future.",
            edit=("(before, 0), (0, 0)))", "(0, before), (0, 0)))"),
        ),
        Wrong(
            'You split the zeros between both sides: that is "same", and half of the taps look '
            "ahead.",
            edit=(
                "((0, 0), (before, 0), (0, 0))",
                "((0, 0), (before // 2, before - before // 2), (0, 0))",
            ),
        ),
        Wrong(
            "You flipped the filter: the last tap reads the present, the first one the past.",
            edit=("@ w[k]", "@ w[taps - 1 - k]"),
        ),
        Wrong(
            "The taps stand next to each other: the dilation is missing from where they read.",
            edit=("k * dilation : k * dilation + length", "before - taps + 1 + k :][:, :length"),
        ),
        Wrong(
            "There are as many zeros as taps, so that nothing sees the present: K taps reach back "
            "only (K − 1)·dilation samples.",
            edit=("(taps - 1) * dilation", "taps * dilation"),
        ),
        Wrong(
            "You padded for neighbouring taps: with a dilation the first tap reaches back "
            "(K − 1)·dilation samples.",
            function=lambda x, w, dilation=1: F.conv(
                x, w, padding=[(len(w) - 1, (len(w) - 1) * (dilation - 1))], dilation=dilation
            )[0],
        ),
        Wrong(
            "Without padding the first outputs are missing: y is as long as x.",
            function=lambda x, w, dilation=1: F.conv(x, w, dilation=dilation)[0],
        ),
    ),
    right=(_sample_by_sample, _as_padding, _by_delays),
    reference=_as_padding,
)
