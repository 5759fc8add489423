"""What the windows of a convolution read, and where the outputs go: the tables behind ``strips``.

The gradient to the input has the form of a convolution, too, if the input positions are sorted by
what remains when ``i + before`` is divided by the stride: those with the same remainder are read
through the same taps, each of them at (i + before − k·dilation) / stride, and each such *phase* is
a convolution of dy with stride 1 and a part of the kernel. (With stride 1 there is one phase; with
stride 2 in two dimensions there are four.) So no two tasks ever add to the same number.

An output of few filters would leave most lanes of a vector empty. Then neighbouring outputs are
taken *together*, as if they were filters of one wider window that holds all that any of them reads;
its matrix has zeros where an output does not look. Many a multiplication is by zero, and yet there
are fewer instructions. (In such a group all phases of the last axis meet.)
"""

from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from minidl.kernels.lanes import lane_count
from minidl.kernels.tables import OUTSIDE, batch_table, joined, read_by, reads, side_by_side
from minidl.kernels.tile import panel_rows, panel_width
from minidl.kernels.window import Window

GAIN = 0.75  # of the multiplications, or fewer: worth taking outputs together


class Plan(NamedTuple):
    """Which input rows and columns the outputs read, and where the outputs go."""

    rows: np.ndarray  # (output rows, taps of the axes before the last): input rows
    columns: np.ndarray  # (columns of a strip,): positions along the input's last axis
    together: tuple[int, int]  # these columns of a strip are neighbours in the input
    step: int  # columns from one window to the next
    inner_taps: int
    taps: np.ndarray  # their numbers in the kernel, in the order of a window
    out_rows: np.ndarray
    places: np.ndarray
    wide: np.ndarray | None = None  # (taps, outputs taken together): numbers in the kernel, or −1


@lru_cache(maxsize=256)
def forward_plan(batch: int, window: Window, outputs: int = 1) -> Plan:
    """Plan the convolution itself, so many outputs together."""
    axes = [reads(window, axis) for axis in range(window.rank)]
    places = [np.arange(size) for size in window.output]
    taps = [np.arange(kernel) for kernel in window.kernel]
    return _plan(batch, window, axes, taps, places, outputs, False)


@lru_cache(maxsize=256)
def gradient_plans(batch: int, window: Window, outputs: int = 1) -> tuple[list[Plan], bool]:
    """Plan every phase of the gradient to the input; tell whether they reach every position."""
    phases, complete = [], True
    steps = window.stride if outputs == 1 else (*window.stride[:-1], 1)
    for phase in product(*(range(s) for s in steps)):
        places, taps = [], []
        for axis, rest in enumerate(phase):
            position = np.arange(window.size[axis]) + window.before[axis]
            places.append(np.flatnonzero(position % steps[axis] == rest))
            tap = np.arange(window.kernel[axis])[::-1]  # backwards: what is read ascends
            taps.append(tap[tap * window.dilation[axis] % steps[axis] == rest])
        if all(map(len, places)) and all(map(len, taps)):
            axes = [read_by(window, a)[np.ix_(places[a], taps[a])] for a in range(window.rank)]
            phases.append(_plan(batch, window, axes, taps, places, outputs, True))
        elif all(map(len, places)):
            complete = False
    return phases, complete


def _plan(batch, window, axes, taps, places, outputs, turned) -> Plan:
    """Join batch and all axes but the last, for what is read and for where the result goes."""
    sizes, out_sizes = window.size, window.output
    if turned:
        sizes, out_sizes = out_sizes, sizes
    numbers, wide = np.arange(prod(window.kernel)).reshape(window.kernel), None
    last, last_places = axes[-1], places[-1]
    if outputs > 1:
        last, wide = together(window, outputs, turned)
        last_places = last_places[::outputs]
        numbers = np.concatenate([numbers, np.full((*window.kernel[:-1], 1), -1)], axis=-1)
        wide = numbers[np.ix_(*taps[:-1])][..., wide].reshape(-1, outputs)
        used = np.arange(len(wide))
    else:
        used = numbers[np.ix_(*taps)].reshape(-1)
    read = joined([batch_table(batch), *axes[:-1]], [batch, *sizes[:-1]])
    written = [batch_table(batch), *(p[:, None] for p in places[:-1])]
    written = joined(written, [batch, *out_sizes[:-1]]).reshape(-1)
    columns, step = side_by_side(last)
    inside = np.flatnonzero(columns >= 0)
    run = (int(inside[0]), int(inside[-1]) + 1) if inside.size else (0, 0)
    if np.any(np.diff(columns[slice(*run)]) != 1):
        run = (0, 0)
    return Plan(read, columns, run, step, last.shape[1], used, written, last_places, wide)


def together(window: Window, outputs: int, turned: bool) -> tuple[np.ndarray, np.ndarray]:
    """Take neighbours along the last axis together: what is read, through which tap (or −1).

    The tables have the axes ``(group, read)`` and ``(read, output of the group)``.
    """
    stride, dilation, before = window.stride[-1], window.dilation[-1], window.before[-1]
    place, tap = np.arange(outputs)[:, None], np.arange(window.kernel[-1])
    if turned:
        read, rest = np.divmod(place + before - tap * dilation, stride)
        size, count, advance = window.output[-1], window.size[-1], outputs // stride
    else:
        read = place * stride + tap * dilation - before
        rest, advance = np.zeros_like(read), outputs * stride
        size, count = window.size[-1], window.output[-1]
    place, tap = np.nonzero(rest == 0)
    read = read[place, tap]
    first = read.min()
    taps = np.full((read.max() - first + 1, outputs), -1)
    taps[read - first, place] = tap
    position = first + np.arange(0, -(-count // outputs))[:, None] * advance + np.arange(len(taps))
    return np.where((position >= 0) & (position < size), position, OUTSIDE), taps


@lru_cache(maxsize=256)
def outputs_together(window: Window, filters: int, dtype: np.dtype, turned: bool) -> int:
    """Return how many neighbouring outputs are best taken together: 1 if there are many filters."""
    lanes, stride = lane_count(dtype), window.stride[-1] if turned else 1
    count, kernel = (window.size if turned else window.output)[-1], window.kernel[-1]

    def work(places, taps, numbers):
        panel = panel_width(dtype, numbers)
        rows = panel_rows(dtype, panel)
        return -(-places // rows) * rows * taps * -(-numbers // panel) * panel

    best, least = 1, GAIN * work(-(-count // stride), kernel, filters)
    for outputs in range(stride, min(count, 2 * lanes // filters) + 1, stride):
        taps = len(together(window, outputs, turned)[1])
        if outputs > 1 and work(-(-count // outputs), taps, outputs * filters) < least:
            best, least = outputs, work(-(-count // outputs), taps, outputs * filters)
    return best
