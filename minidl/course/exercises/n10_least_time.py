"""The least time that a layer can take: the roofline."""

from minidl.course.exercise import Exercise, given, mistakes


def least_time(height, width, kernel, channels, filters, peak, bandwidth):
    """Count what a convolution has to compute and to move, and from both its least time.

    One picture in float32, stride 1, padded so that the output is as high and wide as the input.

    height, width: positions of the picture, and of the output
    kernel: taps of a filter along each of the two axes
    channels, filters: C of the input, F of the output
    peak: operations a second, bandwidth: bytes a second
    Returns
      operations: two (multiply, add) for each tap and channel, for every number of the output
      moved: bytes, if input and weights are read once and the output is written once
      seconds: the least time; arithmetic and moving go on side by side
    """
    ### BEGIN SOLUTION
    positions, weights = height * width, kernel**2 * channels * filters
    operations = 2 * positions * weights
    moved = 4 * (positions * channels + weights + positions * filters)
    return operations, moved, max(operations / peak, moved / bandwidth)
    ### END SOLUTION


def _layer(height, width, kernel, channels, filters, peak=1e11, bandwidth=1e10):
    return given(height, width, kernel, channels, filters, peak, bandwidth)


EXERCISE = Exercise(
    solution=least_time,
    points=2,
    cases={
        "a layer that computes for longer than it moves": _layer(56, 48, 3, 64, 32),
        "VGG's first layer, where memory decides": _layer(224, 224, 3, 3, 64, 5e11),
        "a layer with more weights than positions": _layer(14, 12, 3, 512, 256, 2e12),
        "a kernel of 1 × 1": _layer(28, 30, 1, 128, 96),
        "a kernel of 7 × 7 on another machine": _layer(20, 32, 7, 8, 24, 3e10, 4e10),
        "a machine of long ago, where memory decides": _layer(3, 4, 3, 2, 3, 50.0, 1.5),
    },
    edges={
        "a single filter": _layer(6, 5, 3, 4, 1),
        "a single position": _layer(1, 1, 1, 100, 10),
    },
    hints=(
        "Write down three sizes first: how many numbers are in the input, in all the filters, and "
        "in the output?",
        "Every one of the `height * width * filters` outputs takes `kernel * kernel * channels` "
        "multiplications and as many additions. Each of the three arrays moves once, 4 bytes a "
        "number.",
        "Arithmetic alone takes `operations / peak` seconds, moving alone `moved / bandwidth`. "
        "Side by side, the slower of the two decides: `max`.",
    ),
    wrong=mistakes("""
        You added the two times. While the processor computes, the next numbers are already on their
        way: the slower of the two decides.
            max(operations / peak, moved / bandwidth) -> operations / peak + moved / bandwidth
        You took the faster of the two. Both have to be done, so the slower one decides.
            max( -> min(
        A multiplication and an addition are two operations; you counted the pair once.
            2 * positions * weights -> positions * weights
        You counted numbers, not bytes: one float32 has four bytes.
            moved = 4 * ( -> moved = (
        You left out the weights: they have to be read as well, and in the deep layers of a network
        they are most of what moves.
            + weights + -> +
        You left out the output: it has to be written as well.
            + positions * filters ->
        You read the input once for every tap. That is what copying all windows does; at best each
        number comes from memory once.
            positions * channels + weights -> kernel**2 * positions * channels + weights
        You counted `kernel` taps: a filter has that many along *each* of two axes, `kernel**2`.
            kernel**2 -> kernel
        Your operations lack the channels: each output sums over all channels of the input.
            2 * positions * weights -> 2 * positions * weights // channels
        That time is for the arithmetic alone. A layer that moves much and computes little waits for
        memory.
            max(operations / peak, moved / bandwidth) -> operations / peak
    """),
    float32=False,
)
