"""The first layer's loop: so few channels that copying columns would cost more than using them.

Along the last axis, neighbouring windows overlap, and what one window reads there is one run of
numbers, taps · channels long: an image of three channels and three taps has runs of nine. So the
input itself serves as the rows of a product, a stride apart, without a copy.
"""

from math import inf
from typing import NamedTuple

from minidl.kernels.jit import inlined, kernel
from minidl.kernels.lanes import fill, lanes
from minidl.kernels.tile import (
    finish_tile,
    multiply_add,
    multiply_add_one,
    narrow_tile,
    rows_of,
    steps_of,
    wide_tile,
)


class Shape(NamedTuple):
    """Sizes of one convolution."""

    row_pitch: int  # from one row of the input to the next, padding included
    pitch: int  # from one window to the next: stride · channels
    run: int  # taps of the last axis · channels
    outer_taps: int  # of the other axes
    places: int  # windows in a row
    filters: int
    panel: int


@kernel
def few_channels_block(first, last, relu, x, rows, b, bias, y, scratch, s):
    """Do rows first … last of the output."""
    floor = fill(y, 0.0 if relu else -inf)
    for row in range(first, last):
        for block in range(0, s.places, rows_of(x)):
            place = min(block, s.places - rows_of(x))  # the last block overlaps its neighbour
            for filter_ in range(0, s.filters, s.panel):
                if s.panel == lanes(x):
                    one_tile(
                        x, rows, b, bias, y, scratch, s, row, place, filter_, floor, narrow_tile(x)
                    )
                else:
                    one_tile(
                        x, rows, b, bias, y, scratch, s, row, place, filter_, floor, wide_tile(x)
                    )


@inlined
def one_tile(x, rows, b, bias, y, scratch, s, row, place, filter_, floor, tile):
    """Do a few neighbouring windows and a panel of filters; the tile is handed in with zeros."""
    j = filter_ * s.outer_taps * s.run
    for outer in range(s.outer_taps):
        source = rows[row * s.outer_taps + outer]
        if source < 0:  # padding
            j += s.run * s.panel
            continue
        i = source * s.row_pitch + place * s.pitch
        whole = s.run - s.run % steps_of(x)
        for k in range(0, whole, steps_of(x)):
            tile = multiply_add(tile, x, i + k, s.pitch, b, j)
            j += steps_of(x) * s.panel
        for k in range(whole, s.run):
            tile = multiply_add_one(tile, x, i + k, s.pitch, b, j)
            j += s.panel
    o = (row * s.places + place) * s.filters + filter_
    if filter_ + s.panel <= s.filters:
        finish_tile(y, o, s.filters, tile, bias, filter_, floor)
        return
    finish_tile(scratch, 0, s.panel, tile, bias, filter_, floor)
    for at in range(rows_of(x)):
        for f in range(s.filters - filter_):
            y[o + at * s.filters + f] = scratch[at * s.panel + f]
