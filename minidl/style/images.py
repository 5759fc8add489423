"""Images in and out: what ``transfer`` takes, at the sizes and in the colours it works with."""

from collections.abc import Sequence

import numpy as np

from minidl.arguments import check_choice, check_seed, is_int, is_list, per_axis
from minidl.datasets.images import resize, target_size
from minidl.style.costs import as_weight

NOISE = 20.0  # standard deviation in grey levels, around the middle grey
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
    if size is not None and not is_int(size):
        return per_axis(size, 2, "size")
    if pattern is None:
        raise ValueError("without a content picture, say how large G is: size=(height, width).")
    shape = pattern.shape[1:3]
    return shape if size is None else target_size(size, shape)


def coarse_to_fine(size: tuple[int, int], levels: int) -> list[tuple[int, int]]:
    """Return the sizes from coarse to fine, each twice the one before; the last is ``size``."""
    halvings = range(levels - 1, -1, -1)
    return [tuple(max(1, -(-side // 2**k)) for side in size) for k in halvings]


def style_pixels(
    style: np.ndarray | Sequence[np.ndarray] | None,
    weights: Sequence[float] | None,
    keep_colours: bool,
    content: np.ndarray | None,
    dtype: np.dtype,
) -> tuple[list[np.ndarray], list[float]]:
    """Return the pixels of every style picture, and the share of each, which sum to 1."""
    if style is None and content is None:
        raise ValueError("give a content picture, a style picture, or both.")
    several = style.ndim == 4 if isinstance(style, np.ndarray) else is_list(style)
    pictures = [] if style is None else list(style) if several else [style]
    if style is not None and not pictures:
        raise ValueError("style is an empty list: give at least one picture, or None.")
    named = [("style" if len(pictures) == 1 else f"style[{i}]", p) for i, p in enumerate(pictures)]
    pixels = [as_pixels(picture, name, dtype) for name, picture in named]
    if keep_colours:
        if content is None:
            raise ValueError("keep_colours needs a content picture, whose colours to keep.")
        pixels = [recolour(p, like=content) for p in pixels]
    return pixels, _shares(weights, len(pixels))


def _shares(weights: Sequence[float] | None, count: int) -> list[float]:
    weights = [1.0] * count if weights is None else weights
    if not is_list(weights) or len(weights) != count:
        raise ValueError(f"{count} style pictures need as many style_weights, got {weights!r}.")
    weights = [as_weight(weight, f"style_weights[{i}]") for i, weight in enumerate(weights)]
    if count and sum(weights) == 0:
        raise ValueError("style_weights are all 0: give style=None for content alone.")
    return [weight / sum(weights) for weight in weights]


def start_pixels(
    start: str | np.ndarray,
    size: tuple[int, int],
    content: np.ndarray | None,
    seed: int,
    dtype: np.dtype,
) -> np.ndarray:
    """Return the first G ``(1, H, W, 3)``: weak noise on grey, the content, or a given picture."""
    if isinstance(start, np.ndarray):
        return resized(as_pixels(start, "start", dtype), size)
    check_choice(start, "start", ("noise", "content"))
    if start == "content":
        if content is None:
            raise ValueError('start="content" needs a content picture: begin from "noise".')
        return resized(content, size)
    noise = np.random.default_rng(check_seed(seed)).normal(127.5, NOISE, (1, *size, 3))
    return np.clip(noise, 0, 255).astype(dtype)


def recolour(picture: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Return a picture with the mean colour and the covariance of colours of another one.

    The colours p become A·(p − mean) + mean′ with A = Σ′^½·Σ^−½, the symmetric map that takes one
    covariance Σ to the other Σ′ (Gatys and others, 2017, "Controlling perceptual factors").

    Args:
        picture, like: pixels 0…255 ``(1, H, W, 3)``, of any two sizes.

    Returns:
        The recoloured picture, within 0…255.
    """
    p, q = (image.reshape(-1, 3).astype(np.float64) for image in (picture, like))
    change = _power(np.cov(q.T), 0.5) @ _power(np.cov(p.T), -0.5)
    colours = (p - p.mean(axis=0)) @ change.T + q.mean(axis=0)
    return np.clip(colours, 0, 255).astype(picture.dtype).reshape(picture.shape)


def _power(covariance: np.ndarray, exponent: float) -> np.ndarray:
    """A power of a covariance matrix; variances below one grey level count as one."""
    variances, axes = np.linalg.eigh(covariance)
    return axes * np.maximum(variances, 1.0) ** exponent @ axes.T
