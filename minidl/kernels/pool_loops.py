"""Pooling's loops: one output row (or input row, backwards) after the other, all channels at once.

The tables ``rows`` and ``places`` say what each tap reads (see ``tables``); OUTSIDE is skipped.
Backwards every input position *gathers* from the windows that read it, so that nothing is ever
added to one number by two threads.
"""

from math import inf

from minidl.kernels.jit import kernel


@kernel
def max_pool_rows(first, last, x, rows, places, width, channels, y, where):
    """Keep the largest value of each window, and the first tap that holds it; a NaN wins."""
    outer_taps, inner_taps = rows.shape[1], places.shape[1]
    for row in range(first, last):
        for place in range(places.shape[0]):
            o = (row * places.shape[0] + place) * channels
            for c in range(o, o + channels):
                y[c] = -inf
                where[c] = 0
            for tap in range(outer_taps * inner_taps):
                source, column = rows[row, tap // inner_taps], places[place, tap % inner_taps]
                if source < 0 or column < 0:
                    continue
                i = (source * width + column) * channels
                for c in range(channels):
                    value, best = x[i + c], y[o + c]
                    better = (not value <= best) and best == best
                    y[o + c] = value if better else best
                    where[o + c] = tap if better else where[o + c]


@kernel
def max_pool_gradient_rows(first, last, dy, where, rows, places, width, channels, dx):
    """Gather each gradient from the windows whose largest value stood here."""
    outer_taps, inner_taps = rows.shape[1], places.shape[1]
    zero = dx.dtype.type(0)
    for row in range(first, last):
        for place in range(places.shape[0]):
            o = (row * places.shape[0] + place) * channels
            for c in range(o, o + channels):
                dx[c] = zero
            for tap in range(outer_taps * inner_taps):
                source, column = rows[row, tap // inner_taps], places[place, tap % inner_taps]
                if source < 0 or column < 0:
                    continue
                i = (source * width + column) * channels
                for c in range(channels):
                    dx[o + c] += dy[i + c] if where[i + c] == tap else zero


@kernel
def sum_rows(first, last, x, rows, places, width, channels, y, counts, scale_input):
    """Sum up what the taps of each position read, divided by the window's count.

    Forwards a sum belongs to one window; backwards (``scale_input``) each number read has come
    from a window of its own.
    """
    outer_taps, inner_taps = rows.shape[1], places.shape[1]
    for row in range(first, last):
        for place in range(places.shape[0]):
            position = row * places.shape[0] + place
            o = position * channels
            for c in range(o, o + channels):
                y[c] = 0
            for tap in range(outer_taps * inner_taps):
                source, column = rows[row, tap // inner_taps], places[place, tap % inner_taps]
                if source < 0 or column < 0:
                    continue
                i = (source * width + column) * channels
                share = 1 / counts[(source * width + column) % counts.size] if scale_input else 1
                share = y.dtype.type(share)
                for c in range(channels):
                    y[o + c] += share * x[i + c]
            if not scale_input:
                share = y.dtype.type(1 / counts[position % counts.size])
                for c in range(o, o + channels):
                    y[c] *= share
