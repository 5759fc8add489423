"""Pooling's loops: position after position, all channels at once.

``rows`` tells what each row reads along the axes before the last, ``last`` what each place reads
along the last one (see ``index_map``). Backwards every input position *gathers* from the windows
that read it, so that nothing is ever added to one number by two threads.

Where the channels are no multiple of a vector, the last vector begins earlier and does some of them
again. With fewer channels than lanes a vector holds some of the next position, too: the next
position overwrites that, and the last vectors of a row are written number by number.
"""

from typing import NamedTuple

from minidl.kernels.compile.argmax import argmax_start, argmax_update, load_where, store_argmax
from minidl.kernels.compile.jit import inlined, inner, kernel
from minidl.kernels.compile.simd import lanes, load, load_scalar, splat, store
from minidl.kernels.index_map import clip, list_rows
from minidl.kernels.threads.atomics import tasks_of


class Sizes(NamedTuple):
    """Sizes of a pool, and what the places of the last axis read (see ``index_map.Reads``)."""

    each: int  # rows of a task
    rows: int
    channels: int
    planes: int  # rows of one sample that are read
    period: int
    places: int
    advance: int
    step: int
    tap_step: int
    size: int
    taps: int


@inlined
def rows_of_task(task, s):
    """Return the first row of a task, and the one after its last."""
    return task * s.each, min((task + 1) * s.each, s.rows)


