"""Style pictures drawn by code: no two seeds alike, any size, free to use."""

from importlib import import_module

import numpy as np

from minidl.arguments import check_choice, check_seed, per_axis

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
    check_choice(name, "name", _STYLES)
    style = import_module(f"{__name__}.{name}")
    rng = np.random.default_rng(check_seed(seed))
    return style.paint(per_axis(size, 2, "size", SMALLEST), rng)


__all__ = ["SMALLEST", "names", "painting"]
