"""Winograd convolution F(4×4, 3×3): stride 1 on the last two axes, a quarter of the products.

Each 4×4 tile of outputs costs 36 products per channel and filter instead of 144 (the mathematics
stands in ``conv/transforms``). Sums over channels are taken between the transforms:

    a[p] = input points (tiles × channels)      b[p] = kernel points (channels × filters)
    c[p] = a[p] · b[p]   for 36 points p        y = output transform of c

Tiles and filters are cut into blocks, so that everything a task touches stays in its processor's
cache. A block of a or b that only one task needs is made by that task; one that several tasks need
is made once, before. Early layers have many tiles and few filters: all tasks share b. Deep layers
have few tiles and many filters: all tasks share a, and b, four times as large as the weights, never
exists as a whole. Kept ("prepared") kernel points would have to come from main memory: making them
anew is as fast, needs no memory, and can never meet weights that have changed since.

In three dimensions, the taps of the first axis are further terms of the sum over channels.

The gradient to the input is the same convolution of dy, kernel flipped and transposed.

A NaN, or a number so large that a transform overflows, spoils its tile: see ``dispatch`` for what
is done then.
"""

import numpy as np

from minidl.kernels.compile.simd import lane_count
from minidl.kernels.compile.tile import panel_width, tile_rows, tile_steps
from minidl.kernels.compile.workspace import aligned, flat, workspace
from minidl.kernels.conv.transforms import POINTS, TILE
from minidl.kernels.conv.winograd_loops import Shape, Steps, winograd_blocks
from minidl.kernels.index_map import Rows, read_by, reads, rows
from minidl.kernels.numpy import direct as numpy_direct
from minidl.kernels.plan_cache import cached
from minidl.kernels.threads import pool as threads
from minidl.kernels.window import Window


def fits(window: Window) -> bool:
    """Whether the last two axes have three taps next to one another and stride 1."""
    return window.rank >= 2 and all(
        setting[-2:] == wanted
        for setting, wanted in [
            (window.kernel, (3, 3)),
            (window.stride, (1, 1)),
            (window.dilation, (1, 1)),
        ]
    )


def convolve(x, w, window: Window, groups=1, *, bias=None, relu=False) -> np.ndarray:
    """The convolution; arguments as in ``numpy/conv``."""
    y = aligned((x.shape[0], *window.output, w.shape[-1]), x.dtype)
    planes = planes_read(window, False)
    if _run(x, w, y, planes, window.before[-2:], groups, False, bias, relu):
        return y
    return numpy_direct.convolve(x, w, window, groups, bias=bias, relu=relu)


def convolve_input_gradient(dy, w, window: Window, groups=1) -> np.ndarray:
    """The gradient to the input: position i reads dy at i + before − k, so k is turned round."""
    dx = aligned((dy.shape[0], *window.size, w.shape[-2] * groups), dy.dtype)
    planes = planes_read(window, True)
    before = tuple(2 - b for b in window.before[-2:])
    if _run(dy, w, dx, planes, before, groups, True, None, False):
        return dx
    return numpy_direct.convolve_input_gradient(dy, w, window, groups)


@cached
def planes_read(window, transposed) -> Rows:
    """Tell the planes that each output plane's taps read, or those that read it."""
    table = read_by if transposed else reads
    return rows([table(window, axis) for axis in range(window.rank - 2)])


def shape_of(x, y, w_shape, planes: Rows, before, groups, transposed) -> Shape:
    """Collect the sizes of one convolution that reads x and writes y."""
    down, across = -(-y.shape[-3] // TILE), -(-y.shape[-2] // TILE)
    return Shape(
        *(x.shape[-3], x.shape[-2], x.shape[-1] // groups, x.shape[-1], *before),
        *(y.shape[-3], y.shape[-2], y.shape[-1] // groups, y.shape[-1]),
        *(down, across, down * across * y.shape[0] * planes.count, planes.taps),
        *(w_shape[-2], w_shape[-1], transposed),
    )


def _run(x, w, y, planes, before, groups, transposed, bias, relu) -> bool:
    """Do a convolution; return whether all that came out is finite."""
    shape = shape_of(x, y, w.shape, planes, before, groups, transposed)
    channels, filters = shape.channels, shape.filters
    steps, wrong = _steps(shape, x.dtype), np.zeros(1, np.int64)
    for group in range(groups):
        w_start = group * (channels if transposed else filters)
        more = np.zeros(filters + lane_count(x.dtype), x.dtype)
        if bias is not None:
            more[:filters] = bias[group * filters : (group + 1) * filters]
        _run_group(
            flat(x)[group * channels :],
            planes[:2],
            flat(w)[w_start:],
            flat(more),
            y.reshape(-1)[group * filters :],
            shape,
            steps,
            relu,
            wrong,
        )
    return not wrong[0]


CACHE = 1 << 20  # bytes that a task may fill of its processor's second-level cache
FEW_TILES = 100


def _steps(s: Shape, dtype) -> Steps:
    """Choose block sizes: all filters at once if there are many tiles, all tiles if few."""
    rows, panel = tile_rows(dtype), panel_width(dtype, s.filters)
    if s.tiles <= FEW_TILES:
        tiles, channels, filters = s.tiles, 64, 2 * panel
    else:
        room = CACHE // (dtype.itemsize * POINTS * (s.channels * s.taps + s.filters))
        tiles, channels, filters = min(max(room, 48), 128), s.channels, s.filters
    tiles, filters = up(min(tiles, s.tiles), rows), up(min(filters, s.filters), panel)
    channels = min(channels, s.channels)
    lanes = lane_count(dtype)
    depth = s.taps * up(channels, tile_steps(dtype) if s.taps == 1 else lanes)
    # The extra vector keeps the points from falling on the same lines of the cache.
    a = s.taps * up(channels, lanes) * rows + lanes
    return Steps(
        tiles, channels, filters, panel, a, depth * filters + lanes, filters * rows + lanes
    )


def up(number: int, unit: int) -> int:
    """Round up to a multiple of ``unit``."""
    return -(-number // unit) * unit


def _run_group(x, planes, w, bias, y, s: Shape, steps: Steps, relu, wrong):
    tile_blocks = -(-s.tiles // steps.tiles)
    channel_blocks = -(-s.channels // steps.channels)
    filter_blocks = -(-s.filters // steps.filters)
    share_a, share_b = filter_blocks > 1, tile_blocks > 1
    slots, rows, lanes = threads.thread_count(), tile_rows(x.dtype), lane_count(x.dtype)
    a_size = steps.tiles // rows * POINTS * steps.a
    b_size = POINTS * steps.b
    a = workspace("a", (tile_blocks * channel_blocks if share_a else slots, a_size), x.dtype)
    b = workspace("b", (channel_blocks * filter_blocks if share_b else slots, b_size), x.dtype)
    c = workspace("c", (slots, steps.tiles // rows * POINTS * steps.c), x.dtype)
    patch = workspace("patch", (slots, max(POINTS, 9 * lanes) * lanes), x.dtype)

    def run(tasks, make_a, make_b, product):
        def work(todo, slot):
            winograd_blocks(
                *(todo, (make_a, make_b, product), relu, x, planes, w, bias, y),
                a.reshape(-1) if share_a else a[slot],
                b.reshape(-1) if share_b else b[slot],
                *(c[slot], patch[slot], wrong, s, steps),
            )

        threads.run(work, tasks)

    if share_a:
        run(tile_blocks * channel_blocks, True, False, False)
    if share_b:
        run(channel_blocks * filter_blocks, False, True, False)
    run(tile_blocks * filter_blocks, not share_a, not share_b, True)
