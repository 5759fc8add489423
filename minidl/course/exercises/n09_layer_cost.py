"""What a convolution costs in one, two and three dimensions."""

from minidl.course.exercise import Exercise, given, mistakes


def layer_cost(size, kernel, channels, filters, rank):
    """Count what one convolution makes, learns and computes, the same along each of `rank` axes.

    The window moves one step at a time and there is no padding.

    size: positions of the input along each axis
    kernel: taps of a filter along each axis
    channels, filters: C of the input, F of the output
    rank: 1, 2 or 3 axes
    Returns three whole numbers:
      outputs: numbers in y, all positions and filters
      parameters: weights, and one bias for each filter
      multiplications: one for each weight that an output reads, for every output
    """
    ### BEGIN SOLUTION
    outputs = (size - kernel + 1) ** rank * filters
    weights = kernel**rank * channels * filters
    return outputs, weights + filters, outputs * kernel**rank * channels
    ### END SOLUTION


EXERCISE = Exercise(
    solution=layer_cost,
    points=1,
    cases={
        "the lecture's layer on a signal": given(14, 5, 1, 16, 1),
        "a layer of 6 filters on pictures in 3 channels": given(9, 4, 3, 6, 2),
        "a second layer, on a volume": given(10, 5, 16, 32, 3),
    },
    edges={
        "a single filter": given(8, 3, 2, 1, 2),
        "a filter as large as the input": given(7, 7, 2, 3, 2),
    },
    hints=(
        "Along one axis a filter of `kernel` taps fits into `size` positions in "
        "`size - kernel + 1` places. How many places are there with `rank` axes?",
        "One filter has `kernel**rank * channels` weights and a bias.",
        "Each output number multiplies every weight of its filter once: `outputs * kernel**rank * "
        "channels`.",
    ),
    wrong=mistakes("""
        You counted the steps of a filter, not its places, of which there is one more: `size -
        kernel + 1`.
            size - kernel + 1 -> size - kernel
        You counted along one axis only: with `rank` axes, positions and taps are raised to that
        power.
            -> rank = 1
        You multiplied by the rank instead of raising to its power: 5 × 5 × 5 is not 3 · 5.
            kernel** -> kernel *
            + 1) ** rank -> + 1) * rank
        Your filters have taps along one axis only: with `rank` axes there are `kernel**rank`.
            kernel**rank -> kernel
        You counted the places along one axis only: with `rank` axes there are
        `(size - kernel + 1)**rank`.
            (size - kernel + 1) ** rank -> (size - kernel + 1)
        You kept the size of the input. Without padding a filter fits into fewer places: `size -
        kernel + 1` along each axis.
            size - kernel + 1 -> size
        The filters are missing from your outputs: each filter makes a number in every place.
            return outputs, -> return outputs // filters,
        The biases are missing.
            weights + filters -> weights
        You counted one bias for each channel of the input: there is one for each filter.
            weights + filters -> weights + channels
        The input's channels are missing: filters are as deep as the input.
            -> channels = 1
        The channels are missing from your multiplications: an output reads all channels of the
        input.
            outputs * kernel**rank * channels -> outputs * kernel**rank
        The channels are missing from your parameters: filters are as deep as the input.
            kernel**rank * channels * filters -> kernel**rank * filters
        The filters are missing from your multiplications: each filter multiplies in every place.
            outputs * kernel**rank -> outputs // filters * kernel**rank
        You counted each bias among the multiplications: it is only added.
            outputs * kernel**rank * channels -> outputs * (kernel**rank * channels + 1)
        You counted the filters twice: `outputs` already holds all of them.
            outputs * kernel**rank * channels -> outputs * weights
    """),
    float32=False,
    whole=True,
)
