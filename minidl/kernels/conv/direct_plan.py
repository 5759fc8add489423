"""How the outputs along the last axis come about: the plans behind ``conv/direct``.

The gradient to the input has the form of a convolution, too, if the input positions are sorted by
what remains when ``i + before`` is divided by the stride: those with the same remainder are read
through the same taps, each of them at (i + before − k·dilation) / stride, and each such *phase* is
a convolution of dy with stride 1 and a part of the kernel. Neighbouring phases mostly read the same
positions by neighbouring taps; then they are one plan, as if its outputs were filters. So no two
tasks ever add to the same number.

An output of few filters would leave most lanes of a vector empty. Then neighbouring outputs are
taken *together*, as if they were filters of one wider window that holds all that any of them reads;
its matrix has zeros where an output does not look. Many a multiplication is by zero, and yet there
are fewer instructions. (Zero times infinity is not zero: see ``numpy/direct``.)
"""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from minidl.kernels.compile.simd import lane_count
from minidl.kernels.compile.tile import panel_rows, panel_width
from minidl.kernels.index_map import phases
from minidl.kernels.window import Window

GAIN = 0.75  # of the multiplications, or fewer: worth taking outputs together


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

    @property
    def is_plain(self) -> bool:
        """Whether each output's taps are the next ones after its neighbour's."""
        first = self.taps[:, :1]
        return first.min() >= 0 and np.array_equal(self.taps, first + np.arange(self.outputs))


def _work(places, taps, filters, dtype):
    panel = panel_width(dtype, filters)
    high = panel_rows(dtype, panel)
    return -(-places // high) * high * taps * -(-filters // panel) * panel


def forward_plan(window: Window, outputs: int = 1) -> Plan:
    """Plan the convolution itself, so many outputs together."""
    stride, dilation = window.stride[-1], window.dilation[-1]
    count, before, kernel = window.output[-1], window.before[-1], np.arange(window.kernel[-1])
    if outputs == 1:
        return Plan(-before, stride, dilation, count, 0, 1, kernel[:, None])
    taps = np.full((_width(window, outputs), outputs), -1)
    for output in range(outputs):
        taps[output * stride + kernel * dilation, output] = kernel
    return Plan(-before, outputs * stride, 1, -(-count // outputs), 0, outputs, taps)


def _width(window, outputs):
    """Return how many positions so many neighbouring outputs span."""
    return (outputs - 1) * window.stride[-1] + window.extent[-1]


def most_together(count: int, filters: int, dtype: np.dtype) -> int:
    """Return how many outputs of so many filters may be taken together: two vectors of them."""
    return min(count, 2 * lane_count(dtype) // filters)


def best_forward_plan(window: Window, most: int, work: Callable[[int, int, int], int]) -> Plan:
    """Take at most so many outputs together, as makes least ``work(windows, taps, outputs)``."""
    count = window.output[-1]
    best, least = 1, GAIN * work(count, window.kernel[-1], 1)
    for outputs in range(2, most + 1):
        needed = work(-(-count // outputs), _width(window, outputs), outputs)
        if needed < least:
            best, least = outputs, needed
    return forward_plan(window, best)


def forward_plans(window: Window, filters: int, dtype: np.dtype, alone: bool) -> list[Plan]:
    """Return the plan of a convolution with so many filters; ``alone``: no outputs together."""
    most = 1 if alone else most_together(window.output[-1], filters, dtype)
    return [best_forward_plan(window, most, lambda p, t, o: _work(p, t, o * filters, dtype))]


def gradient_plans(window: Window, filters: int, dtype: np.dtype, alone: bool) -> list[Plan]:
    """Return the plans of a gradient to an input with so many channels (``filters``).

    Where the kernel is shorter than the stride, they do not reach every position.
    """
    stride, size = window.stride[-1], window.size[-1]
    tap, top, many, step, tap_step = phases(window, window.rank - 1)
    low = top - (many - 1) * step  # each phase's first window reads low, low + step, … top
    differs = alone | (np.diff(tap) != 1) | (np.diff(top) != 0) | (np.diff(many) != 0)
    plans = []
    for begin, end in pairwise([0, *map(int, np.flatnonzero(differs) + 1), len(tap)]):
        if many[begin]:
            taps = tap[begin] + np.arange(many[begin])[::-1, None] * tap_step
            taps, places = taps + np.arange(end - begin), -(-(size - begin) // stride)
            plans.append(Plan(int(low[begin]), 1, step, places, begin, stride, taps))
    most = 0 if alone or not plans else most_together(size, filters, dtype)
    if most < stride:
        return plans
    first, span = int(low[many > 0].min()), int(top[many > 0].max() - low[many > 0].min())
    best, least = (
        0,
        GAIN
        * sum(_work(plan.places, len(plan.taps), plan.outputs * filters, dtype) for plan in plans),
    )
    for outputs in range(stride, most + 1, stride):
        width = span + outputs // stride
        work = _work(-(-size // outputs), width, outputs * filters, dtype)
        if work < least:
            best, least = outputs, work
    if not best:
        return plans
    taps = np.full((span + best // stride, best), -1)
    for output in range(best):
        cycle, phase = divmod(output, stride)
        steps = np.arange(many[phase])
        taps[top[phase] + cycle - first - steps * step, output] = tap[phase] + steps * tap_step
    return [Plan(first, best // stride, 1, -(-size // best), 0, best, taps)]
