"""Every window of a batch of pictures as one row: what turns convolution into a matrix product."""

import numpy as np

from minidl.course.exercise import Exercise, mistakes, normal


def columns(x, kernel, stride=1):
    """Copy every window of a batch of pictures into a row of a matrix.

    Row (n, i, j) holds x[n, i·stride + u, j·stride + v, c] for all taps (u, v) and channels c, in
    the order in which `w.reshape(-1, F)` lays out filters w (height, width, C, F); so that
    columns(x, kernel, stride) @ w.reshape(-1, F) is the convolution, one position a row.

    x:      pictures, (N, H, W, C)
    kernel: (height, width) of the window
    stride: positions that the window moves at a time
    Returns a matrix (N · positions down · positions across, height · width · C) of x's dtype, the
    last index of each changing fastest.
    """
    ### BEGIN SOLUTION
    height, width = kernel
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel, axis=(1, 2))
    windows = windows[:, ::stride, ::stride]  # (N, rows, columns, C, height, width)
    windows = np.moveaxis(windows, 3, -1)  # (N, rows, columns, height, width, C)
    return windows.reshape(-1, height * width * x.shape[3])
    ### END SOLUTION


EXERCISE = Exercise(
    solution=columns,
    points=2,
    cases={
        "two pictures, 4 × 5, in 3 channels": normal((2, 4, 5, 3), kernel=(3, 2)),
        "a window wider than high": normal((2, 5, 7, 2), kernel=(2, 4)),
        "a stride of 2": normal((2, 7, 6, 2), kernel=(3, 2), stride=2),
        "a stride of 3 that leaves a remainder": normal((1, 9, 6, 2), kernel=(2, 2), stride=3),
    },
    edges={
        "a window as large as the picture": normal((2, 3, 2, 2), kernel=(3, 2)),
        "a window of a single tap": normal((2, 3, 4, 3), kernel=(1, 1)),
    },
    hints=(
        "Begin with one picture, and one window: `x[n, i:i + height, j:j + width].ravel()` is its "
        "row. Three loops (n, i, j) would already be a right answer.",
        "Without loops: `np.lib.stride_tricks.sliding_window_view(x, kernel, axis=(1, 2))` has the "
        "shape (N, positions down, positions across, C, height, width). Take every `stride`-th "
        "position.",
        "The channels must come last, behind height and width: `np.moveaxis(windows, 3, -1)`. "
        "Then one `reshape(-1, height * width * C)`.",
    ),
    wrong=mistakes("""
        The stride is missing: you made a row for every position, not only for every stride-th one.
            [:, ::stride, ::stride] ->
        Within a row your channels come before the taps; `w.reshape(-1, F)` has them last: (height,
        width, C).
            np.moveaxis(windows, 3, -1) -> windows
        Within a row height and width are swapped: the taps of the window's first row come first.
            np.moveaxis(windows, 3, -1) -> np.moveaxis(windows, 3, -1).swapaxes(3, 4)
        The matrix is transposed: a window is a row here, not a column (the name comes from the
        other layout).
            x.shape[3]) -> x.shape[3]).T
        The rows are in the wrong order: all positions of the first picture come first, then those
        of the second.
            np.moveaxis(windows, 3, -1) -> np.moveaxis(np.moveaxis(windows, 3, -1), 0, 2)
        The positions are in the wrong order: go along a row of the picture first, then down.
            np.moveaxis(windows, 3, -1) -> np.moveaxis(windows, 3, -1).swapaxes(1, 2)
        The stride is used along one axis only: the window moves by it down and across.
            [:, ::stride, ::stride] -> [:, ::stride]
        Every picture has a matrix of its own; the rows of all pictures stand in one.
            windows.reshape(-1, height -> windows.reshape(len(x), -1, height
    """),
)
