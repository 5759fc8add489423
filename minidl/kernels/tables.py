"""Which position does a window read? Small tables of integers answer for every kernel loop.

A table has a row for every output position and a column for every kernel tap; the entry is the
input position that the tap reads, or OUTSIDE in the padding. Axes are combined by `joined`, so that
a loop over "all the leading axes" is one loop whatever the rank; batch is an axis of one tap.
"""

from functools import reduce

import numpy as np

from minidl.kernels.window import Window

OUTSIDE = -1


def reads(window: Window, axis: int) -> np.ndarray:
    """Table ``(output, kernel)`` of one axis: what each tap of each output position reads."""
    output = np.arange(window.output[axis])[:, None]
    tap = np.arange(window.kernel[axis])
    position = output * window.stride[axis] + tap * window.dilation[axis] - window.before[axis]
    return np.where((position >= 0) & (position < window.size[axis]), position, OUTSIDE)


def read_by(window: Window, axis: int) -> np.ndarray:
    """Table ``(size, kernel)`` of one axis: the output position whose tap reads each position."""
    position = np.arange(window.size[axis])[:, None]
    tap = np.arange(window.kernel[axis])
    start = position + window.before[axis] - tap * window.dilation[axis]
    output, rest = np.divmod(start, window.stride[axis])
    real = (rest == 0) & (output >= 0) & (output < window.output[axis])
    return np.where(real, output, OUTSIDE)


def batch_table(batch: int) -> np.ndarray:
    """Table of the batch axis: sample n reads sample n."""
    return np.arange(batch)[:, None]


def joined(tables: list[np.ndarray], sizes: list[int]) -> np.ndarray:
    """Combine axes into one, the last one running fastest; ``sizes`` are the axes' lengths read."""

    def join(outer, inner_and_size):
        inner, size = inner_and_size
        together = outer[:, None, :, None] * size + inner[None, :, None, :]
        missing = (outer[:, None, :, None] < 0) | (inner[None, :, None, :] < 0)
        rows, columns = outer.shape[0] * inner.shape[0], outer.shape[1] * inner.shape[1]
        return np.where(missing, OUTSIDE, together).reshape(rows, columns)

    table = reduce(join, zip(tables[1:], sizes[1:], strict=True), tables[0])
    return np.ascontiguousarray(table, np.int64)


def side_by_side(table: np.ndarray) -> tuple[np.ndarray, int]:
    """Lay what windows read side by side, overlapping as far as they do: (row, step).

    Window p reads ``row[p · step : p · step + taps]``. Taps next to one another with stride 1 give
    a row hardly longer than the input; if nothing overlaps, the windows stand one after the other.
    """
    places, taps = table.shape
    for step in range(1, taps):
        index = np.arange(places)[:, None] * step + np.arange(taps)
        row = np.full(index[-1, -1] + 1, OUTSIDE)
        row[index] = table
        if np.array_equal(row[index], table):
            return row, step
    return table.reshape(-1), taps
