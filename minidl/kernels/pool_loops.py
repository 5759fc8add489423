"""Pooling's loops: position after position, all channels at once.

``rows`` and ``places`` list what each position reads, ``pitch`` numbers for each position: first
how many entries there are, then the entries (see ``pool.listed``). An entry of a row and one of a
place add up to where the channels begin that are read, and their second numbers to the tap of the
window or to where the window's share is found. Backwards every input position *gathers* from the
windows that read it, so that nothing is ever added to one number by two threads.

Where the channels are no multiple of a vector, the last vector begins earlier and does some of them
again; with fewer channels than lanes, the loops run over copies of whole vectors.
"""

from minidl.kernels.choose import larger, load_at_place, smallest, store_largest
from minidl.kernels.jit import kernel
from minidl.kernels.lanes import at, fill, lanes, load, store
from minidl.kernels.turns import tasks_of


@kernel
def max_pool_rows(todo, each, x, rows, row_pitch, places, place_pitch, channels, y, where):
    """Keep the largest value of each window, and the first tap that holds it; a NaN wins."""
    for task in tasks_of(todo):
        first, last = task * each, min((task + 1) * each, rows.size // row_pitch)
        o = first * (places.size // place_pitch) * channels
        for row in range(first * row_pitch, last * row_pitch, row_pitch):
            for place in range(0, places.size, place_pitch):
                for group in range(0, channels, lanes(x)):
                    c = min(group, channels - lanes(x))
                    best = smallest(x)
                    for r in range(at(rows, row)):
                        start, tap = at(rows, row + 2 * r + 1) + c, at(rows, row + 2 * r + 2)
                        for p in range(at(places, place)):
                            i = start + at(places, place + 2 * p + 1)
                            best = larger(best, x, i, tap + at(places, place + 2 * p + 2))
                    store_largest(y, where, o + c, best)
                o += channels


@kernel
def max_pool_gradient_rows(
    todo, each, dy, where, rows, row_pitch, places, place_pitch, channels, dx
):
    """Gather each gradient from the windows whose largest value stood here."""
    for task in tasks_of(todo):
        first, last = task * each, min((task + 1) * each, rows.size // row_pitch)
        o = first * (places.size // place_pitch) * channels
        for row in range(first * row_pitch, last * row_pitch, row_pitch):
            for place in range(0, places.size, place_pitch):
                for group in range(0, channels, lanes(dy)):
                    c = min(group, channels - lanes(dy))
                    total = fill(dx, 0)
                    for r in range(at(rows, row)):
                        start, tap = at(rows, row + 2 * r + 1) + c, at(rows, row + 2 * r + 2)
                        for p in range(at(places, place)):
                            i = start + at(places, place + 2 * p + 1)
                            here = tap + at(places, place + 2 * p + 2)
                            total = total + load_at_place(dy, where, i, here)
                    store(dx, o + c, total)
                o += channels


@kernel
def avg_pool_rows(todo, each, x, shares, rows, row_pitch, places, place_pitch, channels, y):
    """Sum up each window, times its share: one over what it counts."""
    for task in tasks_of(todo):
        first, last = task * each, min((task + 1) * each, rows.size // row_pitch)
        position = first * (places.size // place_pitch)
        for row in range(first * row_pitch, last * row_pitch, row_pitch):
            for place in range(0, places.size, place_pitch):
                share = at(shares, position % shares.size)
                for group in range(0, channels, lanes(x)):
                    c = min(group, channels - lanes(x))
                    total = fill(y, 0)
                    for r in range(at(rows, row)):
                        start = at(rows, row + 2 * r + 1) + c
                        for p in range(at(places, place)):
                            total = total + load(x, start + at(places, place + 2 * p + 1))
                    store(y, position * channels + c, share * total)
                position += 1


@kernel
def avg_pool_gradient_rows(
    todo, each, dy, shares, rows, row_pitch, places, place_pitch, channels, dx
):
    """Sum up the shares of all the windows that read each position."""
    for task in tasks_of(todo):
        first, last = task * each, min((task + 1) * each, rows.size // row_pitch)
        o = first * (places.size // place_pitch) * channels
        for row in range(first * row_pitch, last * row_pitch, row_pitch):
            for place in range(0, places.size, place_pitch):
                for group in range(0, channels, lanes(dy)):
                    c = min(group, channels - lanes(dy))
                    total = fill(dx, 0)
                    for r in range(at(rows, row)):
                        start, window = at(rows, row + 2 * r + 1) + c, at(rows, row + 2 * r + 2)
                        for p in range(at(places, place)):
                            share = at(shares, window + at(places, place + 2 * p + 2))
                            total = total + share * load(dy, start + at(places, place + 2 * p + 1))
                    store(dx, o + c, total)
                o += channels
