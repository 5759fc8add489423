"""The least time that a layer can take: the roofline."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Wrong


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


def _from_arrays(height, width, kernel, channels, filters, peak, bandwidth):
    x = np.broadcast_to(np.float32(0), (height, width, channels))
    w = np.broadcast_to(np.float32(0), (kernel, kernel, channels, filters))
    y = np.broadcast_to(np.float32(0), (height, width, filters))
    operations = 2 * y.size * w[..., 0].size
    moved = sum(array.size * array.itemsize for array in (x, w, y))
    return operations, moved, max(operations / peak, moved / bandwidth)


def _by_intensity(height, width, kernel, channels, filters, peak, bandwidth):
    outputs = height * width * filters
    operations = outputs * kernel * kernel * channels * 2
    moved = 4 * (height * width * channels + kernel * kernel * channels * filters + outputs)
    speed = min(peak, bandwidth * operations / moved)  # the roof over this intensity
    return operations, moved, operations / speed


def _layer(height, width, kernel, channels, filters, peak=1e11, bandwidth=1e10):
    layer = {"height": height, "width": width, "kernel": kernel}
    layer |= {"channels": channels, "filters": filters}
    return lambda rng: layer | {"peak": peak, "bandwidth": bandwidth}


EXERCISE = Exercise(
    solution=least_time,
    points=2,
    cases=(
        Case("a layer that computes for longer than it moves", _layer(56, 48, 3, 64, 32)),
        Case("VGG's first layer, where memory decides", _layer(224, 224, 3, 3, 64, 5e11)),
        Case("a layer with more weights than positions", _layer(14, 12, 3, 512, 256, 2e12)),
        Case("a kernel of 1 × 1", _layer(28, 30, 1, 128, 96)),
        Case("a kernel of 7 × 7 on another machine", _layer(20, 32, 7, 8, 24, 3e10, 4e10)),
        Case("a single position", _layer(1, 1, 1, 100, 10), edge=True),
    ),
    hints=(
        "Write down three sizes first: how many numbers are in the input, in all the filters, and "
        "in the output?",
        "Every one of the `height * width * filters` outputs takes `kernel * kernel * channels` "
        "multiplications and as many additions. Each of the three arrays moves once, 4 bytes a "
        "number.",
        "Arithmetic alone takes `operations / peak` seconds, moving alone `moved / bandwidth`. "
        "Side by side, the slower of the two decides: `max`.",
    ),
    wrong=(
        Wrong(
            "You added the two times. While the processor computes, the next numbers are already "
            "on their way: the slower of the two decides.",
            edit=(
                "max(operations / peak, moved / bandwidth)",
                "operations / peak + moved / bandwidth",
            ),
        ),
        Wrong(
            "You took the faster of the two. Both have to be done, so the slower one decides.",
            edit=("max(", "min("),
        ),
        Wrong(
            "A multiplication and an addition are two operations; you counted the pair once.",
            edit=("2 * positions * weights", "positions * weights"),
        ),
        Wrong(
            "Those are numbers, not bytes: one float32 has four bytes.",
            edit=(
                "4 * (positions * channels + weights + positions * filters)",
                "positions * channels + weights + positions * filters",
            ),
        ),
        Wrong(
            "The weights have to be read as well: in the deep layers of a network they are the "
            "most of what moves.",
            edit=("+ weights +", "+"),
        ),
        Wrong(
            "The output has to be written as well.",
            edit=(" + positions * filters", ""),
        ),
        Wrong(
            "You read the input once for every tap. That is what copying all windows does; at "
            "best each number comes from memory once.",
            edit=("positions * channels + weights", "kernel**2 * positions * channels + weights"),
        ),
        Wrong(
            "A filter has `kernel` taps along *each* of two axes: `kernel**2`.",
            edit=("kernel**2", "kernel"),
        ),
        Wrong(
            "Each output sums over all channels of the input: the operations lack them.",
            edit=("2 * positions * weights", "2 * positions * weights // channels"),
        ),
        Wrong(
            "That time is for the arithmetic alone. A layer that moves much and computes little "
            "waits for memory.",
            edit=("max(operations / peak, moved / bandwidth)", "operations / peak"),
        ),
    ),
    right=(_from_arrays, _by_intensity),
    float32=False,
)
