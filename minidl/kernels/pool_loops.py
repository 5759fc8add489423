"""Pooling's loops: position after position, all channels at once.

``rows`` tells what each row reads along the axes before the last, ``places`` what each place reads
along the last one (see ``tables``). Backwards every input position *gathers* from the windows that
read it, so that nothing is ever added to one number by two threads.

Where the channels are no multiple of a vector, the last vector begins earlier and does some of them
again. With fewer channels than lanes a vector holds some of the next position, too: the next
position overwrites that, and the last vectors of a task are written number by number.
"""

from typing import NamedTuple

from minidl.kernels.choose import larger, load_at_place, smallest, store_largest
from minidl.kernels.jit import inlined, inner, kernel
from minidl.kernels.lanes import at, fill, lanes, load, store
from minidl.kernels.tables import list_rows
from minidl.kernels.turns import tasks_of


class Sizes(NamedTuple):
    """Sizes of a pool; ``width`` and ``taps`` are those of the last axis that is read."""

    each: int  # rows of a task
    rows: int
    channels: int
    width: int
    step: int  # numbers from one position that a place reads to the next
    tap_step: int  # … from its tap to the next, or from one window's share to the next
    taps: int
    planes: int  # rows of one sample that are read


@inlined
def rows_of_task(task, s):
    """Return the first row of a task, and the one after its last."""
    return task * s.each, min((task + 1) * s.each, s.rows)


@inner
def list_starts(rows, row, s, listed):
    """List where the rows begin that a row reads, and their taps; return how many there are."""
    count = list_rows(rows[0], rows[1], row, listed)
    for r in range(count):
        listed[2 * r] *= s.width * s.channels
        listed[2 * r + 1] *= s.taps
    return count


@inlined
def put(y, o, value, stop, spare):
    """Write a vector, but nothing from ``stop`` on."""
    if o + lanes(y) <= stop:
        store(y, o, value)
    else:
        store(spare, 0, value)
        for lane in range(stop - o):
            y[o + lane] = spare[lane]


@kernel
def max_pool_rows(todo, x, rows, places, s, y, where, own):
    """Keep the largest value of each window, and the first tap that holds it; a NaN wins."""
    listed, spare, spare_taps = own
    for task in tasks_of(todo):
        first, last = rows_of_task(task, s)
        o = first * (places.size // 3) * s.channels
        stop = last * (places.size // 3) * s.channels
        for row in range(first, last):
            count = list_starts(rows, row, s, listed)
            for place in range(0, places.size, 3):
                begin, tap, many = at(places, place), at(places, place + 1), at(places, place + 2)
                first_tap = at(listed, 1) + tap if count * many else 0
                for group in range(0, s.channels, lanes(x)):
                    c = max(min(group, s.channels - lanes(x)), 0)
                    best = smallest(x, first_tap)
                    for r in range(count):
                        i = at(listed, 2 * r) + begin * s.channels + c
                        for k in range(many):
                            here = at(listed, 2 * r + 1) + tap + k * s.tap_step
                            best = larger(best, x, i + k * s.step, here)
                    if o + c + lanes(x) <= stop:
                        store_largest(y, where, o + c, best)
                    else:
                        store_largest(spare, spare_taps, 0, best)
                        for lane in range(stop - o):
                            y[o + lane], where[o + lane] = spare[lane], spare_taps[lane]
                o += s.channels


@kernel
def max_pool_gradient_rows(todo, dy, where, rows, places, s, dx, own):
    """Gather each gradient from the windows whose largest value stood here."""
    listed, spare, _ = own
    for task in tasks_of(todo):
        first, last = rows_of_task(task, s)
        o = first * (places.size // 3) * s.channels
        stop = last * (places.size // 3) * s.channels
        for row in range(first, last):
            count = list_starts(rows, row, s, listed)
            for place in range(0, places.size, 3):
                begin, tap, many = at(places, place), at(places, place + 1), at(places, place + 2)
                for group in range(0, s.channels, lanes(dy)):
                    c = max(min(group, s.channels - lanes(dy)), 0)
                    total = fill(dx, 0)
                    for r in range(count):
                        i = at(listed, 2 * r) + begin * s.channels + c
                        for k in range(many):
                            here = at(listed, 2 * r + 1) + tap + k * s.tap_step
                            total = total + load_at_place(dy, where, i + k * s.step, here)
                    put(dx, o + c, total, stop, spare)
                o += s.channels


@kernel
def avg_pool_rows(todo, x, shares, rows, places, s, y, own):
    """Sum up each window, times its share: one over what it counts."""
    listed, spare, _ = own
    for task in tasks_of(todo):
        first, last = rows_of_task(task, s)
        position = first * (places.size // 3)
        stop = last * (places.size // 3) * s.channels
        for row in range(first, last):
            count = list_starts(rows, row, s, listed)
            for place in range(0, places.size, 3):
                begin, many = at(places, place), at(places, place + 2)
                share = at(shares, position % shares.size)
                for group in range(0, s.channels, lanes(x)):
                    c = max(min(group, s.channels - lanes(x)), 0)
                    total = fill(y, 0)
                    for r in range(count):
                        i = at(listed, 2 * r) + begin * s.channels + c
                        for k in range(many):
                            total = total + load(x, i + k * s.step)
                    put(y, position * s.channels + c, share * total, stop, spare)
                position += 1


@kernel
def avg_pool_gradient_rows(todo, dy, shares, rows, places, s, dx, own):
    """Sum up the shares of all the windows that read each position."""
    listed, spare, _ = own
    for task in tasks_of(todo):
        first, last = rows_of_task(task, s)
        o = first * (places.size // 3) * s.channels
        stop = last * (places.size // 3) * s.channels
        for row in range(first, last):
            count = list_rows(rows[0], rows[1], row, listed)
            for place in range(0, places.size, 3):
                begin, many = at(places, place), at(places, place + 2)
                for group in range(0, s.channels, lanes(dy)):
                    c = max(min(group, s.channels - lanes(dy)), 0)
                    total = fill(dx, 0)
                    for r in range(count):
                        source = at(listed, 2 * r)
                        i = (source * s.width + begin) * s.channels + c
                        window = source % s.planes * s.width + begin
                        for k in range(many):
                            share = at(shares, window + k * s.tap_step)
                            total = total + share * load(dy, i + k * s.step)
                    put(dx, o + c, total, stop, spare)
                o += s.channels
