"""Convolution of any rank, stride, dilation and grouping, row by row of the output.

    y[o] = Σ_k x[o·stride + k·dilation − before] · w[k]        windows of a strip · kernel matrix

The gradient to the input has the same form, if the input positions are sorted by what remains when
``i + before`` is divided by the stride: those with the same remainder are read through the same
taps, each of them at (i + before − k·dilation) / stride, and each such *phase* is a convolution of
dy with stride 1 and a part of the kernel. (With stride 1 there is one phase; with stride 2 in two
dimensions there are four.) So no two tasks ever add to the same number.
"""

from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from minidl.kernels import threads
from minidl.kernels.lanes import lane_count
from minidl.kernels.strips_blocks import Shape, Steps, kernel_panels, strips_block
from minidl.kernels.tables import batch_table, joined, read_by, reads, side_by_side
from minidl.kernels.tile import panel_rows, panel_width
from minidl.kernels.window import Window
from minidl.kernels.workspace import aligned, flat, workspace


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


def convolve(x, w, window: Window, groups=1, *, bias=None, relu=False) -> np.ndarray:
    """The convolution; arguments as in ``numpy_conv``."""
    y = aligned((x.shape[0], *window.output, w.shape[-1]), x.dtype)
    if window.is_pointwise:
        x, window, out = *one_row(x, window), one_row(y, window)[0]
    else:
        out = y
    _run(x, w, out, forward_plan(x.shape[0], window), groups, False, bias, relu)
    return y


def convolve_input_gradient(dy, w, window: Window, groups=1) -> np.ndarray:
    """The gradient to the input, phase by phase."""
    dx = aligned((dy.shape[0], *window.size, w.shape[-2] * groups), dy.dtype)
    out = dx
    if window.is_pointwise:
        dy, window, out = *one_row(dy, window), one_row(dx, window)[0]
    phases, complete = _phases(dy.shape[0], window)
    if not complete:
        dx[...] = 0
    for plan in phases:
        _run(dy, w, out, plan, groups, True, None, False)
    return dx


