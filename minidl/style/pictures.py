"""Pictures in and out: what ``transfer`` takes, at the sizes that it works at."""

from collections.abc import Sequence

import numpy as np

from minidl.datasets.images import resize

Size = int | tuple[int, int] | None


def as_pixels(picture: np.ndarray, name: str, dtype: np.dtype) -> np.ndarray:
    """Return a picture as floats 0…255, ``(1, H, W, 3)``; grey becomes three equal channels.

    Raises TypeError or ValueError, saying what to do, for anything that is not a picture.
    """
    if not isinstance(picture, np.ndarray):
        raise TypeError(
            f"{name} must be a picture as an array (H, W, 3), got {type(picture).__name__}: read a "
            "file with minidl.datasets.read_image(path)."
        )
    if picture.dtype != np.uint8 and picture.dtype.kind != "f":
        raise TypeError(f"{name} must be uint8 or float, 0…255, got {picture.dtype}.")
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=-1)
    if picture.ndim != 3 or picture.shape[-1] != 3 or picture.size == 0:
        raise ValueError(
            f"{name} must be one picture (H, W, 3) or (H, W), got shape {picture.shape}: take one "
            "of a batch with pictures[i], drop transparency with picture[..., :3]."
        )
    if picture.dtype.kind == "f":
        _check_range(picture, name)
    return picture.astype(dtype)[None]


def _check_range(picture: np.ndarray, name: str) -> None:
    low, high = float(picture.min()), float(picture.max())
    if not (low >= 0 and high <= 255):  # NaN included
        raise ValueError(f"{name} must lie in 0…255, got {low:g} … {high:g}.")
    if 0 < high <= 1:
        raise ValueError(
            f"{name} seems to lie in 0…1 (its largest value is {high:g}); pixels go from 0 to "
            f"255 here: give 255 * {name}."
        )


def to_bytes(pixels: np.ndarray) -> np.ndarray:
    """Return pixels ``(1, H, W, 3)`` as the picture that one sees, uint8 ``(H, W, 3)``."""
    return np.clip(np.rint(pixels[0]), 0, 255).astype(np.uint8)


def resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return pixels ``(1, H, W, 3)`` at another size, still within 0…255."""
    if pixels.shape[1:3] == size:
        return pixels
    return np.clip(resize(pixels[0], size), 0, 255).astype(pixels.dtype)[None]


def final_size(size: Size, pattern: np.ndarray | None) -> tuple[int, int]:
    """Return (height, width) of G from ``size`` and the picture that it takes after.

    A number is the length of the longer side; without a size G is as large as ``pattern``.
    """
    if size is None or _is_whole(size):
        if pattern is None:
            raise ValueError("without a content picture, say how large G is: size=(height, width).")
        shape = pattern.shape[1:3]
        return scaled_size(max(shape) if size is None else int(size), shape)
    if not isinstance(size, Sequence) or len(size) != 2 or not all(map(_is_whole, size)):
        raise ValueError(
            f"size must be (height, width), or one number for the longer side, got {size!r}."
        )
    return int(size[0]), int(size[1])


def scaled_size(longer: int, size: tuple[int, int]) -> tuple[int, int]:
    """Return ``size`` in the same proportions, ``longer`` pixels along its longer side."""
    height, width = (max(1, round(side * longer / max(size))) for side in size)
    return height, width


def coarse_to_fine(size: tuple[int, int], levels: int) -> list[tuple[int, int]]:
    """Return the sizes from coarse to fine, each twice the one before; the last is ``size``."""
    halvings = range(levels - 1, -1, -1)
    return [tuple(max(1, -(-side // 2**k)) for side in size) for k in halvings]


def _is_whole(value: object) -> bool:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and value >= 1
