"""Pooling's loops: position after position, all channels at once.

``rows`` and ``places`` list what each position reads (see ``pool.listed``): first of all a number
of entries, then for each a row or column of the array read, and a second number. The second numbers
of a row and a column add up: to the tap of the window, or to where the window's share is found.
Backwards every input position *gathers* from the windows that read it, so that nothing is ever
added to one number by two threads.

Where the channels are no multiple of a vector, the last vector begins earlier and does some of them
again; with fewer channels than lanes, the loops run over copies of whole vectors.
"""

from minidl.kernels.choose import larger, load_at_place, smallest, store_largest
from minidl.kernels.jit import kernel
from minidl.kernels.lanes import fill, lanes, load, store


@kernel
def max_pool_rows(first, last, x, rows, places, width, channels, y, where):
    """Keep the largest value of each window, and the first tap that holds it; a NaN wins."""
    for row in range(first, last):
        for place in range(len(places)):
            o = (row * len(places) + place) * channels
            for group in range(0, channels, lanes(x)):
                c = min(group, channels - lanes(x))
                best = smallest(x)
                for r in range(1, rows[row, 0], 2):
                    for p in range(1, places[place, 0], 2):
                        i = (rows[row, r] * width + places[place, p]) * channels + c
                        best = larger(best, x, i, rows[row, r + 1] + places[place, p + 1])
                store_largest(y, where, o + c, best)


@kernel
def max_pool_gradient_rows(first, last, dy, where, rows, places, width, channels, dx):
    """Gather each gradient from the windows whose largest value stood here."""
    for row in range(first, last):
        for place in range(len(places)):
            o = (row * len(places) + place) * channels
            for group in range(0, channels, lanes(dy)):
                c = min(group, channels - lanes(dy))
                total = fill(dx, 0)
                for r in range(1, rows[row, 0], 2):
                    for p in range(1, places[place, 0], 2):
                        i = (rows[row, r] * width + places[place, p]) * channels + c
                        tap = rows[row, r + 1] + places[place, p + 1]
                        total = total + load_at_place(dy, where, i, tap)
                store(dx, o + c, total)


@kernel
def avg_pool_rows(first, last, x, shares, rows, places, width, channels, y):
    """Sum up each window, times its share: one over what it counts."""
    for row in range(first, last):
        for place in range(len(places)):
            position = row * len(places) + place
            share = shares[position % shares.size]
            for group in range(0, channels, lanes(x)):
                c = min(group, channels - lanes(x))
                total = fill(y, 0)
                for r in range(1, rows[row, 0], 2):
                    for p in range(1, places[place, 0], 2):
                        i = (rows[row, r] * width + places[place, p]) * channels + c
                        total = total + load(x, i)
                store(y, position * channels + c, share * total)


@kernel
def avg_pool_gradient_rows(first, last, dy, shares, rows, places, width, channels, dx):
    """Sum up the shares of all the windows that read each position."""
    for row in range(first, last):
        for place in range(len(places)):
            o = (row * len(places) + place) * channels
            for group in range(0, channels, lanes(dy)):
                c = min(group, channels - lanes(dy))
                total = fill(dx, 0)
                for r in range(1, rows[row, 0], 2):
                    for p in range(1, places[place, 0], 2):
                        i = (rows[row, r] * width + places[place, p]) * channels + c
                        share = shares[rows[row, r + 1] + places[place, p + 1]]
                        total = total + share * load(dy, i)
                store(dx, o + c, total)
