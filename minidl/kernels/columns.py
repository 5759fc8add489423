"""Convolution of any rank, stride, dilation and grouping, as tiled columns times the kernel.

    y[o] = Σ_k x[o·stride + k·dilation − before] · w[k]        rows of columns · kernel matrix

The gradient to the input has the same form, if the input positions are sorted by what remains when
``i + before`` is divided by the stride: those with the same remainder are read through the same
taps, each of them at (i + before − k·dilation) / stride, and each such *phase* is a convolution of
dy with stride 1 and a part of the kernel. (With stride 1 there is one phase; with stride 2 in two
dimensions there are four.) So no two tasks ever add to the same number.
"""

from functools import lru_cache
from itertools import product
from math import prod

import numpy as np

from minidl.kernels import threads
from minidl.kernels.columns_blocks import Shape, Steps, columns_block
from minidl.kernels.lanes import lane_count
from minidl.kernels.tables import batch_table, joined, read_by, reads
from minidl.kernels.tile import panel_width, tile_rows, tile_steps
from minidl.kernels.window import Window
from minidl.kernels.workspace import aligned, flat, workspace


def convolve(x, w, window: Window, groups=1, *, bias=None, relu=False) -> np.ndarray:
    """The convolution; arguments as in ``numpy_conv``."""
    batch = x.shape[0]
    y = aligned((batch, *window.output, w.shape[-1]), x.dtype)
    tables, taps = forward_tables(batch, window)
    _run(x, w, y, tables, taps, groups, False, bias, relu)
    return y


def convolve_input_gradient(dy, w, window: Window, groups=1) -> np.ndarray:
    """The gradient to the input, phase by phase."""
    dx = aligned((dy.shape[0], *window.size, w.shape[-2] * groups), dy.dtype)
    phases, complete = _phases(dy.shape[0], window)
    if not complete:
        dx[...] = 0
    for tables, taps in phases:
        _run(dy, w, dx, tables, taps, groups, True, None, False)
    return dx


@lru_cache(maxsize=256)
def forward_tables(batch, window):
    """Tables and taps of the convolution itself."""
    axes = [reads(window, axis) for axis in range(window.rank)]
    places = [np.arange(size) for size in window.output]
    return _tables(batch, axes, window.size, places, window.output), np.arange(prod(window.kernel))


@lru_cache(maxsize=256)
def _phases(batch, window):
    """Tables and taps of every phase of the gradient, and whether they reach every position."""
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
            tables = _tables(batch, axes, window.output, places, window.size)
            phases.append((tables, numbers[np.ix_(*taps)].reshape(-1)))
        elif all(map(len, places)):
            complete = False
    return phases, complete


def _tables(batch, axes, sizes, places, out_sizes):
    """Join batch and all axes but the last, for what is read and for where the result goes."""
    read = joined([batch_table(batch), *axes[:-1]], [batch, *sizes[:-1]])
    written = [batch_table(batch), *(p[:, None] for p in places[:-1])]
    written = joined(written, [batch, *out_sizes[:-1]]).reshape(-1)
    return read, joined(axes[-1:], sizes[-1:]), written, np.asarray(places[-1], np.int64)


CACHE = 1 << 19  # bytes of columns that a task holds at once
RUN = 1 << 21  # multiplications per filter that make a task worth handing out


def shape_of(x, y, w_shape, tables, taps, groups, turned) -> Shape:
    """Collect the sizes of one convolution that reads x and writes y."""
    channels, filters = x.shape[-1] // groups, y.shape[-1] // groups
    rows, places = tables[:2]
    return Shape(
        *(x.shape[-2], channels, x.shape[-1]),
        *(y.shape[-2], filters, y.shape[-1]),
        *(rows.shape[1], places.shape[1], rows.shape[0], places.shape[0]),
        *(up(len(taps) * channels, tile_steps(x.dtype)), w_shape[-2], w_shape[-1], turned),
    )


def _run(x, w, y, tables, taps, groups, turned, bias, relu):
    shape = shape_of(x, y, w.shape, tables, taps, groups, turned)
    channels, filters = shape.channels, shape.filters
    steps = _steps(shape, x.dtype)
    tables = tuple(map(flat, tables))
    for group in range(groups):
        start = group * (channels if turned else filters)
        more = np.zeros(filters + lane_count(x.dtype), x.dtype)
        if bias is not None:
            more[:filters] = bias[group * filters : (group + 1) * filters]
        x_part, w_part = flat(x)[group * channels :], flat(w)[start:]
        y_part = y.reshape(-1)[group * filters :]
        _run_group(x_part, tables, w_part, flat(taps), flat(more), y_part, shape, steps, relu)


def _steps(s: Shape, dtype) -> Steps:
    """Choose block sizes: all filters, unless there are so few positions that tasks would lack."""
    rows, panel = tile_rows(dtype), panel_width(dtype, s.filters)
    count = s.row_count * s.place_count
    positions = up(min(max(CACHE // (dtype.itemsize * s.depth), rows), 256, count), rows)
    run = up(min(max(RUN // (s.depth * s.filters), 1), count), positions)
    filters = s.filters if count > 4 * run else 2 * panel
    return Steps(run, positions, up(min(filters, s.filters), panel), panel)


def up(number: int, unit: int) -> int:
    """Round up to a multiple of ``unit``."""
    return -(-number // unit) * unit


def _run_group(x, tables, w, taps, bias, y, s: Shape, steps: Steps, relu):
    runs = -(-s.row_count * s.place_count // steps.run)
    filter_blocks = -(-s.filters // steps.filters)
    share_b = runs > 1
    slots, lanes = threads.thread_count(), lane_count(x.dtype)
    depth = up(s.depth, lanes)
    a = workspace("columns", (slots, depth * steps.positions), x.dtype)
    b = workspace("kernel", (filter_blocks if share_b else slots, s.depth * steps.filters), x.dtype)
    c = workspace("products", (slots, steps.positions * steps.filters), x.dtype)
    flat = workspace("flat", (slots, depth + s.inner_taps * s.channels + lanes), x.dtype)

    def do(make_b, product, block, slot):
        columns_block(
            *(make_b, product, block, relu, x, tables, w, taps, bias, y),
            *(a[slot], b[block[1] if share_b else slot], c[slot], flat[slot], s, steps),
        )

    if share_b:
        threads.run(lambda task, slot: do(True, False, (0, task), slot), filter_blocks)
    threads.run(
        lambda task, slot: do(not share_b, True, divmod(task, filter_blocks), slot),
        runs * filter_blocks,
    )
