"""The gradient to the kernel: dw[k] = Σ_o x[o·stride + k·dilation − before]ᵀ · dy[o].

This is the one gradient that sums over all positions. If every thread added to the same dw, the
order of the sum, and so its last bits, would depend on who came first. Instead the positions are
cut into shares by their number alone; each share has its own sum, and these are added in order.
"""

import numpy as np

from minidl.kernels import columns, threads, winograd
from minidl.kernels.columns_gradient_blocks import Steps as ColumnsSteps
from minidl.kernels.columns_gradient_blocks import columns_gradient_block
from minidl.kernels.lanes import lane_count
from minidl.kernels.tile import panel_width, tile_rows
from minidl.kernels.window import Window
from minidl.kernels.winograd_gradient_blocks import Steps as WinogradSteps
from minidl.kernels.winograd_gradient_blocks import winograd_gradient_block
from minidl.kernels.winograd_transform import POINTS
from minidl.kernels.workspace import aligned, flat, workspace

TASKS = 16  # wanted at least, so that a few threads share the work evenly
CACHE = 1 << 19  # bytes of columns that a task holds at once


def with_winograd(x, dy, window: Window, groups=1) -> np.ndarray:
    """The gradient for kernels that `winograd` fits."""
    dw = aligned((*window.kernel, x.shape[-1] // groups, dy.shape[-1]), x.dtype)
    planes = winograd.planes_table(x.shape[0], window, False)
    s = winograd.shape_of(x, dy, dw.shape, planes, window.before[-2:], groups, False)
    steps = _winograd_steps(s, x.dtype)
    blocks = [-(-s.channels // steps.channels), -(-s.filters // steps.filters)]
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

        def work(sum_up, finish, parts, block, sums, a, d, patch):
            winograd_gradient_block(
                *(sum_up, finish, parts, block, x_part, flat(planes), dy_part, dw_part),  # noqa: B023
                *(a, d, sums, patch, s, steps),
            )

        _in_shares(-(-s.tiles // steps.share), blocks, POINTS * steps.sums, x.dtype, scratch, work)
    return dw


def with_columns(x, dy, window: Window, groups=1) -> np.ndarray:
    """The gradient for kernels of any kind."""
    dw = aligned((*window.kernel, x.shape[-1] // groups, dy.shape[-1]), x.dtype)
    tables, taps = columns.forward_tables(x.shape[0], window)
    s = columns.shape_of(x, dy, dw.shape, tables, taps, groups, False)
    rows, places = map(flat, tables[:2])
    steps = _columns_steps(s, x.dtype)
    lanes = lane_count(x.dtype)
    depth = columns.up(s.depth, lanes)

    def scratch(slots):
        a = workspace("columns", (slots, depth * steps.positions), x.dtype)
        d = workspace("d", (slots, steps.positions * steps.filters), x.dtype)
        return a, d, workspace("flat", (slots, depth + s.inner_taps * s.channels + lanes), x.dtype)

    for group in range(groups):
        x_part = flat(x)[group * s.channels :]
        dy_part = flat(dy)[group * s.filters :]
        dw_part = dw.reshape(-1)[group * s.filters :]

        def work(sum_up, finish, parts, block, sums, a, d, flat_scratch):
            columns_gradient_block(
                *(sum_up, finish, parts, block, x_part, rows, places, dy_part, dw_part),  # noqa: B023
                *(a, d, sums, flat_scratch, s, steps),
            )

        shares = -(-s.row_count * s.place_count // steps.share)
        blocks = [-(-s.filters // steps.filters)]
        _in_shares(shares, blocks, depth * steps.filters, x.dtype, scratch, work)
    return dw


def _in_shares(shares, blocks, size, dtype, scratch, work):
    """Run ``work`` for all shares of all blocks, each with sums of ``size`` numbers of its own."""
    count = int(np.prod(blocks))
    slots = threads.thread_count()
    own = scratch(slots)
    sums = workspace("sums", (count if shares > 1 else slots, shares * size), dtype)

    def sum_up(task, slot):
        block, share = divmod(task, shares)
        where = (share, *map(int, np.unravel_index(block, blocks)))
        part = sums[block][share * size :] if shares > 1 else sums[slot]
        work(True, shares == 1, 1, where, part, *(kind[slot] for kind in own))

    def finish(block, slot):
        where = (0, *map(int, np.unravel_index(block, blocks)))
        work(False, True, shares, where, sums[block], *(kind[slot] for kind in own))

    threads.run(sum_up, count * shares)
    if shares > 1:
        threads.run(finish, count)


def _winograd_steps(s, dtype) -> WinogradSteps:
    """Choose block sizes: sums of 64 channels × 64 filters stay in the second-level cache."""
    rows, lanes, panel = tile_rows(dtype), lane_count(dtype), panel_width(dtype, s.filters)
    channels = min(s.channels, max(lanes, 64 // s.taps))
    filters = columns.up(min(s.filters, 64), panel)
    blocks = -(-s.channels // channels) * -(-s.filters // filters)
    tiles = columns.up(min(32, s.tiles), rows)
    share = columns.up(-(-s.tiles // max(1, TASKS // blocks)), tiles)
    depth = s.taps * columns.up(channels, lanes)
    return WinogradSteps(
        *(share, tiles, channels, filters, panel),
        *(depth * rows + lanes, filters * rows + lanes, depth * filters + lanes),
    )


def _columns_steps(s, dtype) -> ColumnsSteps:
    """Choose block sizes: columns and sums stay in the second-level cache."""
    rows, panel = tile_rows(dtype), panel_width(dtype, s.filters)
    room = CACHE // (dtype.itemsize * s.depth)
    filters = columns.up(min(s.filters, max(room, 64)), panel)
    count = s.row_count * s.place_count
    positions = columns.up(min(max(room, rows), 256, count), rows)
    blocks = -(-s.filters // filters)
    share = columns.up(-(-count // max(1, TASKS // blocks)), positions)
    return ColumnsSteps(share, positions, filters, panel)
