"""Convolution of any rank, stride, dilation and grouping, row by row of the output.

    y[o] = Σ_k x[o·stride + k·dilation − before] · w[k]        windows of a strip · kernel matrix

The gradient to the input has the same form, in *phases* (see ``strips_plans``): so no two tasks
ever add to the same number.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minidl.kernels import threads
from minidl.kernels.lanes import lane_count
from minidl.kernels.strips_blocks import Shape, Steps, kernel_panels, strips_blocks
from minidl.kernels.strips_plans import Plan, forward_plan, gradient_plans, outputs_together
from minidl.kernels.tile import panel_rows, panel_width
from minidl.kernels.window import Window
from minidl.kernels.workspace import aligned, flat, workspace


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


CACHE = 1 << 18  # bytes that the strip of a piece may fill
PANELS = 1 << 17  # numbers of the kernel's panels that a task copies
TASK = 1 << 22  # multiplications that make a task worth handing out
STORE = 32  # multiplications that take as long as writing a number
TASKS = 16  # wanted at most: enough for a few threads to share the work evenly
PLACES = 64  # of one task at least, for which a panel of the kernel comes from memory once


def shape_of(x_shape, y_shape, w_shape, plan: Plan, groups, turned) -> Shape:
    """Collect the sizes of one convolution that reads an x and writes a y of these shapes."""
    channels, filters = x_shape[-1] // groups, y_shape[-1] // groups
    if plan.wide is not None:
        filters *= plan.wide.shape[1]
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
    wide: np.ndarray | None
    strip: int  # size

    def matrices(self, w, turned) -> np.ndarray:
        """Return the matrices of outputs taken together, one for each tap of their window."""
        w = w.reshape(-1, *w.shape[-2:])
        w = np.concatenate([w, np.zeros_like(w[:1])])[self.wide]  # tap, output, channel, filter
        return w if turned else w.swapaxes(1, 2)


@lru_cache(maxsize=512)
def _parts(x_shape, y_shape, w_shape, window, groups, turned, dtype) -> tuple[list[Part], bool]:
    """Prepare a convolution; tell whether it reaches all outputs. Small ones take no longer."""
    outputs = outputs_together(window, y_shape[-1], dtype, turned) if groups == 1 else 1
    if turned:
        plans, complete = gradient_plans(x_shape[0], window, outputs)
        w_shape = (outputs * w_shape[-2], w_shape[-1])
    else:
        plans, complete = [forward_plan(x_shape[0], window, outputs)], True
        w_shape = (w_shape[-2], outputs * w_shape[-1])
    parts = []
    for plan in plans:
        s = shape_of(x_shape, y_shape, w_shape, plan, groups, turned)
        rows = panel_rows(dtype, panel_width(dtype, s.filters))
        direct = in_place(s, plan) and s.places >= rows
        steps = _steps(s, len(plan.rows), dtype, direct)
        s, size = strip_of(s, steps.segments, steps.each, dtype)
        tables = tuple(map(flat, (plan.rows, plan.columns, plan.out_rows)))
        parts.append(Part(s, steps, tables, flat(plan.taps), plan.wide, 1 if direct else size))
    return parts, complete


def _run(x, w, y, window: Window, groups, turned, bias, relu):
    parts, complete = _parts(x.shape, y.shape, w.shape, window, groups, turned, x.dtype)
    if not complete:
        y[...] = 0
    channels, filters = x.shape[-1] // groups, y.shape[-1] // groups
    y = y.reshape(-1)
    for group in range(groups if parts else 0):
        w_group = flat(w)[group * (channels if turned else filters) :]
        matrices = [
            w_group if part.wide is None else flat(part.matrices(w, turned)) for part in parts
        ]
        more = None if bias is None else bias[group * filters : (group + 1) * filters]
        x_part, y_part = flat(x)[group * channels :], y[group * filters :]
        _run_parts(x_part, matrices, more, y_part, parts, relu)


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


def _run_parts(x, matrices, bias, y, parts: list[Part], relu):
    """Run all phases: first prepare their kernels, then do the convolutions."""
    slots = threads.thread_count()
    strips = workspace("strip", (slots, max(part.strip for part in parts)), x.dtype)
    rows = [panel_rows(x.dtype, part.steps.panel) for part in parts]
    size = max(high * part.steps.panel for high, part in zip(rows, parts, strict=True))
    tiles = workspace("tile", (slots, size), x.dtype)
    own = [(strip, flat(strip), tile) for strip, tile in zip(strips, tiles, strict=True)]
    sizes = [up(part.shape.filters, part.steps.panel) * part.shape.depth for part in parts]
    kernels = np.split(workspace("kernel", (sum(sizes),), x.dtype), np.cumsum(sizes)[:-1])
    preparations, convolutions = [], []
    for part, w, b in zip(parts, matrices, kernels, strict=True):
        s, steps = part.shape, part.steps
        preparations.append(_preparation(part, w, b))
        more = np.zeros(s.filters + 2 * steps.panel, x.dtype)
        if bias is not None:
            more[: s.filters] = np.tile(bias, s.filters // len(bias))
        convolutions.append(_convolution(part, x, flat(b), flat(more), y, relu, own))
    for work, tasks in preparations + convolutions:
        threads.run(work, tasks)


def _preparation(part: Part, w, b):
    """Return what copies the kernel's panels, and in how many tasks."""
    s, panel = part.shape, part.steps.panel
    panels = -(-s.filters // panel)
    each = max(1, PANELS // (panel * s.depth))

    def work(todo, _):
        kernel_panels(todo, each, w, part.taps, s, panel, b)

    return work, -(-panels // each)


def _convolution(part: Part, x, b, bias, y, relu, own):
    """Return what does the convolution, and in how many tasks."""
    s, steps, tables = part.shape, part.steps, part.tables

    def work(todo, slot):
        strips_blocks(todo, relu, x, tables, b, bias, y, *own[slot], s, steps)

    runs = -(-tables[2].size * steps.segments // steps.pieces)
    return work, runs * -(-s.filters // steps.filters)
