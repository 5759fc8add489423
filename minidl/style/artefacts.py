"""What spoils a generated picture, measured: grain, a frame along the border, unpainted parts.

All take pictures ``(H, W, 3)``, uint8 or floats 0…255.
"""

import numpy as np
from scipy import ndimage

TILE = 16  # pixels: about a brush stroke


def grain(picture: np.ndarray, style: np.ndarray) -> float:
    """Return the energy at the scale of single pixels, as a multiple of the style picture's.

    It is the mean square of what the smallest binomial filter, (1 2 1)/4 along both axes, takes
    out. Far above 1, single pixels play off against each other; far below, the strokes are blurred.
    """
    return float(_finest(picture).mean() / _finest(style).mean())


def frame(picture: np.ndarray, width: int = 4) -> float:
    """Return how much colours change at the border, as a multiple of what they do further in.

    Along each axis the change at a line is that from the mean colour of the ``width`` rows before
    it to that of as many rows ``width`` further in. Compared are the root mean squares at the four
    borders and at all lines between; a picture that goes on as before has about 1.
    """
    border, middle = [], []
    for axis in (0, 1):
        colours = picture.astype(np.float64).mean(1 - axis)
        strips = np.lib.stride_tricks.sliding_window_view(colours, width, 0).mean(-1)
        steps = np.square(strips[2 * width :] - strips[: -2 * width]).mean(-1)
        border += [steps[0], steps[-1]]
        middle += [*steps[1:-1]]
    return float(np.sqrt(np.mean(border) / np.mean(middle)))


def unpainted(picture: np.ndarray, style: np.ndarray) -> float:
    """Return the share of tiles that are flatter than 95 % of the style picture's tiles.

    A picture as lively as the style has 0.05; a sky without strokes adds its share.
    """
    return float((_contrast(picture) < np.quantile(_contrast(style), 0.05)).mean())


def _finest(picture: np.ndarray) -> np.ndarray:
    """Return the squares of a picture minus its smoothed self."""
    x = smooth = picture.astype(np.float64)
    for axis in (0, 1):
        smooth = ndimage.convolve1d(smooth, [0.25, 0.5, 0.25], axis, mode="nearest")
    return np.square(x - smooth)


def _contrast(picture: np.ndarray) -> np.ndarray:
    """Return the standard deviation of the colours within each tile."""
    rows, columns = (side // TILE for side in picture.shape[:2])
    x = picture[: rows * TILE, : columns * TILE].astype(np.float64)
    return np.sqrt(x.reshape(rows, TILE, columns, TILE, 3).var((1, 3)).mean(-1))
