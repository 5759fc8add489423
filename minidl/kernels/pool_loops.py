"""Pooling's loops: position after position, all channels at once.

The tables ``rows`` and ``places`` say what each tap reads (see ``tables``). Backwards every input
position *gathers* from the windows that read it, so that nothing is ever added to one number by two
threads.

Where the channels are no multiple of a vector, the last vector begins earlier and does some of them
again; with fewer channels than lanes, the loops run over copies of whole vectors.
"""

from minidl.kernels.choose import larger, load_at_place, smallest, store_largest
from minidl.kernels.jit import inner, kernel
from minidl.kernels.lanes import fill, lanes, load, store

OUTSIDE = -1


@inner
def tap_starts(rows, places, row, place, width, channels, starts):
    """List where the channels begin that each tap of one position reads, or OUTSIDE."""
    inner_taps = places.shape[1]
    for outer in range(rows.shape[1]):
        source = rows[row, outer]
        for tap in range(inner_taps):
            column = places[place, tap]
            inside = source >= 0 and column >= 0
            start = (source * width + column) * channels
            starts[outer * inner_taps + tap] = start if inside else OUTSIDE


@kernel
def max_pool_rows(first, last, x, rows, places, width, channels, y, where, starts):
    """Keep the largest value of each window, and the first tap that holds it; a NaN wins."""
    for row in range(first, last):
        for place in range(places.shape[0]):
            tap_starts(rows, places, row, place, width, channels, starts)
            o = (row * places.shape[0] + place) * channels
            for group in range(0, channels, lanes(x)):
                c = min(group, channels - lanes(x))
                best = smallest(x)
                for tap in range(starts.size):
                    if starts[tap] >= 0:
                        best = larger(best, x, starts[tap] + c, tap)
                store_largest(y, where, o + c, best)


@kernel
def max_pool_gradient_rows(first, last, dy, where, rows, places, width, channels, dx, starts):
    """Gather each gradient from the windows whose largest value stood here."""
    for row in range(first, last):
        for place in range(places.shape[0]):
            tap_starts(rows, places, row, place, width, channels, starts)
            o = (row * places.shape[0] + place) * channels
            for group in range(0, channels, lanes(dy)):
                c = min(group, channels - lanes(dy))
                total = fill(dx, 0)
                for tap in range(starts.size):
                    if starts[tap] >= 0:
                        total = total + load_at_place(dy, where, starts[tap] + c, tap)
                store(dx, o + c, total)


@kernel
def avg_pool_rows(first, last, x, rows, places, width, channels, y, shares, starts):
    """Sum up each window, times its share: one over what it counts."""
    for row in range(first, last):
        for place in range(places.shape[0]):
            tap_starts(rows, places, row, place, width, channels, starts)
            position = row * places.shape[0] + place
            share = shares[position % shares.size]
            for group in range(0, channels, lanes(x)):
                c = min(group, channels - lanes(x))
                total = fill(y, 0)
                for tap in range(starts.size):
                    if starts[tap] >= 0:
                        total = total + load(x, starts[tap] + c)
                store(y, position * channels + c, share * total)


@kernel
def avg_pool_gradient_rows(first, last, dy, rows, places, width, channels, dx, shares, starts):
    """Sum up the shares of all the windows that read each position."""
    for row in range(first, last):
        for place in range(places.shape[0]):
            tap_starts(rows, places, row, place, width, channels, starts)
            o = (row * places.shape[0] + place) * channels
            for group in range(0, channels, lanes(dy)):
                c = min(group, channels - lanes(dy))
                total = fill(dx, 0)
                for tap in range(starts.size):
                    if starts[tap] >= 0:
                        share = shares[starts[tap] // channels % shares.size]
                        total = total + share * load(dy, starts[tap] + c)
                store(dx, o + c, total)
