"""Loops over positions, for each channel by itself (called by ``channels``).

Where the channels are no multiple of a vector, the last vector begins earlier and does some of them
again.
"""

from minidl.kernels.jit import kernel
from minidl.kernels.lanes import fill, lanes, load, store


@kernel
def add_rows(first, last, x, y, multiply, mean, sums):
    """Sum up x, or (x − mean)·(y − mean), over positions first … last."""
    channels = sums.size
    for group in range(0, channels, lanes(x)):
        c = min(group, channels - lanes(x))
        total = fill(x, 0)
        middle = load(mean, c)
        for i in range(first * channels + c, last * channels + c, channels):
            if multiply:
                total = total + (load(x, i) - middle) * (load(y, i) - middle)
            else:
                total = total + load(x, i)
        store(sums, c, total)


@kernel
def map_rows(first, last, x, y, two, x_scale, y_scale, shift, write):
    """Write x_scale·x + shift for positions first … last, and y_scale·y more if there are two."""
    channels = shift.size
    for group in range(0, channels, lanes(x)):
        c = min(group, channels - lanes(x))
        times_x, times_y, more = load(x_scale, c), load(y_scale, c), load(shift, c)
        for i in range(first * channels + c, last * channels + c, channels):
            value = load(x, i) * times_x + more
            if two:
                value = value + load(y, i) * times_y
            store(write, i, value)
