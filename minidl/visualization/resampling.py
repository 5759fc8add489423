"""Shift, scale and rotate pictures by a sparse matrix, whose transpose is the way back."""

import numpy as np
from scipy import sparse


def resampling(
    size: tuple[int, int], angle: float, scale: float, shift: tuple[float, float]
) -> sparse.csr_matrix:
    """Return the matrix ``(H·W, H·W)`` that draws pictures anew; beyond a border they repeat.

    Each pixel of the result is a weighted mean of the four pixels around the place that it comes
    from (bilinear interpolation).

    size: H, W. angle: of a turn about the middle, in radians. scale: above 1, things get larger.
    shift: in pixels, down and to the right.
    """
    height, width = size
    y, x = (np.arange(n) - (n - 1) / 2 for n in size)
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    from_y = cosine * y[:, None] - sine * x + (height - 1) / 2 - shift[0]
    from_x = sine * y[:, None] + cosine * x + (width - 1) / 2 - shift[1]
    top, left = np.floor(from_y).astype(int), np.floor(from_x).astype(int)
    down, right = from_y - top, from_x - left
    rows = np.arange(height * width)
    corners = [
        ((top + i) % height * width + (left + j) % width, (down if i else 1 - down) * part)
        for i in (0, 1)
        for j, part in ((0, 1 - right), (1, right))
    ]
    columns = np.stack([place.ravel() for place, _ in corners], axis=1).ravel()
    weights = np.stack([weight.ravel() for _, weight in corners], axis=1).ravel()
    starts = np.arange(0, 4 * len(rows) + 1, 4)
    return sparse.csr_matrix((weights.astype(np.float32), columns, starts), (len(rows),) * 2)


def resample(matrix: sparse.csr_matrix, x: np.ndarray) -> np.ndarray:
    """Apply a matrix, or its transpose, to pictures ``(N, H, W, C)``."""
    flat = np.moveaxis(x, 0, 2).reshape(matrix.shape[1], -1)
    height, width = x.shape[1:3]
    return np.moveaxis((matrix @ flat).reshape(height, width, len(x), -1), 2, 0)
