"""Which position does a window read? A few numbers for each axis answer for every kernel loop.

Tap k of a place p (an output position or, backwards, an input position) reads position

    (p·scale + shift + k·tap_shift) / divide        where that is whole and inside the axis

What one place reads is a progression: equal steps through the positions, by taps in equal steps.
Axes are combined while a kernel runs, so that a loop over "all the leading axes" is one loop
whatever the rank.
"""

from math import gcd, prod
from typing import NamedTuple

import numpy as np

from minidl.kernels.compile.jit import inlined, inner
from minidl.kernels.window import Window

OUTSIDE = -1
# What is kept for each axis.
PLACES, SCALE, SHIFT, DIVIDE, COMMON, INVERSE, STEP, TAP_STEP, SIZE, TAPS, NUMBERS = range(11)


class Rows(NamedTuple):
    """What rows (all axes but the last) read: numbers for kernels."""

    axes: np.ndarray  # NUMBERS for each axis, the last one first
    count: int  # rows of one sample
    taps: int


def axis_map(window: Window, axis: int, backward: bool) -> list[int]:
    """Return what an axis's output positions read or, backwards, what reads its input positions.

    Backwards, k·dilation = p + before − o·stride is solved for the smallest tap k ≥ 0 by an inverse
    modulo the stride (both divided by what they have in common).
    """
    stride, dilation, before = window.stride[axis], window.dilation[axis], window.before[axis]
    size, output, taps = window.size[axis], window.output[axis], window.kernel[axis]
    if not backward:
        return [output, stride, -before, 1, 1, 0, dilation, 1, size, taps]
    common = gcd(stride, dilation)
    tap_step, inverse = stride // common, pow(dilation // common, -1, stride // common)
    return [size, 1, before, stride, common, inverse, -dilation // common, tap_step, output, taps]


def row_map(window: Window, axes: int, backward: bool) -> Rows:
    """Return what rows read along the first so many axes."""
    numbers = [axis_map(window, axis, backward) for axis in range(axes)]
    array = np.array(numbers[::-1], np.int64).reshape(-1)
    array.flags.writeable = False
    return Rows(array, prod(n[PLACES] for n in numbers), prod(n[TAPS] for n in numbers))


def first_read(axes, a, place):
    """Return (position, tap, how many) that a place reads, if the axis had no ends."""
    number = place * axes[a + SCALE] + axes[a + SHIFT]
    position, tap = divmod(number, axes[a + DIVIDE])  # that is all if the dilation is 1
    common, tap_step, reached = axes[a + COMMON], axes[a + TAP_STEP], 1
    if axes[a + STEP] != -1 or common > 1:
        reached = 1 * (tap % common == 0)
        tap = tap // common * axes[a + INVERSE] % tap_step
        position = (number + tap * axes[a + STEP] * common) // axes[a + DIVIDE]
    return position, tap, reached * -((tap - axes[a + TAPS]) // tap_step)


_first_read = inlined(first_read)


@inlined
def read_along(axes, a, place):
    """Return (first position, its tap, how many) that a place of an axis reads, all inside."""
    step, tap_step, size = axes[a + STEP], axes[a + TAP_STEP], axes[a + SIZE]
    position, tap, many = place * axes[a + SCALE] + axes[a + SHIFT], 0, axes[a + TAPS]
    if axes[a + DIVIDE] > 1:
        position, tap, many = _first_read(axes, a, place)
    end = position + (many - 1) * step
    if min(position, end) >= 0 and max(position, end) < size:
        return position, tap, many
    if step > 0:
        skip, stop = -(position // step), (size - 1 - position) // step + 1
    else:
        skip, stop = -((size - 1 - position) // -step), position // -step + 1
    skip = max(skip, 0)
    return position + skip * step, tap + skip * tap_step, max(min(stop, many) - skip, 0)


@inner
def list_rows(axes, row, listed):
    """List all that a row reads, a row and its tap at a time, in the order of taps; tell how many.

    What remains of the row's number beside the axes is the sample.
    """
    listed[0], listed[1], count, pitch, tap_pitch = 0, 0, 1, 1, 1
    for a in range(0, axes.size, NUMBERS):
        row, place = divmod(row, axes[a + PLACES])
        position, tap, many = read_along(axes, a, place)
        for k in range(many - 1, -1, -1):
            source = (position + k * axes[a + STEP]) * pitch
            number = (tap + k * axes[a + TAP_STEP]) * tap_pitch
            for entry in range(count):
                o = 2 * (k * count + entry)
                listed[o] = listed[2 * entry] + source
                listed[o + 1] = listed[2 * entry + 1] + number
        count *= many
        pitch *= axes[a + SIZE]
        tap_pitch *= axes[a + TAPS]
    for entry in range(count):
        listed[2 * entry] += row * pitch
    return count


@inner
def row_read(axes, row, tap):
    """Return the row that a row reads by one tap, or OUTSIDE."""
    source, pitch = 0, 1
    for a in range(0, axes.size, NUMBERS):
        row, place = divmod(row, axes[a + PLACES])
        tap, k = divmod(tap, axes[a + TAPS])
        position, first, many = read_along(axes, a, place)
        k, rest = divmod(k - first, axes[a + TAP_STEP])
        if rest or not 0 <= k < many:
            return OUTSIDE
        source += (position + k * axes[a + STEP]) * pitch
        pitch *= axes[a + SIZE]
    return source + row * pitch
