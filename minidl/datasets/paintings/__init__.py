"""Style pictures drawn by code: no two seeds alike, any size, free to use."""

from importlib import import_module

import numpy as np

_STYLES = ("impasto", "mosaic", "woodcut", "pointillism", "stained_glass", "watercolour")
SMALLEST = 16  # pixels a side: below that there is nothing to see


def names() -> tuple[str, ...]:
    """The styles that ``painting`` knows."""
    return _STYLES


def painting(name: str, size: tuple[int, int] = (256, 256), seed: int = 0) -> np.ndarray:
    """Draw a picture in the named style as uint8 RGB (H, W, 3), size = (height, width) in pixels.

    The same seed gives the same bits, and at other sizes of the same proportions the same picture
    coarser or finer. Raises ValueError for an unknown name or a side below 16 pixels.
    """
    if name not in _STYLES:
        raise ValueError(f"there is no style {name!r}. Choose one of: {', '.join(_STYLES)}")
    sides = tuple(size) if np.iterable(size) else (size,)
    whole = all(isinstance(side, (int, np.integer)) for side in sides)
    if len(sides) != 2 or not whole or min(sides) < SMALLEST:
        raise ValueError(f"size must be (height, width), each at least {SMALLEST}, got {size!r}")
    style = import_module(f"{__name__}.{name}")
    return style.paint((int(sides[0]), int(sides[1])), np.random.default_rng(seed))


__all__ = ["SMALLEST", "names", "painting"]
