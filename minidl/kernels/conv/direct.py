"""Convolution of any rank, stride, dilation and grouping, row by row of the output.

    y[o] = Σ_k x[o·stride + k·dilation − before] · w[k]        windows of a strip · kernel matrix

The gradient to the input has the same form, in *phases* (see ``conv/direct_plan``): so no two tasks
ever add to the same number.
"""

from functools import lru_cache
from math import prod
from typing import NamedTuple

import numpy as np

from minidl.kernels.compile.simd import lane_count
from minidl.kernels.compile.tile import panel_rows, panel_width
from minidl.kernels.compile.workspace import INT, aligned, flat, workspace
from minidl.kernels.conv import direct_plan
from minidl.kernels.conv.direct_loops import Shape, Steps, direct_blocks
from minidl.kernels.conv.direct_plan import Plan, together
from minidl.kernels.index_map import Rows, row_map
from minidl.kernels.numpy import direct as numpy_direct
from minidl.kernels.plan_cache import cached
from minidl.kernels.threads import pool as threads
from minidl.kernels.window import Window

CACHE = 1 << 18  # bytes that the strip of a piece may fill
TASK = 1 << 22  # multiplications that make a task worth handing out
STORE = 32  # multiplications that take as long as writing a number
COPY = 16  # … as copying a number of the kernel
TASKS = 16  # wanted at most: enough for a few threads to share the work evenly
PLACES = 64  # of one task at least, for which a panel of the kernel comes from memory once
ENDLESS = 1 << 62


def convolve(x, w, window: Window, groups=1, *, bias=None, relu=False) -> np.ndarray:
    """The convolution; arguments as in ``numpy/conv``."""
    y = aligned((x.shape[0], *window.output, w.shape[-1]), x.dtype)
    if _run((x, w, y), window, groups, False, bias, relu):
        return y
    return numpy_direct.convolve(x, w, window, groups, bias=bias, relu=relu)


def convolve_input_gradient(dy, w, window: Window, groups=1) -> np.ndarray:
    """The gradient to the input, phase by phase."""
    dx = aligned((dy.shape[0], *window.size, w.shape[-2] * groups), dy.dtype)
    if _run((dy, w, dx), window, groups, True):
        return dx
    return numpy_direct.convolve_input_gradient(dy, w, window, groups)


def as_rows(x, y, window: Window) -> tuple:
    """See all positions as one row if the kernel is 1×1: it does not know where rows end."""
    if not window.is_pointwise:
        return x, y, window
    x, y = (array.reshape(1, -1, array.shape[-1]) for array in (x, y))
    return x, y, positions(x.shape[1])


@lru_cache(maxsize=256)
def positions(count: int) -> Window:
    """Return the window of a 1×1 kernel over one row of so many positions."""
    return Window((count,), (1,), (1,), (1,), (0,), (0,))


def _run(arrays, window: Window, groups, backward, bias=None, relu=False) -> bool:
    """Do a convolution of x by w into y; return whether all that it summed up is finite."""
    x, w, y = arrays
    x, y, window = as_rows(x, y, window)
    parts, read, complete = _parts(x.shape, y.shape, w.shape, window, groups, backward, x.dtype)
    if not complete:
        y[...] = 0
    channels, filters = x.shape[-1] // groups, y.shape[-1] // groups
    x, w, y, wrong = flat(x), flat(w), y.reshape(-1), np.zeros(1, np.int64)
    for part in parts:
        for group in range(groups):
            first = group * filters
            _run_part(
                *(part, read, x[group * channels :], w[group * channels if backward else first :]),
                *(y[first:], None if bias is None else bias[first : first + filters], relu, wrong),
            )
    return not wrong[0]


def _run_part(part, read: Rows, x, w, y, bias, relu, wrong):
    """Do a convolution, or one phase of it, for one group."""
    s, steps, slots, dtype = part.shape, part.steps, threads.thread_count(), x.dtype
    b, more, strip, tiles, listed = workspace(
        *(((slots, part.kernel), dtype), ((s.filters + 2 * steps.panel,), dtype)),
        *(((slots, part.strip), dtype), ((slots, part.tile), dtype)),
        ((slots, 2 * max(1, read.taps)), INT),
    )
    more[:] = 0
    if bias is not None:
        more[: s.filters].reshape(-1, len(bias))[:] = bias
    given = x, read.axes, w, part.taps, more, y, wrong

    def work(todo, slot):
        own = b[slot], strip[slot], flat(strip[slot]), tiles[slot], listed[slot]
        direct_blocks(todo, relu, given, own, s, steps)

    threads.run(work, part.tasks)


class Part(NamedTuple):
    """All that can be said of a convolution, or of one phase, before there are any numbers."""

    shape: Shape
    steps: Steps
    taps: np.ndarray  # (taps of a window · outputs): their numbers in the kernel, or −1
    strip: int  # size
    tile: int  # size
    kernel: int  # size of the panels of one task
    tasks: int


