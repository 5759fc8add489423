"""The gradient to the kernel: dw[k] = Σ_o x[o·stride + k·dilation − before]ᵀ · dy[o].

This is the one gradient that sums over all positions. If every thread added to the same dw, the
order of the sum, and so its last bits, would depend on who came first. Instead the positions are
cut into shares by their number alone; each share has its own sum, and these are added in order.
"""

from functools import lru_cache

import numpy as np

from minidl.kernels import strips, threads, winograd
from minidl.kernels.lanes import lane_count
from minidl.kernels.strips_gradient_blocks import Steps as StripsSteps
from minidl.kernels.strips_gradient_blocks import strips_gradient_blocks
from minidl.kernels.tile import PATCHES, panel_rows, panel_width, tile_rows
from minidl.kernels.window import Window
from minidl.kernels.winograd_gradient_blocks import Steps as WinogradSteps
from minidl.kernels.winograd_gradient_blocks import winograd_gradient_blocks
from minidl.kernels.winograd_transform import POINTS
from minidl.kernels.workspace import aligned, flat, workspace

TASKS = 16  # wanted at least, so that a few threads share the work evenly
AT_ONCE = 1 << 14  # numbers of strips that are used up at once
WEAVE = 0.5  # tiles that take as long as weaving a few numbers
SUMS = 1 << 15  # numbers that a task sums up


def with_winograd(x, dy, window: Window, groups=1) -> np.ndarray:
    """The gradient for kernels that `winograd` fits."""
    dw = aligned((*window.kernel, x.shape[-1] // groups, dy.shape[-1]), x.dtype)
    planes = winograd.planes_table(x.shape[0], window, False)
    s = winograd.shape_of(x, dy, dw.shape, planes, window.before[-2:], groups, False)
    steps = _winograd_steps(s, x.dtype)
    blocks = -(-s.channels // steps.channels) * -(-s.filters // steps.filters)
    rows, lanes = tile_rows(x.dtype), lane_count(x.dtype)
    row_blocks = steps.tiles // rows

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
                *(todo, do, x_part, flat(planes), dy_part, dw_part, sums, own, s, steps)  # noqa: B023
            )

        _in_shares(-(-s.tiles // steps.share), blocks, POINTS * steps.sums, x.dtype, scratch, work)
    return dw


def with_strips(x, dy, window: Window, groups=1) -> np.ndarray:
    """The gradient for kernels of any kind."""
    dw = aligned((*window.kernel, x.shape[-1] // groups, dy.shape[-1]), x.dtype)
    if window.is_pointwise:
        x, dy = strips.one_row(x), strips.one_row(dy)
        window = strips.positions(x.shape[1])
    s, steps, tables, taps = _strips_part(x.shape, dy.shape, dw.shape, window, groups, x.dtype)
    lanes = lane_count(x.dtype)
    longest = strips.longest(s, steps.segments, steps.each)

    def scratch(slots):
        strip = workspace("strip", (slots, steps.pieces * steps.strip + lanes), x.dtype)
        woven = workspace(
            "woven", (slots, steps.woven * s.outer_taps * steps.strip + lanes), x.dtype
        )
        size = steps.ragged * steps.pieces * longest * strips.up(s.filters, steps.panel)
        d = workspace("d", (slots, size), x.dtype)
        ends = workspace("ends", (slots, 3 * steps.pieces), np.int64)
        return strip, woven, d, ends

    for group in range(groups):
        x_part = flat(x)[group * s.channels :]
        dy_part = flat(dy)[group * s.filters :]
        dw_part = dw.reshape(-1)[group * s.filters :]

        def work(todo, do, sums, strip, woven, d, ends):
            own = (strip, flat(strip), woven, d, flat(d), ends)
            strips_gradient_blocks(
                *(todo, do, x_part, tables, taps, dy_part, dw_part, sums, own, s, steps)  # noqa: B023
            )

        shares = -(-tables[0].size // s.outer_taps * steps.segments // steps.share)
        blocks = s.depth // (steps.run * steps.taps) * -(-s.filters // steps.filters)
        rows = steps.run if steps.patch else panel_rows(x.dtype, steps.panel)
        size = steps.taps * strips.up(steps.run, rows) * steps.filters
        _in_shares(shares, blocks, size, x.dtype, scratch, work)
    return dw


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
    rows, lanes, panel = tile_rows(dtype), lane_count(dtype), panel_width(dtype, s.filters)
    channels = min(s.channels, max(lanes, 64 // s.taps))
    filters = strips.up(min(s.filters, 64), panel)
    blocks = -(-s.channels // channels) * -(-s.filters // filters)
    tiles = strips.up(min(32, s.tiles), rows)
    share = strips.up(-(-s.tiles // max(1, TASKS // blocks)), tiles)
    depth = s.taps * strips.up(channels, lanes)
    return WinogradSteps(
        *(share, tiles, channels, filters, panel),
        *(depth * rows + lanes, filters * rows + lanes, depth * filters + lanes),
    )


@lru_cache(maxsize=512)
def _strips_part(x_shape, dy_shape, dw_shape, window, groups, dtype):
    """Prepare one gradient: sizes, block sizes and tables."""
    plan = strips.forward_plan(x_shape[0], window)
    s = strips.shape_of(x_shape, dy_shape, dw_shape, plan, groups, False)
    s, steps = _strips_steps(s, plan, dtype)
    taps = plan.taps.reshape(s.outer_taps, s.inner_taps)
    taps = flat(taps.T if steps.woven else taps)
    return s, steps, (flat(plan.rows), flat(plan.columns)), taps


def _strips_steps(s, plan, dtype):
    """Choose block sizes: what is summed at once, and the sums, stay in the nearest caches."""
    lanes, panel = lane_count(dtype), panel_width(dtype, s.filters)
    patch = (s.outer_taps, s.run) in PATCHES
    if patch:
        panel = lanes
    rows = panel_rows(dtype, panel)
    direct = strips.in_place(s, plan) and s.run % rows == 0
    tiles = s.outer_taps * -(-s.run // rows) - -(-s.depth // rows)  # that weaving saves
    gain = tiles * -(-s.filters // panel)
    woven = not patch and s.channels < lanes and gain > WEAVE * s.outer_taps * s.step
    run = s.depth if woven or patch else s.run
    taps = 1 if woven or patch or s.depth * s.filters > SUMS else s.outer_taps
    most = max(AT_ONCE // (s.step * run * taps), 8)
    segments, each = strips.segments_of(s, most, dtype, not direct)
    s, size = strips.strip_of(s, segments, each, dtype)
    strip = s.row_step if not (woven or patch) and taps == 1 else size
    pieces = max(1, most // (s.places if segments == 1 else each))
    filters = strips.up(min(s.filters, max(SUMS // run, panel)), panel)
    blocks = s.depth // (run * taps) * -(-s.filters // filters)
    count = len(plan.rows) * segments
    tasks = strips.tasks_of(len(plan.rows) * s.places, s)
    share = strips.up(-(-count // max(1, tasks // blocks)), pieces)
    ragged = s.filters % panel != 0
    return s, StripsSteps(
        *(share, pieces, segments, each, filters, panel),
        *(direct, woven, patch, taps, run, strip, ragged),
    )
