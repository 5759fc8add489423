"""Loops over positions, for each channel by itself (called by ``channels``).

Memory is read in the order in which it lies, or nearly so: the processor fetches ahead.

Where the channels are no multiple of a vector, the last vector begins earlier and does some of them
again.
"""

from minidl.kernels.jit import inner, kernel
from minidl.kernels.lanes import lanes, load, store

BLOCK = 1 << 11  # numbers that stay in the nearest cache until all their channels were summed up


@inner
def add(first, last, channels, x, y, x_middle, y_middle, sums, products):
    """Add up y − y_middle, and (x − x_middle)·(y − y_middle), over positions first … last.

    Sums and middles have a vector of their own for every vector of channels.
    """
    block = max(1, BLOCK // channels)
    for start in range(first, last, block):
        stop = min(last, start + block)
        for group in range(0, channels, lanes(x)):
            c = min(group, channels - lanes(x))
            total, product = load(sums, group), load(products, group)
            x_zero, y_zero = load(x_middle, group), load(y_middle, group)
            for i in range(start * channels + c, stop * channels + c, channels):
                from_y = load(y, i) - y_zero
                total = total + from_y
                product = product + (load(x, i) - x_zero) * from_y
            store(sums, group, total)
            store(products, group, product)


@kernel
def add_rows(first, last, channels, x, y, x_middle, y_middle, sums, products):
    """Add up as ``add``."""
    add(first, last, channels, x, y, x_middle, y_middle, sums, products)


@kernel
def add_moments(first, last, channels, x, middle, sums, products):
    """Find the mean of x, roughly, then Σ (x − middle) and Σ (x − middle)² (all are 0 before)."""
    add(first, last, channels, x, x, middle, middle, sums, products)
    for lane in range(sums.size):
        middle[lane] = sums[lane] / (last - first)
        sums[lane] = products[lane] = 0
    add(first, last, channels, x, x, middle, middle, sums, products)


@kernel
def map_rows(first, last, x, y, two, middle, x_scale, y_scale, shift, write):
    """Write x_scale·(x − middle) + shift, and y_scale·y more if there are two."""
    channels = shift.size
    for row in range(first * channels, last * channels, channels):
        for group in range(0, channels, lanes(x)):
            c = min(group, channels - lanes(x))
            value = (load(x, row + c) - load(middle, c)) * load(x_scale, c) + load(shift, c)
            if two:
                value = value + load(y, row + c) * load(y_scale, c)
            store(write, row + c, value)
