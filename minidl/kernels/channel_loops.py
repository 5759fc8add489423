"""Loops over positions, for each channel by itself (called by ``channels``).

Memory is read in the order in which it lies, or nearly so: the processor fetches ahead.

Where the channels are no multiple of a vector, the last vector begins earlier and does some of them
again.
"""

from minidl.kernels.jit import inner, kernel
from minidl.kernels.lanes import lanes, load, store
from minidl.kernels.turns import tasks_of

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


@inner
def share_of(task, each, channels, x):
    """Return the first position of a task, and the one after its last."""
    return task * each, min((task + 1) * each, x.size // channels)


@kernel
def add_rows(todo, each, channels, x, y, x_middle, y_middle, sums, products):
    """Add up as ``add``, each task into sums of its own."""
    for task in tasks_of(todo):
        first, last = share_of(task, each, channels, x)
        add(first, last, channels, x, y, x_middle, y_middle, sums[task], products[task])


@kernel
def add_moments(todo, each, channels, x, middles, sums, products):
    """Find the mean of x, roughly, then Σ (x − middle) and Σ (x − middle)² (all are 0 before)."""
    for task in tasks_of(todo):
        first, last = share_of(task, each, channels, x)
        middle, total, product = middles[task], sums[task], products[task]
        add(first, last, channels, x, x, middle, middle, total, product)
        for lane in range(total.size):
            middle[lane] = total[lane] / (last - first)
            total[lane] = product[lane] = 0
        add(first, last, channels, x, x, middle, middle, total, product)


@kernel
def map_rows(todo, each, x, y, two, middle, x_scale, y_scale, shift, write):
    """Write x_scale·(x − middle) + shift, and y_scale·y more if there are two."""
    channels = shift.size
    for task in tasks_of(todo):
        first, last = share_of(task, each, channels, x)
        for row in range(first * channels, last * channels, channels):
            for group in range(0, channels, lanes(x)):
                c = min(group, channels - lanes(x))
                value = (load(x, row + c) - load(middle, c)) * load(x_scale, c) + load(shift, c)
                if two:
                    value = value + load(y, row + c) * load(y_scale, c)
                store(write, row + c, value)
