"""The gradient to the kernel from tiled columns, block by block (called by ``kernel_gradient``).

    dw = columnsᵀ · dy        a sum over all positions

A task sums over its share of the positions, for a block of filters.
"""

from typing import NamedTuple

from minidl.kernels.columns_blocks import column_block
from minidl.kernels.jit import inner, kernel
from minidl.kernels.lanes import fill, lanes, load, store
from minidl.kernels.multiply import multiply_turned
from minidl.kernels.tile import rows_of
from minidl.kernels.winograd_blocks import up


class Steps(NamedTuple):
    """Block sizes; ``share`` positions are summed by one task, ``positions`` at a time."""

    share: int
    positions: int
    filters: int
    panel: int


@inner
def output_gradient_block(dy, s, first, last, filter_, filter_stop, panel, d):
    """Copy positions first … last of dy into row blocks, in panels; zeros where they end."""
    width, rows = lanes(dy), rows_of(dy)
    panels = up(filter_stop - filter_, panel) // panel
    for position in range(first, up(last - first, rows) + first):
        at = position - first
        for f in range(filter_, filter_ + panels * panel, width):
            before, part = divmod(f - filter_, panel)
            o = ((at // rows * panels + before) * rows + at % rows) * panel + part
            i = position * s.out_pitch + f
            if position < last and f + width <= filter_stop:
                store(d, o, load(dy, i))
                continue
            store(d, o, fill(dy, 0))
            if position < last:
                for lane in range(filter_stop - f):
                    d[o + lane] = dy[i + lane]


@kernel
def columns_gradient_block(
    sum_up, finish, parts, block, x, rows, places, dy, dw, a, d, sums, flat, s, steps
):
    """Sum over one share of the positions, or add the sums of several and write dw, or both."""
    share, filter_block = block
    filter_ = filter_block * steps.filters
    filter_stop = min(filter_ + steps.filters, s.filters)
    width, high, panel = lanes(x), rows_of(x), steps.panel
    groups = up(s.depth, width) // width
    panels = up(filter_stop - filter_, panel) // panel
    if sum_up:
        end = min((share + 1) * steps.share, s.row_count * s.place_count)
        for first in range(share * steps.share, end, steps.positions):
            last = min(first + steps.positions, end)
            column_block(x, rows, places, s, first, last, flat, a)
            output_gradient_block(dy, s, first, last, filter_, filter_stop, panel, d)
            multiply_turned(
                *(a, d, sums, 1, up(last - first, high) // high, groups, panels, panel),
                *(groups * high * width, panels * high * panel, 0, first > share * steps.share),
            )
    if finish:
        size = groups * width * steps.filters
        for part in range(1, parts):
            for i in range(0, size, width):
                store(sums, i, load(sums, i) + load(sums, part * size + i))
        for k in range(s.outer_taps * s.inner_taps * s.channels):
            group, lane = divmod(k, width)
            tap, c = divmod(k, s.channels)
            for f in range(filter_, filter_stop, width):
                before, part = divmod(f - filter_, panel)
                i = ((group * panels + before) * width + lane) * panel + part
                o = (tap * s.kernel_rows + c) * s.kernel_pitch + f
                if f + width <= filter_stop:
                    store(dw, o, load(sums, i))
                else:
                    for rest in range(filter_stop - f):
                        dw[o + rest] = sums[i + rest]
