"""Winograd convolution F(4×4, 3×3): stride 1 on the last two axes, a quarter of the products.

Each 4×4 tile of outputs costs 36 products per channel and filter instead of 144 (the mathematics
stands in ``conv/transforms``). Sums over channels are taken between the transforms:

    a[p] = input points (tiles × channels)      b[p] = kernel points (channels × filters)
    c[p] = a[p] · b[p]   for 36 points p        y = output transform of c

Everything that a task touches stays in its processor's cache. Early layers have many tiles and few
filters: the tiles are cut into blocks, and all tasks share b, which is made first. Deep layers have
few tiles and many filters: the filters are cut into blocks, all tasks share a, and b, four times as
large as the weights, never exists as a whole. Kept ("prepared") kernel points would have to come
from main memory: making them anew is as fast, and can never meet weights that have changed since.

In three dimensions, the taps of the first axis are further terms of the sum over channels.

The gradient to the input is the same convolution of dy, kernel flipped and transposed.

A NaN, or a number so large that a transform overflows, spoils its tile: see ``dispatch`` for what
is done then.
"""

from typing import NamedTuple

import numpy as np

from minidl.kernels.compile.simd import lane_count
from minidl.kernels.compile.tile import panel_width, tile_rows, tile_steps
from minidl.kernels.compile.workspace import aligned, flat, workspace
from minidl.kernels.conv.direct import up
from minidl.kernels.conv.transforms import POINTS, TILE
from minidl.kernels.conv.winograd_loops import Shape, Steps, winograd_blocks
from minidl.kernels.index_map import Rows, row_map
from minidl.kernels.numpy import direct as numpy_direct
from minidl.kernels.plan_cache import cached
from minidl.kernels.threads import pool as threads
from minidl.kernels.window import Window

CACHE = 1 << 20  # bytes that a task may fill of its processor's second-level cache
FEW_TILES = 100


def fits(window: Window) -> bool:
    """Whether the last two axes have three taps next to one another and stride 1."""
    settings = window.kernel[-2:], window.stride[-2:], window.dilation[-2:]
    return settings == ((3, 3), (1, 1), (1, 1))


def convolve(x, w, window: Window, groups=1, *, bias=None, relu=False) -> np.ndarray:
    """The convolution; arguments as in ``numpy/conv``."""
    y = aligned((x.shape[0], *window.output, w.shape[-1]), x.dtype)
    if _run(x, w, y, window, groups, False, bias, relu):
        return y
    return numpy_direct.convolve(x, w, window, groups, bias=bias, relu=relu)


def convolve_input_gradient(dy, w, window: Window, groups=1) -> np.ndarray:
    """The gradient to the input: position i reads dy at i + before − k, so k is turned round."""
    dx = aligned((dy.shape[0], *window.size, w.shape[-2] * groups), dy.dtype)
    if _run(dy, w, dx, window, groups, True):
        return dx
    return numpy_direct.convolve_input_gradient(dy, w, window, groups)


def _run(x, w, y, window: Window, groups, backward, bias=None, relu=False) -> bool:
    """Do a convolution of x by w into y; return whether all that came out is finite."""
    part = _part(x.shape, y.shape, w.shape, window, groups, backward, x.dtype)
    (s, steps, axes), few, slots = part[:3], part.steps.few, threads.thread_count()
    a, b, c, patch, more = workspace(
        ((part.shared if few else slots, part.a), x.dtype),
        ((slots if few else 1, part.b), x.dtype),
        ((slots, part.c), x.dtype),
        ((slots, part.patch), x.dtype),
        ((s.filters + steps.panel,), x.dtype),
    )
    x, w, y, wrong = flat(x), flat(w), y.reshape(-1), np.zeros(1, np.int64)
    for group in range(groups):
        first = group * s.filters
        more[:] = 0
        if bias is not None:
            more[: s.filters] = bias[first : first + s.filters]
        given = (
            *(x[group * s.channels :], axes, w[group * s.channels if backward else first :]),
            *(more, y[first:], wrong),
        )
        for prepare, tasks in ((True, part.shared), (False, part.tasks)):

            def work(todo, slot, given=given, prepare=prepare):
                own_a, own_b = (a.reshape(-1), b[slot]) if few else (a[slot], b[0])
                own = own_a, own_b, c[slot], patch[slot]
                winograd_blocks(todo, prepare, relu, given, own, s, steps)

            threads.run(work, tasks)
    return not wrong[0]


class Part(NamedTuple):
    """All that can be said of a convolution before there are any numbers."""

    shape: Shape
    steps: Steps
    axes: np.ndarray  # the planes that each plane reads
    a: int  # sizes of blocks
    b: int
    c: int
    patch: int
    shared: int  # tasks that prepare what all the others read
    tasks: int


@cached
def _part(x_shape, y_shape, w_shape, window, groups, backward, dtype) -> Part:
    """Choose block sizes: all filters at once if there are many tiles, all tiles if few."""
    planes = row_map(window, window.rank - 2, backward)
    before = tuple(2 - b if backward else b for b in window.before[-2:])
    s = shape_of((x_shape, y_shape, w_shape), planes, before, groups, backward)
    rows, lanes, panel = tile_rows(dtype), lane_count(dtype), panel_width(dtype, s.filters)
    few = s.tiles <= FEW_TILES
    if few:
        tiles, channels, filters = s.tiles, 64, 2 * panel
    else:
        room = CACHE // (dtype.itemsize * POINTS * (s.channels * s.taps + s.filters))
        tiles, channels, filters = min(max(room, 48), 128), s.channels, s.filters
    tiles, filters = up(min(tiles, s.tiles), rows), up(min(filters, s.filters), panel)
    channels = min(channels, s.channels)
    depth = s.taps * up(channels, tile_steps(dtype) if s.taps == 1 else lanes)
    # The extra vector keeps the points from falling on the same lines of the cache.
    a = s.taps * up(channels, lanes) * rows + lanes
    b, c = depth * filters + lanes, filters * rows + lanes
    sizes = tiles // rows * POINTS * a, POINTS * b, tiles // rows * POINTS * c
    shared, tasks = -(-s.channels // channels), -(-s.filters // filters)
    if not few:
        shared, tasks = filters // panel, -(-s.tiles // tiles)
    steps = Steps(few, tiles, channels, filters, panel, a, b, c)
    return Part(s, steps, planes.axes, *sizes, max(POINTS, 9 * lanes) * lanes, shared, tasks)


def shape_of(shapes, planes: Rows, before, groups, backward) -> Shape:
    """Collect the sizes of one convolution that reads x and writes y."""
    x, y, w = shapes
    down, across = -(-y[-3] // TILE), -(-y[-2] // TILE)
    return Shape(
        *(x[-3], x[-2], x[-1] // groups, x[-1], *before),
        *(y[-3], y[-2], y[-1] // groups, y[-1]),
        *(down, across, down * across * y[0] * planes.count, planes.taps),
        *(w[-2], w[-1], backward),
    )
