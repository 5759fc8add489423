"""Pooling's loops: position after position, all channels at once.

``axes`` tells what each row reads along the axes before the last, ``last`` what each place reads
along the last one (see ``index_map``). Backwards every input position *gathers* from the windows
that read it, so that nothing is ever added to one number by two threads.

Where the channels are no multiple of a vector, the last vector begins earlier and does some of them
again. With fewer channels than lanes a vector holds some of the next position, too: the next
position overwrites that, and the last vectors of a row are written number by number.
"""

from math import inf
from typing import NamedTuple

from minidl.kernels.compile.argmax import argmax_select, load_where, store_integers
from minidl.kernels.compile.jit import inner, kernel
from minidl.kernels.compile.simd import lanes, load, load_scalar, splat, store
from minidl.kernels.index_map import list_rows, read_along
from minidl.kernels.threads.atomics import tasks_of

MOST_TAPS = 1 << 24


class Sizes(NamedTuple):
    """Sizes of a pool."""

    each: int  # rows of a task
    rows: int
    channels: int
    places: int  # positions of a row that is written
    size: int  # … that is read
    planes: int  # positions of one sample that are read
    step: int  # from one position that a place reads to the next
    tap_step: int
    taps: int


@inner
def list_places(last, first, s, places):
    """List what some places read along the last axis: (first position, its tap, how many)."""
    stop = min(first + places.size // 3, s.places)
    for place in range(first, stop):
        o = 3 * (place - first)
        places[o], places[o + 1], places[o + 2] = read_along(last, 0, place)
    return 3 * (stop - first)


@inner
def list_starts(axes, row, s, listed):
    """List where the rows begin that a row reads and their taps' numbers; tell how many."""
    count = list_rows(axes, row, listed)
    for r in range(count):
        listed[2 * r] *= s.size * s.channels
        listed[2 * r + 1] *= s.taps
    return count


@kernel
def max_rows(todo, x, maps, y, where, own, s):
    """Keep the largest value of each window, and the first tap that holds it; a NaN wins.

    Taps are counted in lanes like those of x, which hold whole numbers up to `MOST_TAPS`.
    """
    (axes, last), (listed, places, spare, spare_taps), step = maps, own, s.step * s.channels
    for task in tasks_of(todo):
        for start in range(0, s.places, places.size // 3):
            size = list_places(last, start, s, places)
            for row in range(task * s.each, min((task + 1) * s.each, s.rows)):
                count = list_starts(axes, row, s, listed)
                o = (row * s.places + start) * s.channels
                stop = o + size // 3 * s.channels
                for place in range(0, size, 3):
                    begin = load_scalar(places, place) * s.channels
                    tap, many = load_scalar(places, place + 1), load_scalar(places, place + 2)
                    first_tap = load_scalar(listed, 1) + tap if count * many else 0
                    for group in range(0, s.channels, lanes(x)):
                        c = max(min(group, s.channels - lanes(x)), 0)
                        best, best_tap = splat(x, -inf), splat(x, first_tap)
                        for r in range(count):
                            i = load_scalar(listed, 2 * r) + begin + c
                            here = load_scalar(listed, 2 * r + 1) + tap
                            for _ in range(many):
                                value = load(x, i)
                                best_tap = argmax_select(value, best, splat(x, here), best_tap)
                                best = argmax_select(value, best, value, best)
                                i += step
                                here += s.tap_step
                        if o + c + lanes(x) <= stop:
                            store(y, o + c, best)
                            store_integers(where, o + c, best_tap)
                        else:
                            store(spare, 0, best)
                            store_integers(spare_taps, 0, best_tap)
                            for lane in range(stop - o):
                                y[o + lane], where[o + lane] = spare[lane], spare_taps[lane]
                    o += s.channels


@kernel
def sum_rows(todo, x, maps, y, where, shares, read_shares, own, s):
    """Add up what each place reads, times its own share or that of the position that is read.

    With a ``where``, a number counts only if it stands at the tap that ``where`` names. What a pool
    does not need is None, and left out where it is compiled.
    """
    (axes, last), (listed, places, spare, _) = maps, own
    pitch, step = s.step * s.channels, s.tap_step
    if read_shares is not None:
        step = s.step
    for task in tasks_of(todo):
        for start in range(0, s.places, places.size // 3):
            size = list_places(last, start, s, places)
            for row in range(task * s.each, min((task + 1) * s.each, s.rows)):
                count = list_starts(axes, row, s, listed)
                if read_shares is not None:
                    for r in range(count):
                        listed[2 * r + 1] = listed[2 * r] // s.channels % s.planes
                o = (row * s.places + start) * s.channels
                stop = o + size // 3 * s.channels
                if shares is not None:
                    own_shares = shares[row * s.places % shares.size + start :]
                for place in range(0, size, 3):
                    begin, many = load_scalar(places, place), load_scalar(places, place + 2)
                    first = load_scalar(places, place + 1)  # tap or, for shares, position
                    if read_shares is not None:
                        first = begin
                    begin *= s.channels
                    for group in range(0, s.channels, lanes(x)):
                        c, total = max(min(group, s.channels - lanes(x)), 0), splat(y, 0)
                        for r in range(count):
                            i = load_scalar(listed, 2 * r) + begin + c
                            here = load_scalar(listed, 2 * r + 1) + first
                            for _ in range(many):
                                if where is not None:
                                    total = total + load_where(x, where, i, here)
                                elif read_shares is not None:
                                    total = total + load_scalar(read_shares, here) * load(x, i)
                                else:
                                    total = total + load(x, i)
                                i += pitch
                                here += step
                        if shares is not None:
                            total = load_scalar(own_shares, place // 3) * total
                        if o + c + lanes(y) <= stop:
                            store(y, o + c, total)
                        else:
                            store(spare, 0, total)
                            for lane in range(stop - o):
                                y[o + lane] = spare[lane]
                    o += s.channels
