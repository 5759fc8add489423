"""Which position does a window read? Small tables of integers answer for every kernel loop.

Along one axis a place (an output position or, backwards, an input position) reads a progression:
equal steps through the positions, by taps in equal steps. Places repeat after a *period*, a little
further on each turn, and at the borders something is left out; so a table is no longer than the
period, which is 1, or backwards the stride. Axes are combined while a kernel runs, so that a loop
over "all the leading axes" is one loop whatever the rank.
"""

from math import gcd, prod
from typing import NamedTuple

import numpy as np

from minidl.kernels.compile.jit import inlined, inner
from minidl.kernels.window import Window

OUTSIDE = -1


class Reads(NamedTuple):
    """What the places of one axis read."""

    table: np.ndarray  # (period, 3): first position and its tap, how many (some may lie outside)
    places: int
    advance: int  # positions from one turn to the next
    step: int  # from one position that a place reads to the next
    tap_step: int
    size: int  # positions of the axis that is read
    taps: int


def reads(window: Window, axis: int) -> Reads:
    """Return what the output positions of an axis read."""
    stride, dilation = window.stride[axis], window.dilation[axis]
    size, kernel = window.size[axis], window.kernel[axis]
    table = np.array([[-window.before[axis], 0, kernel]], np.int64)
    return Reads(table, window.output[axis], stride, dilation, 1, size, kernel)


def read_by(window: Window, axis: int) -> Reads:
    """Return the output positions that read each input position o·stride + k·dilation − before."""
    tap, output, many, step, tap_step = phases(window, axis)
    table, size = np.stack([output, tap, many], axis=1), window.output[axis]
    return Reads(table, window.size[axis], 1, -step, tap_step, size, window.kernel[axis])


def phases(window: Window, axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, int]:
    """Solve o·stride + k·dilation = i + before for the first ``stride`` input positions i.

    Return the smallest tap k ≥ 0 of each, its o (which may lie outside), how many taps there are,
    and by how much the next o is smaller and the next k is larger.
    """
    stride, dilation, kernel = window.stride[axis], window.dilation[axis], window.kernel[axis]
    common = gcd(stride, dilation)
    step, tap_step = dilation // common, stride // common
    position = np.arange(min(stride, window.size[axis]), dtype=np.int64) + window.before[axis]
    rest = position % stride
    tap = rest // common * pow(step, -1, tap_step) % tap_step
    many = np.where(rest % common == 0, np.maximum(-((tap - kernel) // tap_step), 0), 0)
    return tap, (position - tap * dilation) // stride, many, step, tap_step


class Rows(NamedTuple):
    """What rows read along all axes but the last: tables for kernels."""

    axes: np.ndarray  # a few numbers for each axis, the last one first, see `rows`
    table: np.ndarray  # the axes' tables, one behind the other
    count: int  # rows of one sample
    taps: int


def rows(axes: list[Reads]) -> Rows:
    """Put the tables of several axes together."""
    numbers, start = [], 0
    for table, *others in reversed(axes):
        numbers += [start, len(table), *others]
        start += table.size
    table = np.concatenate([np.zeros(0, np.int64), *(a.table.reshape(-1) for a in axes[::-1])])
    count, taps = prod(a.places for a in axes), prod(a.taps for a in axes)
    return Rows(_fixed(np.array(numbers, np.int64)), _fixed(table), count, taps)


def _fixed(array):
    array.flags.writeable = False
    return array


START, PERIOD, PLACES, ADVANCE, STEP, TAP_STEP, SIZE, TAPS, NUMBERS = range(9)  # of each axis


@inlined
def clip(position, tap, many, step, tap_step, size):
    """Leave out what lies outside 0 … size − 1: return (first position, its tap, how many)."""
    end = position + (many - 1) * step
    if min(position, end) >= 0 and max(position, end) < size:
        return position, tap, many
    if step > 0:
        skip, stop = -(position // step), (size - 1 - position) // step + 1
    else:
        skip, stop = -((size - 1 - position) // -step), position // -step + 1
    skip = max(skip, 0)
    return position + skip * step, tap + skip * tap_step, max(min(stop, many) - skip, 0)


@inlined
def read_along(axes, table, a, place):
    """Return (first position, its tap, how many) that a place of an axis reads."""
    cycle, phase = place, 0
    if axes[a + PERIOD] > 1:
        cycle, phase = divmod(place, axes[a + PERIOD])
    i = axes[a + START] + 3 * phase
    first = table[i] + cycle * axes[a + ADVANCE]
    return clip(
        first, table[i + 1], table[i + 2], axes[a + STEP], axes[a + TAP_STEP], axes[a + SIZE]
    )


@inner
def list_rows(axes, table, row, listed):
    """List all that a row reads, a row and its tap at a time, in the order of taps; tell how many.

    What remains of the row's number beside the axes is the sample.
    """
    listed[0], listed[1], count, pitch, tap_pitch = 0, 0, 1, 1, 1
    for a in range(0, axes.size, NUMBERS):
        row, place = divmod(row, axes[a + PLACES])
        position, tap, many = read_along(axes, table, a, place)
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
def row_read(axes, table, row, tap):
    """Return the row that a row reads by one tap, or OUTSIDE."""
    source, pitch = 0, 1
    for a in range(0, axes.size, NUMBERS):
        row, place = divmod(row, axes[a + PLACES])
        tap, k = divmod(tap, axes[a + TAPS])
        position, first, many = read_along(axes, table, a, place)
        k, rest = divmod(k - first, axes[a + TAP_STEP])
        if rest or not 0 <= k < many:
            return OUTSIDE
        source += (position + k * axes[a + STEP]) * pitch
        pitch *= axes[a + SIZE]
    return source + row * pitch