@inner
def list_places(last, first, s, places):
    """List what some places read along the last axis: (first position, its tap, how many)."""
    stop = min(first + places.size // 3, s.places)
    for place in range(first, stop):
        cycle, phase = divmod(place, s.period)
        position = load_scalar(last, 3 * phase) + cycle * s.advance
        tap, many = load_scalar(last, 3 * phase + 1), load_scalar(last, 3 * phase + 2)
        o = 3 * (place - first)
        places[o], places[o + 1], places[o + 2] = clip(
            position, tap, many, s.step, s.tap_step, s.size
        )
    return 3 * (stop - first)


@inner
def list_starts(rows, row, shared, s, listed):
    """List where the rows begin that a row reads, and return how many there are.

    Behind each stands its tap's number or, if ``shared``, where its windows' shares begin.
    """
    count = list_rows(rows[0], rows[1], row, listed)
    for r in range(count):
        listed[2 * r + 1] *= s.taps
        if shared:
            listed[2 * r + 1] = listed[2 * r] % s.planes * s.size
        listed[2 * r] *= s.size * s.channels
    return count


@inlined
def store_before(y, o, value, stop, spare):
    """Write a vector, but nothing from ``stop`` on."""
    if o + lanes(y) <= stop:
        store(y, o, value)
    else:
        store(spare, 0, value)
        for lane in range(stop - o):
            y[o + lane] = spare[lane]


@kernel
def max_pool_rows(todo, x, rows, last, s, y, where, own):
    """Keep the largest value of each window, and the first tap that holds it; a NaN wins."""
    listed, places, spare, spare_taps = own
    step = s.step * s.channels
    for task in tasks_of(todo):
        for start in range(0, s.places, places.size // 3):
            size = list_places(last, start, s, places)
            for row in range(*rows_of_task(task, s)):
                count = list_starts(rows, row, False, s, listed)
                o = (row * s.places + start) * s.channels
                stop = o + size // 3 * s.channels
                for place in range(0, size, 3):
                    begin, tap, many = (
                        load_scalar(places, place),
                        load_scalar(places, place + 1),
                        load_scalar(places, place + 2),
                    )
                    begin, first_tap = (
                        begin * s.channels,
                        load_scalar(listed, 1) + tap if count * many else 0,
                    )
                    for group in range(0, s.channels, lanes(x)):
                        c = max(min(group, s.channels - lanes(x)), 0)
                        best = argmax_start(x, first_tap)
                        for r in range(count):
                            i, here = (
                                load_scalar(listed, 2 * r) + begin + c,
                                load_scalar(listed, 2 * r + 1) + tap,
                            )
                            for _ in range(many):
                                best = argmax_update(best, x, i, here)
                                i += step
                                here += s.tap_step
                        if o + c + lanes(x) <= stop:
                            store_argmax(y, where, o + c, best)
                        else:
                            store_argmax(spare, spare_taps, 0, best)
                            for lane in range(stop - o):
                                y[o + lane], where[o + lane] = spare[lane], spare_taps[lane]
                    o += s.channels


@kernel
def max_pool_gradient_rows(todo, dy, where, rows, last, s, dx, own):
    """Gather each gradient from the windows whose largest value stood here."""
    listed, places, spare, _ = own
    step = s.step * s.channels
    for task in tasks_of(todo):
        for start in range(0, s.places, places.size // 3):
            size = list_places(last, start, s, places)
            for row in range(*rows_of_task(task, s)):
                count = list_starts(rows, row, False, s, listed)
                o = (row * s.places + start) * s.channels
                stop = o + size // 3 * s.channels
                for place in range(0, size, 3):
                    begin, tap, many = (
                        load_scalar(places, place),
                        load_scalar(places, place + 1),
                        load_scalar(places, place + 2),
                    )
                    begin *= s.channels
                    for group in range(0, s.channels, lanes(dy)):
                        c, total = max(min(group, s.channels - lanes(dy)), 0), splat(dx, 0)
                        for r in range(count):
                            i, here = (
                                load_scalar(listed, 2 * r) + begin + c,
                                load_scalar(listed, 2 * r + 1) + tap,
                            )
                            for _ in range(many):
                                total = total + load_where(dy, where, i, here)
                                i += step
                                here += s.tap_step
                        store_before(dx, o + c, total, stop, spare)
                    o += s.channels


@kernel
def avg_pool_rows(todo, x, shares, rows, last, s, y, own):
    """Sum up each window, times its share: one over what it counts."""
    listed, places, spare, _ = own
    step = s.step * s.channels
    for task in tasks_of(todo):
        for start in range(0, s.places, places.size // 3):
            size = list_places(last, start, s, places)
            for row in range(*rows_of_task(task, s)):
                count = list_starts(rows, row, False, s, listed)
                o = (row * s.places + start) * s.channels
                stop = o + size // 3 * s.channels
                window = row * s.places % shares.size + start
                for place in range(0, size, 3):
                    begin, many = (
                        load_scalar(places, place) * s.channels,
                        load_scalar(places, place + 2),
                    )
                    share = load_scalar(shares, window)
                    for group in range(0, s.channels, lanes(x)):
                        c, total = max(min(group, s.channels - lanes(x)), 0), splat(y, 0)
                        for r in range(count):
                            i = load_scalar(listed, 2 * r) + begin + c
                            for _ in range(many):
                                total = total + load(x, i)
                                i += step
                        store_before(y, o + c, share * total, stop, spare)
                    o += s.channels
                    window += 1


@kernel
def avg_pool_gradient_rows(todo, dy, shares, rows, last, s, dx, own):
    """Sum up the shares of all the windows that read each position."""
    listed, places, spare, _ = own
    step = s.step * s.channels
    for task in tasks_of(todo):
        for start in range(0, s.places, places.size // 3):
            size = list_places(last, start, s, places)
            for row in range(*rows_of_task(task, s)):
                count = list_starts(rows, row, True, s, listed)
                o = (row * s.places + start) * s.channels
                stop = o + size // 3 * s.channels
                for place in range(0, size, 3):
                    begin, many = load_scalar(places, place), load_scalar(places, place + 2)
                    for group in range(0, s.channels, lanes(dy)):
                        c, total = max(min(group, s.channels - lanes(dy)), 0), splat(dx, 0)
                        for r in range(count):
                            i = load_scalar(listed, 2 * r) + begin * s.channels + c
                            window = load_scalar(listed, 2 * r + 1) + begin
                            for _ in range(many):
                                total = total + load_scalar(shares, window) * load(dy, i)
                                i += step
                                window += s.step
                        store_before(dx, o + c, total, stop, spare)
                    o += s.channels
