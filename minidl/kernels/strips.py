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
from minidl.kernels.strips_blocks import Shape, Steps, kernel_panels, strips_blocks
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
    out = y
    if window.is_pointwise:
        x, out, window = one_row(x), one_row(y), positions(y.size // y.shape[-1])
    _run(x, w, out, window, groups, False, bias, relu)
    return y


def convolve_input_gradient(dy, w, window: Window, groups=1) -> np.ndarray:
    """The gradient to the input, phase by phase."""
    dx = aligned((dy.shape[0], *window.size, w.shape[-2] * groups), dy.dtype)
    out = dx
    if window.is_pointwise:
        dy, out, window = one_row(dy), one_row(dx), positions(dy.size // dy.shape[-1])
    _run(dy, w, out, window, groups, True, None, False)
    return dx


def one_row(x) -> np.ndarray:
    """See all positions as one row: a 1×1 kernel does not know where rows end."""
    return x.reshape(1, -1, x.shape[-1])


@lru_cache(maxsize=256)
def positions(count: int) -> Window:
    """Return the window of a 1×1 kernel over one row of so many positions."""
    return Window((count,), (1,), (1,), (1,), (0,), (0,))


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
PANELS = 1 << 17  # numbers of the kernel's panels that a task copies
TASK = 1 << 22  # multiplications that make a task worth handing out
STORE = 32  # multiplications that take as long as writing a number
TASKS = 16  # wanted at most: enough for a few threads to share the work evenly
PLACES = 64  # of one task at least, for which a panel of the kernel comes from memory once


def shape_of(x_shape, y_shape, w_shape, plan: Plan, groups, turned) -> Shape:
    """Collect the sizes of one convolution that reads an x and writes a y of these shapes."""
    channels, filters = x_shape[-1] // groups, y_shape[-1] // groups
    outer_taps, first = plan.rows.shape[1], int(plan.places[0])
    apart = int(plan.places[1]) - first if len(plan.places) > 1 else 1
    return Shape(
        *(x_shape[-2], channels, x_shape[-1]),
        *(len(plan.places), plan.step, outer_taps, plan.inner_taps, plan.inner_taps * channels),
        *(0, *(plan.together if groups == 1 else (0, 0)), len(plan.taps) * channels),
        *(filters, y_shape[-2] * y_shape[-1], first * y_shape[-1], apart * y_shape[-1]),
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


class Part(NamedTuple):
    """All that can be said of a convolution, or of one phase, before there are any numbers."""

    shape: Shape
    steps: Steps
    tables: tuple
    taps: np.ndarray
    strip: int  # size


@lru_cache(maxsize=512)
def _parts(x_shape, y_shape, w_shape, window, groups, turned, dtype) -> tuple[list[Part], bool]:
    """Prepare a convolution; tell whether it reaches all outputs. Small ones take no longer."""
    batch = x_shape[0]
    plans, complete = _phases(batch, window) if turned else ([forward_plan(batch, window)], True)
    parts = []
    for plan in plans:
        s = shape_of(x_shape, y_shape, w_shape, plan, groups, turned)
        rows = panel_rows(dtype, panel_width(dtype, s.filters))
        direct = in_place(s, plan) and s.places >= rows
        steps = _steps(s, len(plan.rows), dtype, direct)
        s, size = strip_of(s, steps.segments, steps.each, dtype)
        tables = tuple(map(flat, (plan.rows, plan.columns, plan.out_rows)))
        parts.append(Part(s, steps, tables, flat(plan.taps), 1 if direct else size))
    return parts, complete


def _run(x, w, y, window: Window, groups, turned, bias, relu):
    parts, complete = _parts(x.shape, y.shape, w.shape, window, groups, turned, x.dtype)
    if not complete:
        y[...] = 0
    channels, filters = x.shape[-1] // groups, y.shape[-1] // groups
    x, w, y = flat(x), flat(w), y.reshape(-1)
    for part in parts:
        more = np.zeros(filters + 2 * part.steps.panel, x.dtype)
        for group in range(groups):
            if bias is not None:
                more[:filters] = bias[group * filters : (group + 1) * filters]
            w_part = w[group * (channels if turned else filters) :]
            _run_group(x[group * channels :], w_part, flat(more), y[group * filters :], part, relu)


def _steps(s: Shape, row_count, dtype, direct) -> Steps:
    """Choose block sizes: all filters, unless there are so few positions that tasks would lack."""
    panel = panel_width(dtype, s.filters)
    count = row_count * s.places
    tasks = tasks_of(count, s)
    positions = max(-(-count // tasks), PLACES)
    segments, each = segments_of(s, positions, dtype, not direct)
    pieces = max(1, positions // (s.places if segments == 1 else each))
    position_tasks = -(-row_count * segments // pieces)
    filter_blocks = min(max(tasks // position_tasks, 1), -(-s.filters // panel))
    filters = up(-(-s.filters // filter_blocks), panel)
    return Steps(pieces, segments, each, filters, panel, direct)


def tasks_of(count: int, s: Shape) -> int:
    """Return into how many tasks so many positions are worth being cut."""
    return min(max(count * s.filters * (s.depth + STORE) // TASK, 1), TASKS)


def up(number: int, unit: int) -> int:
    """Round up to a multiple of ``unit``."""
    return -(-number // unit) * unit


def _run_group(x, w, bias, y, part: Part, relu):
    s, steps, tables, taps, size = part
    panel, panels = steps.panel, -(-s.filters // steps.panel)
    slots = threads.thread_count()
    b = workspace("kernel", (panels * panel * s.depth,), x.dtype)
    strips = workspace("strip", (slots, size), x.dtype)
    tiles = workspace("tile", (slots, panel_rows(x.dtype, panel) * panel), x.dtype)
    own = [(strip, flat(strip), tile) for strip, tile in zip(strips, tiles, strict=True)]
    panels_each = max(1, PANELS // (panel * s.depth))

    threads.run(
        lambda todo, _: kernel_panels(todo, panels_each, w, taps, s, panel, b),
        -(-panels // panels_each),
    )
    made = flat(b)

    def work(todo, slot):
        strips_blocks(todo, relu, x, tables, made, bias, y, *own[slot], s, steps)

    runs = -(-tables[2].size * steps.segments // steps.pieces)
    threads.run(work, runs * -(-s.filters // steps.filters))
