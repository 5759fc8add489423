"""The kernel's matrix, copied in the order of use, in panels as wide as a tile.

    b[panel][tap · channel][filter]            for ``conv/direct_loops``
    b[point][panel][tap · channel][filter]     for ``conv/winograd_loops``, after the transform

The last panel ends in zeros.
"""

from minidl.kernels.compile.jit import inner
from minidl.kernels.compile.simd import lanes, load, splat, store, transpose
from minidl.kernels.compile.tile import steps_of
from minidl.kernels.conv.transforms import transform_kernel


@inner
def kernel_panels(w, taps, s, first, steps, b):
    """Copy the kernel's matrix for a block of filters: b[panel][tap · channel][filter]."""
    if s.outputs == 1:
        copy_panels(
            first,
            min(first + steps.filters, up(s.filters, steps.panel)),
            w,
            taps,
            s,
            steps.panel,
            b,
        )
    else:
        spread_panel(w, taps, s, steps.panel, b)


@inner
def spread_panel(w, taps, s, panel, b):
    """Copy the matrix of outputs taken together: one panel, 0 where an output does not look."""
    b[: s.depth * panel] = 0
    filters = s.filters // s.outputs
    for at, tap in enumerate(taps):
        o = at // s.outputs * s.channels * panel + at % s.outputs * filters
        for c in range(s.channels if tap >= 0 else 0):
            for f in range(filters):
                row, column = (f, c) if s.backward else (c, f)
                b[o + c * panel + f] = w[(tap * s.kernel_rows + row) * s.kernel_pitch + column]


@inner
def copy_panels(first, last, w, taps, s, panel, b):
    """Copy the panels of filters first … last − 1."""
    width = lanes(w)
    for f in range(first, last, width):
        part = f % panel
        o = (f - part - first) * s.depth + part
        many = min(width, s.filters - f)  # 0 or less beside the last filter: zeros
        for tap in taps:
            source = tap * s.kernel_rows
            c = 0
            while c < s.channels:
                if s.backward and many == width and c + width <= s.channels:
                    transpose(w, (source + f) * s.kernel_pitch + c, s.kernel_pitch, b, o, panel)
                    c += width
                    o += width * panel
                    continue
                i = (source + c) * s.kernel_pitch + f
                if many == width and not s.backward:
                    store(b, o, load(w, i))
                else:
                    store(b, o, splat(w, 0))
                    for lane in range(many):
                        transposed = (source + f + lane) * s.kernel_pitch + c
                        b[o + lane] = w[transposed if s.backward else i + lane]
                c += 1
                o += panel


@inner
def up(number, unit):
    """Round up to a multiple of ``unit``."""
    return -(-number // unit) * unit


@inner
def depth_of(array, channels, taps):
    """Steps of k for a block of channels: padded to whole vectors where several taps follow."""
    unit = steps_of(array) if taps == 1 else lanes(array)
    return taps * up(channels, unit)


@inner
def points_block(w, s, channels, filters, panel, patch, b, b_step):
    """Take some channels and filters (first, stop) of w to points, in panels."""
    width, (channel, stop), (filter_, filter_stop) = lanes(w), channels, filters
    depth = depth_of(w, stop - channel, s.taps)
    square = width * width
    for f in range(filter_, filter_ + up(filter_stop - filter_, panel), width):
        before, part = divmod(f - filter_, panel)
        for tap in range(s.taps):
            for c in range(channel, stop, width):
                copy_square(w, s, tap, (c, stop), (f, filter_stop), patch)
                k = tap * (depth // s.taps) + c - channel
                many = min(width, (tap + 1) * (depth // s.taps) - k)
                for row in range(many):
                    i, o = row * width, (before * depth + k + row) * panel + part
                    transform_kernel(patch, i, 3 * square, square, b, o, 6 * b_step, b_step, None)


@inner
def copy_square(w, s, tap, channels, filters, patch):
    """Copy 3×3 taps of lanes × lanes weights, rows of filters; backward flipped and transposed.

    Beside the last channel and the last filter there are zeros.
    """
    width, (channel, stop), (filter_, filter_stop) = lanes(w), channels, filters
    whole = channel + width <= stop and filter_ + width <= filter_stop
    for position in range(9):
        o = position * width * width
        source = (tap * 9 + (8 - position if s.backward else position)) * s.kernel_rows
        for row in range(0 if whole else width):
            store(patch, o + row * width, splat(w, 0))
        if s.backward and whole:
            i = (source + filter_) * s.kernel_pitch + channel
            transpose(w, i, s.kernel_pitch, patch, o, width)
            continue
        for row in range(min(width, stop - channel)):
            if whole:
                i = (source + channel + row) * s.kernel_pitch + filter_
                store(patch, o + row * width, load(w, i))
                continue
            for lane in range(min(width, filter_stop - filter_)):
                c, f = channel + row, filter_ + lane
                c, f = (f, c) if s.backward else (c, f)
                patch[o + row * width + lane] = w[(source + c) * s.kernel_pitch + f]
