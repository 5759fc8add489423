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
from minidl.kernels.compile.workspace import aligned, flat, workspace
from minidl.kernels.conv.direct_loops import Shape, Steps, direct_blocks, kernel_panels
from minidl.kernels.conv.direct_plan import Plan, forward_plans, gradient_plans
from minidl.kernels.index_map import Rows, read_by, reads, rows
from minidl.kernels.numpy import direct as numpy_direct
from minidl.kernels.plan_cache import cached
from minidl.kernels.threads import pool as threads
from minidl.kernels.window import Window


def convolve(x, w, window: Window, groups=1, *, bias=None, relu=False) -> np.ndarray:
    """The convolution; arguments as in ``numpy/conv``."""
    y = aligned((x.shape[0], *window.output, w.shape[-1]), x.dtype)
    rows_, out, over = x, y, window
    if window.is_pointwise:
        rows_, out, over = one_row(x), one_row(y), positions(y.size // y.shape[-1])
    if _run(rows_, w, out, over, groups, False, bias, relu):
        return y
    return numpy_direct.convolve(x, w, window, groups, bias=bias, relu=relu)


def convolve_input_gradient(dy, w, window: Window, groups=1) -> np.ndarray:
    """The gradient to the input, phase by phase."""
    dx = aligned((dy.shape[0], *window.size, w.shape[-2] * groups), dy.dtype)
    rows_, out, over = dy, dx, window
    if window.is_pointwise:
        rows_, out, over = one_row(dy), one_row(dx), positions(dy.size // dy.shape[-1])
    if _run(rows_, w, out, over, groups, True, None, False):
        return dx
    return numpy_direct.convolve_input_gradient(dy, w, window, groups)


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
ENDLESS = 1 << 62


def shape_of(x_shape, y_shape, w_shape, plan: Plan, read: Rows, groups, transposed) -> Shape:
    """Collect the sizes of one convolution that reads an x and writes a y of these shapes."""
    channels, taps = x_shape[-1] // groups, len(plan.taps)
    unit = plan.dilation if taps > 1 else plan.stride
    step, rest = divmod(plan.stride, unit)
    stretch, apart = ENDLESS, 0
    if rest or step > taps:  # windows do not overlap: one after the other
        step, stretch, apart = taps, taps, plan.stride
    outputs, filters = plan.outputs, y_shape[-1] // groups
    kernel_rows = w_shape[-2] * (outputs if transposed and not plan.is_plain else 1)
    kernel_pitch = w_shape[-1] * (outputs if not transposed and not plan.is_plain else 1)
    return Shape(
        *(x_shape[-2], channels, x_shape[-1], y_shape[0] * read.count),
        *(plan.places, step, read.taps, taps, taps * channels, 0),
        *(plan.first, unit, stretch, apart),
        *(read.taps * taps * channels, outputs * filters),
        *(y_shape[-2] * y_shape[-1], plan.begin * y_shape[-1], plan.step * y_shape[-1]),
        *(kernel_rows, kernel_pitch, transposed),
    )


def in_place(s: Shape) -> bool:
    """Whether a 1×1 kernel reads the input's rows just as they stand: no strip is copied."""
    one_tap = s.outer_taps == s.inner_taps == s.step == s.unit == 1
    return one_tap and s.channels == s.pitch and s.first >= 0 and s.first + s.places <= s.width


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


class Part(NamedTuple):
    """All that can be said of a convolution, or of one phase, before there are any numbers."""

    shape: Shape
    steps: Steps
    taps: np.ndarray  # (taps of a window,): their numbers in the kernel
    wide: np.ndarray | None  # (taps of a window, outputs taken together): likewise, or −1
    strip: int  # size

    def matrices(self, w, transposed) -> np.ndarray:
        """Return the matrices of outputs taken together, one for each tap of their window."""
        w = w.reshape(-1, *w.shape[-2:])
        w = np.concatenate([w, np.zeros_like(w[:1])])[self.wide]  # tap, output, channel, filter
        return w if transposed else w.swapaxes(1, 2)


@cached
def _parts(x_shape, y_shape, w_shape, window, groups, transposed, dtype):
    """Prepare a convolution: return (parts, rows that are read, whether they reach all outputs)."""
    make, table = (gradient_plans, read_by) if transposed else (forward_plans, reads)
    plans = make(window, y_shape[-1] // groups, dtype, groups > 1)
    read = rows([table(window, axis) for axis in range(window.rank - 1)])
    outer = np.arange(read.taps)[:, None, None] * window.kernel[-1]
    parts = []
    for plan in plans:
        s = shape_of(x_shape, y_shape, w_shape, plan, read, groups, transposed)
        steps = _steps(s, prod(window.stride[:-1]) if transposed else 1, dtype)
        s, size = strip_of(s, steps.segments, steps.each, dtype)
        size = 1 if steps.in_place else size
        wide = np.where(plan.taps < 0, -1, outer + plan.taps).reshape(-1, plan.outputs)
        if plan.is_plain:
            parts.append(Part(s, steps, flat(wide[:, 0]), None, size))
        else:
            parts.append(Part(s, steps, flat(np.arange(len(wide))), wide, size))
    reached = sum(plan.outputs for plan in plans)
    return parts, read, bool(plans) and reached == min(plans[0].step, y_shape[-2])


def _run(x, w, y, window: Window, groups, transposed, bias, relu) -> bool:
    """Do a convolution; return whether all that it summed up is finite."""
    parts, read, complete = _parts(x.shape, y.shape, w.shape, window, groups, transposed, x.dtype)
    if not complete:
        y[...] = 0
    channels, filters = x.shape[-1] // groups, y.shape[-1] // groups
    y, wrong = y.reshape(-1), np.zeros(1, np.int64)
    for group in range(groups if parts else 0):
        w_group = flat(w)[group * (channels if transposed else filters) :]
        matrices = [
            w_group if part.wide is None else flat(part.matrices(w, transposed)) for part in parts
        ]
        more = None if bias is None else bias[group * filters : (group + 1) * filters]
        x_part, y_part = flat(x)[group * channels :], y[group * filters :]
        _run_parts(x_part, matrices, more, y_part, parts, read, relu, wrong)
    return not wrong[0]


def _steps(s: Shape, skipped: int, dtype) -> Steps:
    """Choose block sizes: all filters, unless there are so few positions that tasks would lack.

    One of ``skipped`` taps is used by each row.
    """
    panel = panel_width(dtype, s.filters)
    count = s.rows * s.places
    tasks = task_count(count, s.filters, s.depth // skipped)
    positions = max(-(-count // tasks), PLACES)
    segments, each = segments_of(s, positions, dtype)
    pieces = max(1, positions // (s.places if segments == 1 else each))
    position_tasks = -(-s.rows * segments // pieces)
    filter_blocks = min(max(tasks // position_tasks, 1), -(-s.filters // panel))
    filters = up(-(-s.filters // filter_blocks), panel)
    straight = in_place(s) and s.places >= panel_rows(dtype, panel)
    return Steps(pieces, segments, each, filters, panel, straight)


def task_count(count: int, filters: int, depth: int) -> int:
    """Return into how many tasks so many positions are worth being cut."""
    return min(max(count * filters * (depth + STORE) // TASK, 1), TASKS)


def up(number: int, unit: int) -> int:
    """Round up to a multiple of ``unit``."""
    return -(-number // unit) * unit


def _run_parts(x, matrices, bias, y, parts: list[Part], read: Rows, relu, wrong):
    """Run all phases: first prepare their kernels, then do the convolutions."""
    slots = threads.thread_count()
    buffers = workspace("strip", (slots, max(part.strip for part in parts)), x.dtype)
    high = [panel_rows(x.dtype, part.steps.panel) for part in parts]
    size = max(rows_ * part.steps.panel for rows_, part in zip(high, parts, strict=True))
    tiles = workspace("tile", (slots, size), x.dtype)
    lists = workspace("rows", (slots, 2 * max(1, read.taps)), np.int64)
    own = [
        (strip, flat(strip), tile, listed)
        for strip, tile, listed in zip(buffers, tiles, lists, strict=True)
    ]
    sizes = [up(part.shape.filters, part.steps.panel) * part.shape.depth for part in parts]
    kernels = np.split(workspace("kernel", (sum(sizes),), x.dtype), np.cumsum(sizes)[:-1])
    preparations, convolutions = [], []
    for part, w, b in zip(parts, matrices, kernels, strict=True):
        s, steps = part.shape, part.steps
        preparations.append(_preparation(part, w, b))
        more = np.zeros(s.filters + 2 * steps.panel, x.dtype)
        if bias is not None:
            more[: s.filters] = np.tile(bias, s.filters // len(bias))
        convolutions.append(_convolution(part, x, read, flat(b), flat(more), y, relu, own, wrong))
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


def _convolution(part: Part, x, read: Rows, b, bias, y, relu, own, wrong):
    """Return what does the convolution, and in how many tasks."""
    s, steps = part.shape, part.steps

    def work(todo, slot):
        direct_blocks(todo, relu, x, read[:2], b, bias, y, own[slot], wrong, s, steps)

    runs = -(-s.rows * steps.segments // steps.pieces)
    return work, runs * -(-s.filters // steps.filters)
