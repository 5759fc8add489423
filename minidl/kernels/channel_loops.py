"""Loops over positions, for each channel by itself (called by ``channels``).

Memory is read in the order in which it lies, or nearly so: the processor fetches ahead.

Where the channels are no multiple of a vector, the last vector begins earlier and does some of them
again.
"""

from math import inf

from minidl.kernels.compile.argmax import select_positive
from minidl.kernels.compile.jit import inner, kernel
from minidl.kernels.compile.simd import lanes, load, maximum, splat, store
from minidl.kernels.threads.atomics import tasks_of

BLOCK = 1 << 11  # numbers that stay in the nearest cache until all their channels were summed up


@inner
def chunk_of(task, each, channels, x):
    """Return the first position of a task, and the one after its last."""
    return task * each, min((task + 1) * each, x.size // channels)


@inner
def add_up(positions, channels, x, y, middle, gate, sums, products):
    """Add up y and (x − middle)·y over positions (first, stop); without a y it is x − middle.

    With a gate (scale, shift) y counts where scale·(x − middle) + shift is positive. Sums, middles
    and gates have a vector of their own for every vector of channels.
    """
    block, (first, last) = max(1, BLOCK // channels), positions
    for start in range(first, last, block):
        stop = min(last, start + block)
        for group in range(0, channels, lanes(x)):
            c = min(group, channels - lanes(x))
            total, product, zero = load(sums, group), load(products, group), load(middle, group)
            for i in range(start * channels + c, stop * channels + c, channels):
                from_x = load(x, i) - zero
                value = from_x
                if y is not None:
                    value = load(y, i)
                if gate is not None:
                    opened = from_x * load(gate[0], group) + load(gate[1], group)
                    value = select_positive(opened, value)
                total = total + value
                product = product + from_x * value
            store(sums, group, total)
            store(products, group, product)


@kernel
def add_rows(todo, each, channels, x, y, middle, gate, sums, products):
    """Add up y and (x − middle)·y, each task into sums of its own."""
    for task in tasks_of(todo):
        positions = chunk_of(task, each, channels, x)
        add_up(positions, channels, x, y, middle, gate, sums[task], products[task])


@kernel
def add_moments(todo, each, channels, x, middles, sums, products):
    """Find the mean of x, roughly, then Σ (x − middle) and Σ (x − middle)² (all are 0 before)."""
    for task in tasks_of(todo):
        first, last = chunk_of(task, each, channels, x)
        middle, total, product = middles[task], sums[task], products[task]
        add_up((first, last), channels, x, None, middle, None, total, product)
        for lane in range(total.size):
            middle[lane] = total[lane] / (last - first)
            total[lane] = product[lane] = 0
        add_up((first, last), channels, x, None, middle, None, total, product)


@kernel
def affine_rows(todo, each, x, middle, scale, shift, relu, write):
    """Write scale·(x − middle) + shift, not below 0 if there is a ReLU."""
    channels, floor = shift.size, splat(x, 0.0 if relu else -inf)
    for task in tasks_of(todo):
        first, last = chunk_of(task, each, channels, x)
        for row in range(first * channels, last * channels, channels):
            for group in range(0, channels, lanes(x)):
                c = min(group, channels - lanes(x))
                value = (load(x, row + c) - load(middle, c)) * load(scale, c) + load(shift, c)
                store(write, row + c, maximum(value, floor))


@kernel
def axpby_rows(todo, each, x, y, middle, x_scale, factors, gate, write):
    """Write y_scale·y + shift (y as in ``add_up``), and with an x_scale + x_scale·(x − middle)."""
    y_scale, shift = factors
    for task in tasks_of(todo):
        first, last = chunk_of(task, each, shift.size, x)
        for row in range(first * shift.size, last * shift.size, shift.size):
            for group in range(0, shift.size, lanes(x)):
                c = min(group, shift.size - lanes(x))
                from_x, value = load(x, row + c) - load(middle, c), load(y, row + c)
                if gate is not None:
                    value = select_positive(from_x * load(gate[0], c) + load(gate[1], c), value)
                value = value * load(y_scale, c) + load(shift, c)
                if x_scale is not None:  # 0·∞ would be NaN
                    value = from_x * load(x_scale, c) + value
                store(write, row + c, value)
