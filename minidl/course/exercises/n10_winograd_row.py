"""Winograd's convolution of a row with many channels: two outputs from four products."""

import numpy as np

from minidl.course.exercise import Exercise, mistakes, normal


def winograd_row(d, g):
    """Convolve a row with filters of three taps, two outputs at a time.

    y[i, f] = Σ_c  d[i, c]·g[0, c, f] + d[i+1, c]·g[1, c, f] + d[i+2, c]·g[2, c, f]

    Tile t makes the outputs 2t and 2t + 1 from the four inputs 2t … 2t + 3, which are d₀ … d₃ in
    the formulas of m₁ … m₄; a product is now one of matrices, (tiles, C) by (C, F), that sums over
    the channels. If the number of outputs is odd, the last tile reads one zero behind the row, and
    its second output is left out.

    d: inputs, (L, C)
    g: filters, (3, C, F), not flipped
    Returns (m, y): the four products, (4, tiles, F), and the outputs, (L − 2, F), of the dtype of d
    and g: float32 stays float32.
    """
    ### BEGIN SOLUTION
    outputs = len(d) - 2
    d = np.pad(d, ((0, outputs % 2), (0, 0)))
    d0, d1, d2, d3 = (d[k : k + outputs : 2] for k in range(4))
    plus, minus = (g[0] + g[1] + g[2]) / 2, (g[0] - g[1] + g[2]) / 2
    m = np.stack([(d0 - d2) @ g[0], (d1 + d2) @ plus, (d2 - d1) @ minus, (d1 - d3) @ g[2]])
    y = np.stack([m[0] + m[1] + m[2], m[1] - m[2] - m[3]], axis=1)
    return m, y.reshape(-1, g.shape[2])[:outputs]
    ### END SOLUTION


EXERCISE = Exercise(
    solution=winograd_row,
    points=3,
    cases={
        "8 inputs in 3 channels, 6 outputs for 2 filters": normal((8, 3), (3, 3, 2)),
        "9 inputs, an odd number of outputs": normal((9, 2), (3, 2, 4)),
        "one channel and one filter": normal((12, 1), (3, 1, 1)),
    },
    edges={
        "a row that begins and ends with 0": lambda rng: {
            "d": np.pad(rng.standard_normal((5, 2)), ((1, 1), (0, 0))),
            "g": rng.standard_normal((3, 2, 3)),
        },
        "a single tile": normal((4, 2), (3, 2, 3)),
        "a single output": normal((3, 3), (3, 3, 2)),
    },
    hints=(
        "Collect `d0`, `d1`, `d2` and `d3` of all tiles at once: `d0` holds the inputs 0, 2, 4, …, "
        "`d1` the inputs 1, 3, 5, …, each as many as there are tiles.",
        "With `outputs = len(d) - 2` and a zero behind the row if that is odd, `dk` is "
        "`d[k : k + outputs : 2]`. Then the four products are the formulas with `@` in the place "
        "of the dot.",
        "The outputs come in pairs: `np.stack([first, second], axis=1)` has the shape "
        "(tiles, 2, F), and `reshape(-1, F)` puts them in one row after the other. Keep the first "
        "`outputs` of them.",
    ),
    wrong=mistakes("""
        The halves are missing from the sums of the taps in m₂ and m₃.
            (g[0] + g[1] + g[2]) / 2, (g[0] - g[1] + g[2]) / 2 -> g.sum(0), g.sum(0) - 2 * g[1]
        You added the fourth product; it is subtracted: y₁ = m₂ − m₃ − m₄.
            m[1] - m[2] - m[3] -> m[1] - m[2] + m[3]
        m₄ has the wrong sign: it takes d₁ − d₃, and is subtracted.
            (d1 - d3) -> (d3 - d1)
            m[1] - m[2] - m[3] -> m[1] - m[2] + m[3]
        m₃ has the wrong sign: it takes d₂ − d₁.
            (d2 - d1) -> (d1 - d2)
        Your tiles move one input at a time. A tile makes two outputs, so the next one begins two
        inputs later.
            d[k : k + outputs : 2] -> d[k : k + (outputs + 1) // 2]
        All your first outputs come before all second ones: the outputs 2t and 2t + 1 of a tile
        belong next to each other.
            m[3]], axis=1) -> m[3]])
        When the number of outputs is odd, the last one is missing.
            outputs = len(d) - 2 -> outputs = (len(d) - 2) // 2 * 2
        When the number of outputs is odd, there is one too many: the second output of the last tile
        has read the zero behind the row.
            [:outputs] ->
        You put the zero before the row, so every tile begins one input too early.
            ((0, outputs % 2), (0, 0)) -> ((outputs % 2, 0), (0, 0))
        You flipped the filters: g₀ belongs to the first input of the three.
            -> g = g[::-1]
    """),
)
