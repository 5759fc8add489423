"""A grid of pictures: a unit's nine patches, and a layer's filters, as one picture to look at."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from minidl.arguments import check_int, check_numbers, is_list

FRAME = ((0, 0, 0), (240, 228, 66))  # a dark line and a bright one: seen on any picture
SMALLEST_FRAME = 8  # pixels of the grid
GAP = 2  # pixels between two patches
PERCENTILE = 99.5  # of a gradient's sizes, at which a picture of it is cut


def image_grid(
    patches: Sequence[np.ndarray],
    *,
    frames: Sequence[tuple[slice, slice]] | None = None,
    side: int = 44,
    columns: int = 3,
) -> np.ndarray:
    """Lay patches out in a square on white, each brought to ``side`` pixels; pixels stay visible.

    Args:
        patches: pictures ``(h, w, 3)``, uint8 or floats 0…255; one that was clipped keeps its
            proportions.
        frames: for each of them the part to draw a frame around, as slices: see
            ``TopPatches.where``.

    Returns:
        uint8 ``(H, W, 3)``.

    Raises:
        ValueError: if there are no patches, or not as many frames.
    """
    if not is_list(patches) or not len(patches):
        raise ValueError("there are no patches to lay out: give a list of pictures.")
    patches = [_checked(patch, f"patches[{k}]") for k, patch in enumerate(patches)]
    side, columns = check_int(side, "side"), check_int(columns, "columns")
    if frames is not None and (not is_list(frames) or len(frames) != len(patches)):
        raise ValueError(f"frames must be {len(patches)}, one for each patch, got {frames!r}.")
    rows = -(-len(patches) // columns)
    step = side + GAP
    grid = np.full((rows * step - GAP, columns * step - GAP, 3), 255, np.uint8)
    for k, patch in enumerate(patches):
        if patch.size == 0:
            continue  # a unit that saw nothing but padding
        y, x = (step * n for n in divmod(k, columns))
        small = _fit(patch, side)
        if frames is not None:
            _draw_frame(small, frames[k], small.shape[0] / patch.shape[0])
        grid[y : y + small.shape[0], x : x + small.shape[1]] = small
    return grid


def _checked(patch: np.ndarray, name: str) -> np.ndarray:
    pixels = check_numbers(patch, name)
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"{name} must be a picture (h, w, 3), got shape {pixels.shape}.")
    return pixels


def _fit(patch: np.ndarray, side: int) -> np.ndarray:
    pixels = np.clip(np.rint(patch), 0, 255).astype(np.uint8)
    scale = side / max(pixels.shape[:2])
    height, width = (max(1, round(n * scale)) for n in pixels.shape[:2])
    filter_ = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX
    return np.array(Image.fromarray(pixels).resize((width, height), filter_))


def _draw_frame(picture: np.ndarray, where: tuple[slice, slice], scale: float) -> None:
    """Draw a frame just inside a part of the picture, which is given in pixels before scaling."""
    if not is_list(where) or not all(isinstance(part, slice) for part in where):
        raise ValueError(f"frames must be pairs of slices (rows, columns), got {where!r}.")
    rows, columns = (
        _at_least(SMALLEST_FRAME, round(part.start * scale), round(part.stop * scale), length)
        for part, length in zip(where, picture.shape, strict=False)
    )
    for inset, colour in enumerate(FRAME):
        part = picture[rows[0] + inset : rows[1] - inset, columns[0] + inset : columns[1] - inset]
        part[[0, -1]] = colour
        part[:, [0, -1]] = colour


def _at_least(size: int, start: int, stop: int, length: int) -> tuple[int, int]:
    """Widen start … stop to a size, within 0 … length: a smaller frame could not be seen."""
    missing = max(size - (stop - start), 0)
    start = min(max(start - missing // 2, 0), max(length - size, 0))
    return start, max(stop, min(start + size, length))


def filter_pictures(w: np.ndarray) -> list[np.ndarray]:
    """Return each first-layer filter of w ``(k, k, 3, F)`` as a picture: grey is 0.

    All filters share one scale, so that strong ones look strong.
    """
    w = check_numbers(w, "w")
    if w.ndim != 4 or w.shape[2] != 3 or w.size == 0:
        raise ValueError(f"w must be filters on colours (k, k, 3, F), got {w.shape}.")
    scale = 127 / (np.abs(w).max() or 1)
    return [
        np.rint(128 + scale * w[..., f]).clip(0, 255).astype(np.uint8) for f in range(w.shape[3])
    ]


def signed_picture(gradient: np.ndarray) -> np.ndarray:
    """Return a gradient ``(H, W, 3)`` as a picture: grey is 0, the few largest values are cut."""
    gradient = _checked(gradient, "gradient")
    if not gradient.size:
        raise ValueError(f"gradient must not be empty, got shape {gradient.shape}.")
    top = np.percentile(np.abs(gradient), PERCENTILE) or 1.0
    return np.rint(128 + 127 * np.clip(gradient / top, -1, 1)).astype(np.uint8)
