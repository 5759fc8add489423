"""The gradient to the kernel: dw[k] = Σ_o x[o·stride + k·dilation − before]ᵀ · dy[o].

This is the one gradient that sums over all positions. If every thread added to the same dw, the
order of the sum, and so its last bits, would depend on who came first. Instead the positions are
cut into shares by their number alone; each share has its own sum, and these are added in order.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from minidl.kernels.compile.simd import lane_count
from minidl.kernels.compile.tile import PATCHES, panel_rows, panel_width, tile_rows
from minidl.kernels.compile.workspace import INT, aligned, flat, workspace
from minidl.kernels.conv import direct, winograd
from minidl.kernels.conv.direct import up
from minidl.kernels.conv.direct_gradient_loops import Steps as DirectSteps
from minidl.kernels.conv.direct_gradient_loops import direct_gradient_blocks
from minidl.kernels.conv.direct_plan import forward_plan, together
from minidl.kernels.conv.transforms import POINTS
from minidl.kernels.conv.winograd_gradient_loops import Steps as WinogradSteps
from minidl.kernels.conv.winograd_gradient_loops import winograd_gradient_blocks
from minidl.kernels.index_map import Rows, row_map
from minidl.kernels.numpy import direct as numpy_direct
from minidl.kernels.plan_cache import cached
from minidl.kernels.threads import pool as threads
from minidl.kernels.window import Window

TASKS = 16  # wanted at least, so that a few threads share the work evenly
AT_ONCE = 1 << 14  # numbers of strips that are used up at once
SHORT = 16  # taps of a window; longer ones do not make the numbers that are in use more
SUMS = 1 << 15  # numbers that a task sums up
LONGEST = 1 << 12  # numbers of a window's row that are summed up in one go


class Part(NamedTuple):
    """All that can be said before there are any numbers of the gradient to some of the taps."""

    shape: direct.Shape | winograd.Shape
    steps: DirectSteps | WinogradSteps
    read: Rows
    taps: np.ndarray | None  # their numbers
    shares: int
    blocks: int
    sums: int  # size of a block's sums
    ends: int  # size
    scratch: tuple[int, ...]  # sizes of what each thread needs for itself


def winograd_weight_gradient(x, dy, window: Window, groups=1) -> np.ndarray:
    """The gradient for kernels that `winograd` fits."""
    dw = aligned((*window.kernel, x.shape[-1] // groups, dy.shape[-1]), x.dtype)
    part = _winograd_part(x.shape, dy.shape, dw.shape, window, groups, x.dtype)
    if _sum(winograd_gradient_blocks, x, dy, dw, part, groups):
        return dw
    return numpy_direct.convolve_kernel_gradient(x, dy, window, groups)


def direct_weight_gradient(x, dy, window: Window, groups=1) -> np.ndarray:
    """The gradient for kernels of any kind."""
    dw = aligned((*window.kernel, x.shape[-1] // groups, dy.shape[-1]), x.dtype)
    rows_x, rows_dy, over = direct.as_rows(x, dy, window)
    parts, wide = _direct_parts(rows_x.shape, rows_dy.shape, dw.shape, over, groups, x.dtype)
    sums = aligned(wide, x.dtype) if wide else dw
    for part in parts:
        if not _sum(direct_gradient_blocks, rows_x, rows_dy, sums, part, groups):
            return numpy_direct.convolve_kernel_gradient(x, dy, window, groups)
    if wide:
        _fold(sums, dw.reshape(-1, *dw.shape[-3:]), window)
    return dw


def _fold(wide, dw, window: Window):
    """Add up what outputs taken together have found, each for the taps that it looks through."""
    filters, dw[...] = dw.shape[-1], 0
    for output in range(wide.shape[-1] // filters):
        first, own = output * window.stride[-1], slice(output * filters, (output + 1) * filters)
        dw += wide[:, first : first + window.extent[-1] : window.dilation[-1], :, own]


def _sum(loop, x, dy, dw, part: Part, groups) -> bool:
    """Run a loop for all shares of all blocks; return whether all that came out is finite.

    Each share has sums of its own. With one share a block is done at once, in a thread's scratch.
    """
    shares, slots, wrong = part.shares, threads.thread_count(), np.zeros(1, np.int64)
    rows = slots if shares == 1 else part.blocks * shares
    sums, ends, *own = workspace(
        *(((rows, part.sums), x.dtype), ((slots, part.ends), INT)),
        *[((slots, size), x.dtype) for size in part.scratch],
    )
    sums = sums if shares == 1 else [sums.reshape(-1)] * slots
    seen = zip(*[flat(array).reshape(array.shape) for array in own], strict=True)  # read-only
    own = list(zip(sums, zip(*own, strict=True), seen, ends, strict=True))
    x, dy, dw = flat(x), flat(dy), dw.reshape(-1)
    for group in range(groups):
        first = group * part.shape.filters
        given = (
            *(x[group * part.shape.channels :], part.read.axes, part.taps),
            *(dy[first:], dw[first:], wrong),
        )
        runs = (True, part.blocks * shares), (False, part.blocks)
        for sum_up, tasks in runs[: 1 if shares == 1 else 2]:
            do = sum_up, shares, part.sums

            def work(todo, slot, do=do, given=given):
                loop(todo, do, given, own[slot], part.shape, part.steps)

            threads.run(work, tasks)
    return not wrong[0]


@cached
def _winograd_part(x_shape, dy_shape, dw_shape, window, groups, dtype) -> Part:
    """Choose block sizes: sums of 64 channels × 64 filters stay in the second-level cache."""
    read = row_map(window, window.rank - 2, False)
    s = winograd.shape_of((x_shape, dy_shape, dw_shape), read, window.before[-2:], groups, False)
    high, lanes, panel = tile_rows(dtype), lane_count(dtype), panel_width(dtype, s.filters)
    channels = min(s.channels, max(lanes, 64 // s.taps))
    filters = up(min(s.filters, 64), panel)
    blocks = -(-s.channels // channels) * -(-s.filters // filters)
    tiles = up(min(32, s.tiles), high)
    share = up(-(-s.tiles // max(1, TASKS // blocks)), tiles)
    depth, rows = s.taps * up(channels, lanes), tiles // high * POINTS
    a, d, sums = depth * high + lanes, filters * high + lanes, depth * filters + lanes
    steps = WinogradSteps(share, tiles, channels, filters, panel, a, d, sums)
    sizes = rows * a, rows * d, POINTS * lanes
    return Part(s, steps, read, None, -(-s.tiles // share), blocks, POINTS * sums, 0, sizes)


@cached
def _direct_parts(x_shape, dy_shape, dw_shape, window, groups, dtype):
    """Return a part for every so many taps of the last axis; the shape of dw for wide windows."""
    read = row_map(window, window.rank - 1, False)
    channels, filters, choices = dw_shape[-2], dw_shape[-1] // groups, []
    if groups == 1 and prod(dy_shape) * read.taps * window.kernel[-1] * channels > direct.TASK:
        choices = together(window.output[-1], filters, dtype)

    def work(places, taps, outputs):
        panel, numbers = panel_width(dtype, outputs * filters), taps * channels
        if outputs == 1 and (read.taps, numbers) in PATCHES:
            return places * numbers * up(filters, lane_count(dtype))
        return places * up(numbers, panel_rows(dtype, panel)) * up(outputs * filters, panel)

    whole = forward_plan(window, choices, work)
    span, outputs = whole.taps.shape
    wide = () if outputs == 1 else (read.taps, span, channels, outputs * filters)
    each, parts = max(1, LONGEST // channels), []
    for tap in range(0, span, each):
        first = whole.first + tap * whole.dilation
        plan = whole._replace(first=first, taps=whole.taps[tap : tap + each])
        s = direct.shape_of((x_shape, dy_shape, dw_shape), plan, read, groups, False)
        if wide:
            s = s._replace(kernel_pitch=s.filters)
        taps = np.arange(read.taps)[:, None] * span + np.arange(tap, tap + s.inner_taps)
        parts.append(_direct_part(s, read, taps, dtype))
    return parts, wide


def _direct_part(s, read: Rows, taps, dtype) -> Part:
    """Choose block sizes: what is summed at once, and the sums, stay in the nearest caches."""
    lanes, panel = lane_count(dtype), panel_width(dtype, s.filters)
    patch = (s.outer_taps, s.run) in PATCHES
    if patch:
        panel = lanes
    high = panel_rows(dtype, panel)
    straight = direct.in_place(s) and s.run % high == 0
    run = s.depth if patch else s.run
    rows = 1 if patch or s.depth * s.filters > SUMS else s.outer_taps
    short = min(s.inner_taps, SHORT) * s.channels * (s.depth // s.run if run > s.run else rows)
    most = max(AT_ONCE // (s.step * short), 8)
    segments, each = direct.segments_of(s, most, dtype)
    s, size = direct.strip_of(s, segments, each, dtype)
    strip = s.row_step if not patch and rows == 1 else size
    room = direct.CACHE // (dtype.itemsize * strip)
    pieces = max(1, min(most // (s.places if segments == 1 else each), room))
    filters = up(min(s.filters, max(SUMS // run, panel)), panel)
    blocks = s.depth // (run * rows) * -(-s.filters // filters)
    count = s.rows * segments
    tasks = direct.task_count(s.rows * s.places, s.filters, s.depth)
    share = up(-(-count // max(1, tasks // blocks)), pieces)
    ragged = s.filters % panel != 0
    steps = DirectSteps(
        *(share, pieces, segments, each, filters, panel),
        *(straight, patch, rows, run, strip, ragged),
    )
    sums = rows * (run if patch else up(run, high)) * filters
    copied = ragged * pieces * direct.longest(s, segments, each) * up(s.filters, panel)
    sizes, ends = (pieces * strip + lanes, copied), 3 * pieces + 2 * s.outer_taps
    return Part(s, steps, read, flat(taps), -(-count // share), blocks, sums, ends, sizes)
