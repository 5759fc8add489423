"""How the outputs along the last axis come about: the plans behind ``conv/direct``.

The gradient to the input has the form of a convolution, too, if the input positions are sorted by
what remains when ``i + before`` is divided by the stride: those with the same remainder are read
through the same taps, each of them at (i + before − k·dilation) / stride, and each such *phase* is
a convolution of dy with stride 1 and a part of the kernel. So no two tasks ever add to the same
number.

An output of few filters would leave most lanes of a vector empty. Then neighbouring outputs are
taken *together*, as if they were filters of one wider window that holds all that any of them reads;
its matrix has zeros where an output does not look. Many a multiplication is by zero, and yet there
are fewer instructions. (Zero times infinity is not zero: see ``numpy/direct``.)
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minidl.kernels.compile.simd import lane_count
from minidl.kernels.compile.tile import panel_rows, panel_width
from minidl.kernels.index_map import STEP, TAP_STEP, axis_map, first_read
from minidl.kernels.window import Window

GAIN = 0.75  # of the multiplications, or fewer: worth taking outputs together
Work = Callable[[int, int, int], int]


class Plan(NamedTuple):
    """Windows of one kind, and the outputs of each."""

    first: int  # position that the first window begins at
    stride: int  # from one window to the next
    dilation: int  # from one position of a window to the next
    places: int  # windows
    begin: int  # the first window's first output
    step: int  # outputs from one window to the next
    taps: np.ndarray  # (positions of a window, neighbouring outputs): the kernel's taps, or −1

    @property
    def outputs(self) -> int:
        """How many neighbouring outputs a window has."""
        return self.taps.shape[1]


def multiplications(filters: int, dtype: np.dtype) -> Work:
    """Return what tells the multiplications of (windows, taps, outputs together), in full tiles."""

    def work(places, taps, outputs):
        panel = panel_width(dtype, outputs * filters)
        high = panel_rows(dtype, panel)
        return -(-places // high) * high * taps * -(-outputs * filters // panel) * panel

    return work


def together(count: int, filters: int, dtype: np.dtype, unit: int = 1) -> list[int]:
    """Return how many of ``count`` outputs may be taken together: two vectors of filters."""
    most = 2 * lane_count(dtype) // filters
    return [outputs for outputs in range(unit, most + 1, unit) if count % outputs == 0]


def forward_plan(window: Window, choices: list[int], work: Work) -> Plan:
    """Plan the convolution itself, with as many outputs together as make the least work."""
    stride, dilation = window.stride[-1], window.dilation[-1]
    count, before, kernel = window.output[-1], window.before[-1], np.arange(window.kernel[-1])

    def width(outputs):  # positions that neighbouring outputs span
        return (outputs - 1) * stride + window.extent[-1]

    def cost(outputs):
        if outputs == 1:
            return GAIN * work(count, len(kernel), 1)
        return work(count // outputs, width(outputs), outputs)

    outputs = min([1, *choices], key=cost)
    if outputs == 1:
        return Plan(-before, stride, dilation, count, 0, 1, kernel[:, None])
    taps = np.full((width(outputs), outputs), -1)
    for output in range(outputs):
        taps[output * stride + kernel * dilation, output] = kernel
    return Plan(-before, outputs * stride, 1, count // outputs, 0, outputs, taps)


def gradient_plans(window: Window, choices: list[int], work: Work) -> list[Plan]:
    """Plan a gradient to the input, phase by phase or all phases together.

    Where the kernel is shorter than the stride, not every position is reached.
    """
    stride, size = window.stride[-1], window.size[-1]
    axis = axis_map(window, window.rank - 1, True)
    step, tap_step = axis[STEP], axis[TAP_STEP]
    top, tap, many = first_read(axis, 0, np.arange(min(stride, size)))
    low = top + (many - 1) * step  # each phase's first window reads low, low − step, … top
    plans = [
        Plan(
            *(int(low[r]), 1, -step, -(-(size - r) // stride), int(r), stride),
            tap[r] + np.arange(many[r])[::-1, None] * tap_step,
        )
        for r in np.flatnonzero(many)
    ]
    if not (plans and choices):
        return plans
    first = int(low[many > 0].min())
    span = int(top[many > 0].max()) - first
    each = sum(work(plan.places, len(plan.taps), 1) for plan in plans)
    costs = [GAIN * each] + [work(size // o, span + o // stride, o) for o in choices]
    best = [0, *choices][int(np.argmin(costs))]
    if not best:
        return plans
    taps = np.full((span + best // stride, best), -1)
    for output in range(best):
        cycle, phase = divmod(output, stride)
        steps = np.arange(many[phase])
        taps[top[phase] + cycle - first + steps * step, output] = tap[phase] + steps * tap_step
    return [Plan(first, best // stride, 1, size // best, 0, best, taps)]
