"""Checks of what ``transfer`` is given, and what is made of it."""

from collections.abc import Sequence

import numpy as np

from minidl.arguments import (
    check_choice,
    check_int,
    check_ints,
    check_number,
    check_seed,
    is_int,
    is_list,
)
from minidl.style.colours import recolour
from minidl.style.pictures import as_pixels, resized

NOISE = 20.0  # standard deviation in grey levels, around the middle grey


def as_weight(weight: float, name: str) -> float:
    """Return a weight as Python's float; refuse one that is negative, infinite or NaN."""
    return check_number(weight, name, 0, np.inf, open_high=True)


def steps_per_level(steps: int | Sequence[int], levels: int) -> list[int]:
    """Return the number of steps of each level, from coarse to fine."""
    levels = check_int(levels, "levels")
    counts = check_ints(steps, "steps", 0) * (levels if is_int(steps) else 1)
    if len(counts) != levels:
        raise ValueError(
            f"steps must be one number or {levels}, one for each level from coarse to fine, got "
            f"{steps!r}."
        )
    return list(counts)


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
