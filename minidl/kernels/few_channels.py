"""Convolution of few channels, straight from the input: images, one-channel signals and volumes."""

from functools import lru_cache
from math import prod

import numpy as np

from minidl.kernels import threads
from minidl.kernels.few_channels_blocks import Shape, few_channels_block
from minidl.kernels.lanes import lane_count
from minidl.kernels.tables import batch_table, joined, reads
from minidl.kernels.tile import panel_width, tile_rows
from minidl.kernels.window import Window
from minidl.kernels.workspace import aligned, flat, workspace

RUN = 1 << 22  # multiplications that make a task worth handing out


def fits(x: np.ndarray, window: Window, groups: int) -> bool:
    """Whether windows are runs of numbers, long enough a row of them, with few channels each."""
    return (
        groups == 1
        and x.shape[-1] < lane_count(x.dtype)
        and window.dilation[-1] == 1
        and window.output[-1] >= tile_rows(x.dtype)
    )


def convolve(x, w, window: Window, *, bias=None, relu=False) -> np.ndarray:
    """The convolution, without groups; arguments as in ``numpy_conv``."""
    batch, filters, dtype = x.shape[0], w.shape[-1], x.dtype
    y = aligned((batch, *window.output, filters), dtype)
    rows = _rows(batch, window)
    x = _padded_last_axis(x, window)
    panel = panel_width(dtype, filters)
    shape = Shape(
        row_pitch=x.shape[-2] * x.shape[-1],
        pitch=window.stride[-1] * x.shape[-1],
        run=window.kernel[-1] * x.shape[-1],
        outer_taps=rows.shape[1],
        places=window.output[-1],
        filters=filters,
        panel=panel,
    )
    b = _panels(w.reshape(-1, filters), panel)
    more = np.zeros(b.size // prod(w.shape[:-1]), dtype)
    if bias is not None:
        more[:filters] = bias
    rows_each = max(1, RUN // (window.output[-1] * w.size))
    scratch = workspace("tile", (threads.thread_count(), tile_rows(dtype) * panel), dtype)

    def work(task, slot):
        first = task * rows_each
        few_channels_block(
            *(first, min(first + rows_each, len(rows)), relu),
            *(flat(x), flat(rows), flat(b), flat(more), y.reshape(-1), scratch[slot], shape),
        )

    threads.run(work, -(-len(rows) // rows_each))
    return y


@lru_cache(maxsize=256)
def _rows(batch, window) -> np.ndarray:
    """Table of the rows that each output row's taps read."""
    tables = [reads(window, axis) for axis in range(window.rank - 1)]
    return joined([batch_table(batch), *tables], [batch, *window.size[:-1]])


def _padded_last_axis(x, window: Window) -> np.ndarray:
    """Return x with the last axis's padding written out, and cut off where no window reads."""
    before, after = window.padding[-1]
    size = window.size[-1]
    if before == after == 0:
        return x
    padded = np.zeros((*x.shape[:-2], before + size + after, x.shape[-1]), x.dtype)
    kept = size + min(after, 0)
    padded[..., before : before + kept, :] = x[..., :kept, :]
    return padded


def _panels(matrix, panel) -> np.ndarray:
    """Cut a kernel matrix ``(K, F)`` into panels, the last one filled up with zeros."""
    depth, filters = matrix.shape
    panels = np.zeros((depth, -(-filters // panel) * panel), matrix.dtype)
    panels[:, :filters] = matrix
    return np.ascontiguousarray(panels.reshape(depth, -1, panel).swapaxes(0, 1)).reshape(-1)
