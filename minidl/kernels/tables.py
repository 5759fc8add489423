"""Which position does a window read? Small tables of integers answer for every kernel loop.

Along one axis a place (an output position or, backwards, an input position) reads a progression:
equal steps through the positions, by taps in equal steps. A table tells where it begins and how
long it is, so it is as long as the axis, however many taps there are. Axes are combined while a
kernel runs, so that a loop over "all the leading axes" is one loop whatever the rank.
"""

from math import gcd, prod
from typing import NamedTuple

import numpy as np

from minidl.kernels.jit import inner
from minidl.kernels.window import Window

OUTSIDE = -1


class Reads(NamedTuple):
    """What the places of one axis read."""

    table: np.ndarray  # (places, 3): the first position, its tap, and how many positions
    step: int  # from one position to the next
    tap_step: int
    size: int  # positions of the axis that is read
    taps: int


def reads(window: Window, axis: int) -> Reads:
    """Return what the output positions of an axis read."""
    size, dilation = window.size[axis], window.dilation[axis]
    tap, count = window.taps_within(axis, 0, size)
    output = np.arange(window.output[axis], dtype=np.int64)
    first = output * window.stride[axis] + tap * dilation - window.before[axis]
    return Reads(np.stack([first, tap, count], axis=1), dilation, 1, size, window.kernel[axis])


def read_by(window: Window, axis: int) -> Reads:
    """Return the output positions that read each input position o·stride + k·dilation − before."""
    tap, output, step, tap_step = first_tap(window, axis, window.size[axis])
    size, kernel = window.output[axis], window.kernel[axis]
    early = np.maximum(-((size - 1 - output) // step), 0)  # taps whose output would come too late
    tap, output = tap + early * tap_step, output - early * step
    count = np.minimum(output // step, (kernel - 1 - tap) // tap_step) + 1
    count = np.where(tap < kernel, np.maximum(count, 0), 0)
    return Reads(np.stack([output, tap, count], axis=1), -step, tap_step, size, kernel)


def first_tap(window: Window, axis: int, count: int) -> tuple[np.ndarray, np.ndarray, int, int]:
    """For ``count`` input positions solve o·stride + k·dilation = i + before.

    Return the smallest k ≥ 0 (where there is none: as many as the kernel has taps) and its o, and
    by how much the next o is smaller and the next k is larger.
    """
    stride, dilation = window.stride[axis], window.dilation[axis]
    common = gcd(stride, dilation)
    step, tap_step = dilation // common, stride // common
    position = np.arange(count, dtype=np.int64) + window.before[axis]
    rest = position % stride
    tap = rest // common * pow(step, -1, tap_step) % tap_step
    tap = np.where((rest % common == 0) & (tap < window.kernel[axis]), tap, window.kernel[axis])
    return tap, (position - tap * dilation) // stride, step, tap_step


class Rows(NamedTuple):
    """What rows read along all axes but the last: tables for kernels."""

    axes: np.ndarray  # a few numbers for each axis, see `rows`
    table: np.ndarray  # the axes' tables, one behind the other
    count: int  # rows of one sample
    taps: int


def rows(axes: list[Reads]) -> Rows:
    """Put the tables of several axes together."""
    numbers = []
    for axis, (table, step, tap_step, size, taps) in enumerate(axes):
        behind = axes[axis + 1 :]
        pitch, tap_pitch = prod(len(a.table) for a in behind), prod(a.taps for a in behind)
        start = 3 * sum(len(a.table) for a in axes[:axis])
        numbers += [pitch, len(table), tap_pitch, taps, size, step, tap_step, start]
    table = np.concatenate([np.zeros(0, np.int64), *(a.table.reshape(-1) for a in axes)])
    count, taps = prod(len(a.table) for a in axes), prod(a.taps for a in axes)
    return Rows(_fixed(np.array(numbers, np.int64)), _fixed(table), count, taps)


def _fixed(array):
    array.flags.writeable = False
    return array


NUMBERS = 8  # of each axis


@inner
def list_rows(axes, table, row, listed):
    """List all that a row reads, a row and its tap at a time, in the order of taps; tell how many.

    What remains of the row's number beside the axes is the sample.
    """
    listed[0], listed[1], count = row, 0, 1
    for a in range(0, axes.size, NUMBERS):
        if a == 0:
            listed[0] = row // (axes[0] * axes[1])
        i = axes[a + 7] + 3 * (row // axes[a] % axes[a + 1])
        position, tap, many = table[i], table[i + 1], table[i + 2]
        for entry in range(count - 1, -1, -1):
            source = listed[2 * entry] * axes[a + 4] + position
            number = listed[2 * entry + 1] * axes[a + 3] + tap
            for k in range(many - 1, -1, -1):
                o = 2 * (entry * many + k)
                listed[o], listed[o + 1] = source + k * axes[a + 5], number + k * axes[a + 6]
        count *= many
    return count


@inner
def row_read(axes, table, row, tap):
    """Return the row that a row reads by one tap, or OUTSIDE."""
    source = row
    for a in range(0, axes.size, NUMBERS):
        if a == 0:
            source = row // (axes[0] * axes[1])
        i = axes[a + 7] + 3 * (row // axes[a] % axes[a + 1])
        k, rest = divmod(tap // axes[a + 2] % axes[a + 3] - table[i + 1], axes[a + 6])
        if rest or not 0 <= k < table[i + 2]:
            return OUTSIDE
        source = source * axes[a + 4] + table[i] + k * axes[a + 5]
    return source