def one_row(x, window: Window):
    """See all positions as one row: a 1×1 kernel does not know where rows end."""
    count, one, zero = (x.size // x.shape[-1],), (1,), (0,)
    return x.reshape(1, *count, x.shape[-1]), Window(count, one, one, one, zero, zero)


@lru_cache(maxsize=256)
def forward_plan(batch, window) -> Plan:
    """The plan of the convolution itself."""
    axes = [reads(window, axis) for axis in range(window.rank)]
    places = [np.arange(size) for size in window.output]
    taps = np.arange(prod(window.kernel))
    return _plan(batch, axes, window.size, taps, places, window.output)


@lru_cache(maxsize=256)
def _phases(batch, window) -> tuple[list[Plan], bool]:
    """Plans of every phase of the gradient, and whether they reach every position."""
    numbers = np.arange(prod(window.kernel)).reshape(window.kernel)
    phases, complete = [], True
    for phase in product(*(range(s) for s in window.stride)):
        places, taps = [], []
        for axis, rest in enumerate(phase):
            position = np.arange(window.size[axis]) + window.before[axis]
            places.append(np.flatnonzero(position % window.stride[axis] == rest))
            tap = np.arange(window.kernel[axis])[::-1]  # backwards: what is read ascends
            taps.append(tap[tap * window.dilation[axis] % window.stride[axis] == rest])
        if all(map(len, places)) and all(map(len, taps)):
            axes = [read_by(window, a)[np.ix_(places[a], taps[a])] for a in range(window.rank)]
            used = numbers[np.ix_(*taps)].reshape(-1)
            phases.append(_plan(batch, axes, window.output, used, places, window.size))
        elif all(map(len, places)):
            complete = False
    return phases, complete


def _plan(batch, axes, sizes, taps, places, out_sizes) -> Plan:
    """Join batch and all axes but the last, for what is read and for where the result goes."""
    read = joined([batch_table(batch), *axes[:-1]], [batch, *sizes[:-1]])
    written = [batch_table(batch), *(p[:, None] for p in places[:-1])]
    written = joined(written, [batch, *out_sizes[:-1]]).reshape(-1)
    columns, step = side_by_side(axes[-1])
    inside = np.flatnonzero(columns >= 0)
    together = (int(inside[0]), int(inside[-1]) + 1) if inside.size else (0, 0)
    if np.any(np.diff(columns[slice(*together)]) != 1):
        together = (0, 0)
    return Plan(read, columns, together, step, axes[-1].shape[1], taps, written, places[-1])


CACHE = 1 << 18  # bytes that the strip of a piece may fill
TASK = 1 << 20  # multiplications that make a task worth handing out
TASKS = 16  # wanted at most: enough for a few threads to share the work evenly
PLACES = 64  # of one task at least, for which a panel of the kernel comes from memory once


def shape_of(x, y, w_shape, plan: Plan, groups, turned) -> Shape:
    """Collect the sizes of one convolution that reads x and writes y."""
    channels, filters = x.shape[-1] // groups, y.shape[-1] // groups
    outer_taps, first = plan.rows.shape[1], int(plan.places[0])
    apart = int(plan.places[1]) - first if len(plan.places) > 1 else 1
    return Shape(
        *(x.shape[-2], channels, x.shape[-1]),
        *(len(plan.places), plan.step, outer_taps, plan.inner_taps, plan.inner_taps * channels),
        *(0, *(plan.together if groups == 1 else (0, 0)), len(plan.taps) * channels),
        *(filters, y.shape[-2] * y.shape[-1], first * y.shape[-1], apart * y.shape[-1]),
        *(w_shape[-2], w_shape[-1], turned),
    )


def in_place(s: Shape, plan: Plan) -> bool:
    """Whether the windows of a row stand in the input just as they would in a strip."""
    whole = (s.together, s.together_stop) == (0, len(plan.columns))
    return whole and s.outer_taps == 1 and plan.rows.min() >= 0


def segments_of(s: Shape, places: int, dtype, copied: bool) -> tuple[int, int]:
    """Cut rows into segments of about so many places: (segments, places of each)."""
    if copied:
        room = CACHE // (dtype.itemsize * s.outer_taps * s.step * s.channels)
        places = min(places, room)
    each = up(max(places, 1), panel_rows(dtype, panel_width(dtype, s.filters)))
    return max(1, s.places // each), each


def strip_of(s: Shape, segments, each, dtype) -> tuple[Shape, int]:
    """Settle how far apart the rows of a strip are; return the size of all of it, too."""
    longest = s.places - (segments - 1) * each
    rows = panel_rows(dtype, panel_width(dtype, s.filters))
    size = ((max(longest, rows) - 1) * s.step + s.inner_taps) * s.channels
    row_step = up(size, lane_count(dtype)) + lane_count(dtype)
    return s._replace(row_step=row_step), s.outer_taps * row_step + 2 * lane_count(dtype)


def _run(x, w, y, plan: Plan, groups, turned, bias, relu):
    shape = shape_of(x, y, w.shape, plan, groups, turned)
    channels, filters = shape.channels, shape.filters
    rows = panel_rows(x.dtype, panel_width(x.dtype, filters))
    direct = in_place(shape, plan) and shape.places >= rows
    steps = _steps(shape, len(plan.rows), x.dtype, direct)
    for group in range(groups):
        start = group * (channels if turned else filters)
        more = np.zeros(filters + 2 * steps.panel, x.dtype)
        if bias is not None:
            more[:filters] = bias[group * filters : (group + 1) * filters]
        x_part, w_part = flat(x)[group * channels :], flat(w)[start:]
        y_part = y.reshape(-1)[group * filters :]
        _run_group(x_part, plan, w_part, flat(more), y_part, shape, steps, relu)


def _steps(s: Shape, row_count, dtype, direct) -> Steps:
    """Choose block sizes: all filters, unless there are so few positions that tasks would lack."""
    panel = panel_width(dtype, s.filters)
    count = row_count * s.places
    tasks = min(max(count * s.depth * s.filters // TASK, 1), TASKS)
    positions = max(-(-count // tasks), PLACES)
    segments, each = segments_of(s, positions, dtype, not direct)
    pieces = max(1, positions // (s.places if segments == 1 else each))
    position_tasks = -(-row_count * segments // pieces)
    filter_blocks = min(max(tasks // position_tasks, 1), -(-s.filters // panel))
    filters = up(-(-s.filters // filter_blocks), panel)
    return Steps(pieces, segments, each, filters, panel, direct)


def up(number: int, unit: int) -> int:
    """Round up to a multiple of ``unit``."""
    return -(-number // unit) * unit


def _run_group(x, plan: Plan, w, bias, y, s: Shape, steps: Steps, relu):
    s, size = strip_of(s, steps.segments, steps.each, x.dtype)
    slots, panel = threads.thread_count(), steps.panel
    panels = -(-s.filters // panel)
    b = workspace("kernel", (panels * panel * s.depth,), x.dtype)
    strip = workspace("strip", (slots, 1 if steps.in_place else size), x.dtype)
    tile = workspace("tile", (slots, panel_rows(x.dtype, panel) * panel), x.dtype)
    tables, taps = tuple(map(flat, (plan.rows, plan.columns, plan.out_rows))), flat(plan.taps)
    panels_each = max(1, PANELS // (panel * s.depth))

    def make_b(task, slot):
        first = task * panels_each
        kernel_panels(first, min(first + panels_each, panels), w, taps, s, panel, b)

    threads.run(make_b, -(-panels // panels_each))
    b = flat(b)
    filter_blocks = -(-s.filters // steps.filters)

    def work(task, slot):
        strips_block(
            *(divmod(task, filter_blocks), relu, x, tables, b, bias, y),
            *(strip[slot], flat(strip[slot]), tile[slot], s, steps),
        )

    runs = -(-len(plan.rows) * steps.segments // steps.pieces)
    threads.run(work, runs * filter_blocks)


PANELS = 1 << 17  # numbers of the kernel's panels that a task copies
