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
from minidl.kernels.compile.workspace import aligned, flat, workspace
from minidl.kernels.conv import direct, winograd
from minidl.kernels.conv.direct_gradient_loops import Steps as DirectSteps
from minidl.kernels.conv.direct_gradient_loops import direct_gradient_blocks
from minidl.kernels.conv.direct_plan import best_forward_plan, most_together
from minidl.kernels.conv.transforms import POINTS
from minidl.kernels.conv.winograd_gradient_loops import Steps as WinogradSteps
from minidl.kernels.conv.winograd_gradient_loops import winograd_gradient_blocks
from minidl.kernels.index_map import Rows, reads, rows
from minidl.kernels.numpy import direct as numpy_direct
from minidl.kernels.plan_cache import cached
from minidl.kernels.threads import pool as threads
from minidl.kernels.window import Window

TASKS = 16  # wanted at least, so that a few threads share the work evenly
AT_ONCE = 1 << 14  # numbers of strips that are used up at once
SHORT = 16  # taps of a window; longer ones do not make the numbers that are in use more
WEAVE = 0.5  # tiles that take as long as weaving a few numbers
SUMS = 1 << 15  # numbers that a task sums up
LONGEST = 1 << 12  # numbers of a window's row that are summed up in one go


def winograd_weight_gradient(x, dy, window: Window, groups=1) -> np.ndarray:
    """The gradient for kernels that `winograd` fits."""
    dw = aligned((*window.kernel, x.shape[-1] // groups, dy.shape[-1]), x.dtype)
    planes = winograd.planes_read(window, False)
    s = winograd.shape_of(x, dy, dw.shape, planes, window.before[-2:], groups, False)
    steps = _winograd_steps(s, x.dtype)
    blocks = -(-s.channels // steps.channels) * -(-s.filters // steps.filters)
    high, lanes = tile_rows(x.dtype), lane_count(x.dtype)
    row_blocks, wrong = steps.tiles // high, np.zeros(1, np.int64)

    def scratch(slots):
        a = workspace("a", (slots, row_blocks * POINTS * steps.a), x.dtype)
        d = workspace("d", (slots, row_blocks * POINTS * steps.d), x.dtype)
        return a, d, workspace("patch", (slots, POINTS * lanes), x.dtype)

    for group in range(groups):
        x_part = flat(x)[group * s.channels :]
        dy_part = flat(dy)[group * s.filters :]
        dw_part = dw.reshape(-1)[group * s.filters :]

        def work(todo, do, sums, *own):
            winograd_gradient_blocks(
                *(todo, do, x_part, planes[:2], dy_part, dw_part, sums, own, wrong, s, steps)  # noqa: B023
            )

        _in_shares(-(-s.tiles // steps.share), blocks, POINTS * steps.sums, x.dtype, scratch, work)
    return numpy_direct.convolve_kernel_gradient(x, dy, window, groups) if wrong[0] else dw


def direct_weight_gradient(x, dy, window: Window, groups=1) -> np.ndarray:
    """The gradient for kernels of any kind."""
    dw = aligned((*window.kernel, x.shape[-1] // groups, dy.shape[-1]), x.dtype)
    wrong, rows_x, rows_dy, over = np.zeros(1, np.int64), x, dy, window
    if window.is_pointwise:
        rows_x, rows_dy = direct.one_row(x), direct.one_row(dy)
        over = direct.positions(rows_x.shape[1])
    parts = _direct_parts(rows_x.shape, rows_dy.shape, dw.shape, over, groups, x.dtype)
    wide = aligned(parts[0].wide, x.dtype) if parts[0].wide else dw
    for part in parts:
        _direct_sums(rows_x, rows_dy, wide, part, groups, wrong)
    if wrong[0]:
        return numpy_direct.convolve_kernel_gradient(x, dy, window, groups)
    if wide is not dw:
        _fold(wide, dw.reshape(-1, *dw.shape[-3:]), window)
    return dw


def _fold(wide, dw, window: Window):
    """Add up what outputs taken together have found, each for the taps that it looks through."""
    filters, dw[...] = dw.shape[-1], 0
    for output in range(wide.shape[-1] // filters):
        first, own = output * window.stride[-1], slice(output * filters, (output + 1) * filters)
        dw += wide[:, first : first + window.extent[-1] : window.dilation[-1], :, own]


class Part(NamedTuple):
    """All that can be said before there are any numbers of the gradient to some of the taps."""

    shape: direct.Shape
    steps: DirectSteps
    read: Rows
    taps: np.ndarray  # their numbers
    wide: tuple[int, ...]  # shape of the gradient for outputs taken together, or ()


def _direct_sums(x, dy, dw, part: Part, groups, wrong):
    """Write one part of dw."""
    s, steps, read, taps, _ = part
    lanes = lane_count(x.dtype)
    longest = direct.longest(s, steps.segments, steps.each)

    def scratch(slots):
        strip = workspace("strip", (slots, steps.pieces * steps.strip + lanes), x.dtype)
        size = steps.woven * s.outer_taps * s.row_step + lanes
        woven = workspace("woven", (slots, size), x.dtype)
        size = steps.ragged * steps.pieces * longest * direct.up(s.filters, steps.panel)
        d = workspace("d", (slots, size), x.dtype)
        return strip, woven, d, workspace("ends", (slots, 3 * steps.pieces), np.int64)

    for group in range(groups):
        x_part = flat(x)[group * s.channels :]
        dy_part = flat(dy)[group * s.filters :]
        dw_part = dw.reshape(-1)[group * s.filters :]

        def work(todo, do, sums, strip, woven, d, ends):
            own = (strip, flat(strip), woven, d, flat(d), ends)
            direct_gradient_blocks(
                *(
                    todo,
                    do,
                    x_part,  # noqa: B023
                    read[:2],
                    taps,
                    dy_part,  # noqa: B023
                    dw_part,  # noqa: B023
                    sums,
                    own,
                    wrong,
                    s,
                    steps,
                )
            )

        shares = -(-s.rows * steps.segments // steps.share)
        blocks = s.depth // (steps.run * steps.taps) * -(-s.filters // steps.filters)
        high = steps.run if steps.patch else panel_rows(x.dtype, steps.panel)
        size = steps.taps * direct.up(steps.run, high) * steps.filters
        _in_shares(shares, blocks, size, x.dtype, scratch, work)


def _in_shares(shares, blocks, size, dtype, scratch, work):
    """Run ``work`` for all shares of all blocks, each with sums of ``size`` numbers of its own."""
    slots = threads.thread_count()
    own = list(zip(*scratch(slots), strict=True))
    if shares == 1:
        sums = workspace("sums", (slots, size), dtype)
        threads.run(lambda todo, slot: work(todo, (True, 1, size), sums[slot], *own[slot]), blocks)
        return
    sums = workspace("sums", (blocks * shares * size,), dtype)
    for sum_up, tasks in ((True, blocks * shares), (False, blocks)):
        do = (sum_up, shares, size)
        threads.run(lambda todo, slot: work(todo, do, sums, *own[slot]), tasks)  # noqa: B023


def _winograd_steps(s, dtype) -> WinogradSteps:
    """Choose block sizes: sums of 64 channels × 64 filters stay in the second-level cache."""
    high, lanes, panel = tile_rows(dtype), lane_count(dtype), panel_width(dtype, s.filters)
    channels = min(s.channels, max(lanes, 64 // s.taps))
    filters = direct.up(min(s.filters, 64), panel)
    blocks = -(-s.channels // channels) * -(-s.filters // filters)
    tiles = direct.up(min(32, s.tiles), high)
    share = direct.up(-(-s.tiles // max(1, TASKS // blocks)), tiles)
    depth = s.taps * direct.up(channels, lanes)
    return WinogradSteps(
        *(share, tiles, channels, filters, panel),
        *(depth * high + lanes, filters * high + lanes, depth * filters + lanes),
    )


@cached
def _direct_parts(x_shape, dy_shape, dw_shape, window, groups, dtype) -> list[Part]:
    """Prepare a gradient: a part for every so many taps of the last axis."""
    read = rows([reads(window, axis) for axis in range(window.rank - 1)])
    channels, filters, most = dw_shape[-2], dw_shape[-1] // groups, 1
    if groups == 1 and prod(dy_shape) * read.taps * window.kernel[-1] * channels > direct.TASK:
        most = most_together(window.output[-1], filters, dtype)

    def work(places, taps, outputs):
        panel = panel_width(dtype, outputs * filters)
        numbers = direct.up(taps * channels, panel_rows(dtype, panel))
        return places * numbers * direct.up(outputs * filters, panel)

    whole = best_forward_plan(window, most, work)
    span, outputs = whole.taps.shape
    wide = () if outputs == 1 else (read.taps, span, channels, outputs * filters)
    each, parts = max(1, LONGEST // channels), []
    for tap in range(0, span, each):
        first = whole.first + tap * whole.dilation
        plan = whole._replace(first=first, taps=whole.taps[tap : tap + each])
        s = direct.shape_of(x_shape, dy_shape, dw_shape, plan, read, groups, False)
        s, steps = _direct_steps(s, dtype)
        taps = np.arange(read.taps)[:, None] * span + np.arange(tap, tap + s.inner_taps)
        parts.append(Part(s, steps, read, flat(taps.T if steps.woven else taps), wide))
    return parts


def _direct_steps(s, dtype):
    """Choose block sizes: what is summed at once, and the sums, stay in the nearest caches."""
    lanes, panel = lane_count(dtype), panel_width(dtype, s.filters)
    patch = (s.outer_taps, s.run) in PATCHES
    if patch:
        panel = lanes
    high = panel_rows(dtype, panel)
    straight = direct.in_place(s) and s.run % high == 0
    tiles = s.outer_taps * -(-s.run // high) - -(-s.depth // high)  # that weaving saves
    gain = tiles * -(-s.filters // panel)
    woven = not patch and s.channels < lanes and gain > WEAVE * s.outer_taps * s.step
    run = s.depth if woven or patch else s.run
    taps = 1 if woven or patch or s.depth * s.filters > SUMS else s.outer_taps
    short = min(s.inner_taps, SHORT) * s.channels * (s.depth // s.run if run > s.run else taps)
    most = max(AT_ONCE // (s.step * short), 8)
    segments, each = direct.segments_of(s, most, dtype)
    s, size = direct.strip_of(s, segments, each, dtype)
    strip = s.row_step if not (woven or patch) and taps == 1 else size
    room = direct.CACHE // (dtype.itemsize * strip)
    pieces = min(most // (s.places if segments == 1 else each), room)
    pieces = max(1, pieces)
    filters = direct.up(min(s.filters, max(SUMS // run, panel)), panel)
    blocks = s.depth // (run * taps) * -(-s.filters // filters)
    count = s.rows * segments
    tasks = direct.task_count(s.rows * s.places, s.filters, s.depth)
    share = direct.up(-(-count // max(1, tasks // blocks)), pieces)
    ragged = s.filters % panel != 0 or s.places * s.y_pitch != s.y_row
    return s, DirectSteps(
        *(share, pieces, segments, each, filters, panel),
        *(straight, woven, patch, taps, run, strip, ragged),
    )
