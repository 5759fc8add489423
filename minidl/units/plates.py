"""Plates: a unit's nine patches, and a layer's filters, as one picture to look at."""

from collections.abc import Sequence

import numpy as np
from PIL import Image


def plate(
    patches: Sequence[np.ndarray], *, side: int = 44, gap: int = 2, columns: int = 3
) -> np.ndarray:
    """Lay patches out in a square on white, each brought to ``side`` pixels; pixels stay visible.

    Args:
        patches: pictures ``(h, w, 3)``, uint8 or floats 0…255; one that was clipped keeps its
            proportions.

    Returns:
        uint8 ``(H, W, 3)``.

    Raises:
        ValueError: if there are no patches.
    """
    if not patches:
        raise ValueError("there are no patches to lay out.")
    rows = -(-len(patches) // columns)
    step = side + gap
    sheet = np.full((rows * step - gap, columns * step - gap, 3), 255, np.uint8)
    for k, patch in enumerate(patches):
        y, x = (step * n for n in divmod(k, columns))
        small = _fit(patch, side)
        sheet[y : y + small.shape[0], x : x + small.shape[1]] = small
    return sheet


def _fit(patch: np.ndarray, side: int) -> np.ndarray:
    pixels = np.clip(np.rint(patch), 0, 255).astype(np.uint8)
    scale = side / max(pixels.shape[:2])
    height, width = (max(1, round(n * scale)) for n in pixels.shape[:2])
    filter_ = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX
    return np.asarray(Image.fromarray(pixels).resize((width, height), filter_))


def filter_pictures(w: np.ndarray) -> list[np.ndarray]:
    """Return each first-layer filter of w ``(k, k, 3, F)`` as a picture: grey is 0.

    All filters share one scale, so that strong ones look strong.
    """
    if w.ndim != 4 or w.shape[2] != 3:
        raise ValueError(f"filters on colours have shape (k, k, 3, F), got {w.shape}.")
    scale = 127 / np.abs(w).max()
    return [
        np.rint(128 + scale * w[..., f]).clip(0, 255).astype(np.uint8) for f in range(w.shape[3])
    ]


def signed_picture(gradient: np.ndarray, percentile: float = 99.5) -> np.ndarray:
    """Return a gradient ``(H, W, 3)`` as a picture: grey is 0, the few largest values are cut."""
    top = np.percentile(np.abs(gradient), percentile) or 1.0
    return np.rint(128 + 127 * np.clip(gradient / top, -1, 1)).astype(np.uint8)
