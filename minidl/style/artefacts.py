"""What spoils a generated picture, measured: grain, a frame along the border, unpainted parts.

All take pictures ``(H, W, 3)``, uint8 or floats 0…255.
"""

import numpy as np

TILE = 16  # pixels: about a brush stroke


def grain(picture: np.ndarray, style: np.ndarray) -> float:
    """Return the energy at the scale of single pixels, as a multiple of the style picture's.

    It is the mean square of what the smallest binomial filter, (1 2 1)/4 along both axes, takes
    out. Far above 1, single pixels play off against each other; far below, the strokes are blurred.
    """
    return float(_finest(picture).mean() / _finest(style).mean())


def frame(picture: np.ndarray, width: int = 4) -> float:
    """Return how far the border's colour is from that just inside of it, in grey levels.

    It is the root mean square, over four sides and three colours, of the difference between the
    mean of the outer ``width`` pixels and that of the ``2·width`` which begin ``2·width`` inside.
    """
    rotated = [np.rot90(picture.astype(np.float64), k) for k in range(4)]
    steps = [x[:width].mean((0, 1)) - x[2 * width : 4 * width].mean((0, 1)) for x in rotated]
    return float(np.sqrt(np.mean(np.square(steps))))


def unpainted(picture: np.ndarray, style: np.ndarray) -> float:
    """Return the share of tiles that are flatter than 95 % of the style picture's tiles.

    A picture as lively as the style has 0.05; a sky without strokes adds its share.
    """
    return float((_contrast(picture) < np.quantile(_contrast(style), 0.05)).mean())


def _finest(picture: np.ndarray) -> np.ndarray:
    """Return the squares of a picture minus its smoothed self."""
    x = smooth = picture.astype(np.float64)
    for axis in (0, 1):
        pad = [(1, 1) if i == axis else (0, 0) for i in range(3)]
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(smooth, pad, "edge"), 3, axis)
        smooth = windows @ np.array([0.25, 0.5, 0.25])
    return np.square(x - smooth)


def _contrast(picture: np.ndarray) -> np.ndarray:
    """Return the standard deviation of the colours within each tile."""
    rows, columns = (side // TILE for side in picture.shape[:2])
    x = picture[: rows * TILE, : columns * TILE].astype(np.float64)
    return np.sqrt(x.reshape(rows, TILE, columns, TILE, 3).var((1, 3)).mean(-1))