@cached
def _parts(x_shape, y_shape, w_shape, window, groups, backward, dtype):
    """Prepare a convolution: return (parts, rows that are read, whether they reach all outputs)."""
    filters = y_shape[-1] // groups
    unit = window.stride[-1] if backward else 1
    choices = together(y_shape[-2], filters, dtype, unit) if groups == 1 else []
    work = direct_plan.multiplications(filters, dtype)
    if backward:
        plans = direct_plan.gradient_plans(window, choices, work)
    else:
        plans = [direct_plan.forward_plan(window, choices, work)]
    read, parts = row_map(window, window.rank - 1, backward), []
    outer = np.arange(read.taps)[:, None, None] * window.kernel[-1]
    for plan in plans:
        s = shape_of((x_shape, y_shape, w_shape), plan, read, groups, backward)
        steps = _steps(s, prod(window.stride[:-1]) if backward else 1, dtype)
        s, strip = strip_of(s, steps.segments, steps.each, dtype)
        blocks = -(-s.rows * steps.segments // steps.pieces)
        parts.append(
            Part(
                *(s, steps, flat(np.where(plan.taps < 0, -1, outer + plan.taps))),
                *(1 if steps.in_place else strip, panel_rows(dtype, steps.panel) * steps.panel),
                *(steps.filters * s.depth, blocks * -(-s.filters // steps.filters)),
            )
        )
    reached = sum(plan.outputs for plan in plans)
    return parts, read, bool(plans) and reached == min(plans[0].step, y_shape[-2])


def shape_of(shapes, plan: Plan, read: Rows, groups, backward) -> Shape:
    """Collect the sizes of one convolution that reads an x and writes a y of these shapes."""
    x_shape, y_shape, w_shape = shapes
    channels, taps, outputs = x_shape[-1] // groups, len(plan.taps), plan.outputs
    unit = plan.dilation if taps > 1 else plan.stride
    step, rest = divmod(plan.stride, unit)
    stretch, apart = ENDLESS, 0
    if rest or step > taps:  # windows do not overlap: one after the other
        step, stretch, apart = taps, taps, plan.stride
    return Shape(
        *(x_shape[-2], channels, x_shape[-1], y_shape[0] * read.count),
        *(plan.places, step, read.taps, taps, taps * channels, 0),
        *(plan.first, unit, stretch, apart),
        *(read.taps * taps * channels, outputs * (y_shape[-1] // groups), outputs),
        *(y_shape[-2] * y_shape[-1], plan.begin * y_shape[-1], plan.step * y_shape[-1]),
        *(w_shape[-2], w_shape[-1], backward),
    )


def _steps(s: Shape, skipped: int, dtype) -> Steps:
    """Choose block sizes: all filters, unless there are so few positions that tasks would lack.

    One of ``skipped`` taps is used by each row.
    """
    panel = panel_width(dtype, s.filters)
    count = s.rows * s.places
    tasks = task_count(count + COPY, s.filters, s.depth // skipped)
    at_once = max(-(-count // tasks), PLACES)
    segments, each = segments_of(s, at_once, dtype)
    pieces = max(1, at_once // (s.places if segments == 1 else each))
    blocks = max(tasks // -(-s.rows * segments // pieces), 1)
    filters = up(-(-s.filters // min(blocks, -(-s.filters // panel))), panel)
    straight = in_place(s) and s.places >= panel_rows(dtype, panel)
    return Steps(pieces, segments, each, filters, panel, straight)


def in_place(s: Shape) -> bool:
    """Whether a 1×1 kernel reads the input's rows just as they stand: no strip is copied."""
    one_tap = s.outer_taps == s.inner_taps == s.step == s.unit == 1
    return one_tap and s.channels == s.pitch and s.first >= 0 and s.first + s.places <= s.width


def task_count(count: int, filters: int, depth: int) -> int:
    """Return into how many tasks so many positions are worth being cut."""
    return min(max(count * filters * (depth + STORE) // TASK, 1), TASKS)


def segments_of(s: Shape, places: int, dtype) -> tuple[int, int]:
    """Cut rows into segments of about so many places: (segments, places of each)."""
    places = min(places, CACHE // (dtype.itemsize * s.outer_taps * s.step * s.channels))
    rows = panel_rows(dtype, panel_width(dtype, s.filters))
    each = up(max(places, 1), rows)
    segments, rest = divmod(s.places, each)
    return max(1, segments + (rest >= rows)), each  # a smaller rest goes to the one before


def longest(s: Shape, segments: int, each: int) -> int:
    """Return the places of the longest segment."""
    return max(s.places - (segments - 1) * each, each if segments > 1 else 0)


def strip_of(s: Shape, segments, each, dtype) -> tuple[Shape, int]:
    """Settle how far apart the rows of a strip are; return the size of all of it, too."""
    rows = panel_rows(dtype, panel_width(dtype, s.filters))
    size = ((max(longest(s, segments, each), rows) - 1) * s.step + s.inner_taps) * s.channels
    row_step = up(size, lane_count(dtype)) + lane_count(dtype)
    return s._replace(row_step=row_step), s.outer_taps * row_step + 2 * lane_count(dtype)


def up(number: int, unit: int) -> int:
    """Round up to a multiple of ``unit``."""
    return -(-number // unit) * unit
