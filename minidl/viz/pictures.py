"""Pictures in a grid, in exactly the colours that their arrays say."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


def pictures(
    images: Sequence[np.ndarray] | np.ndarray,
    *,
    titles: Sequence[str] | None = None,
    columns: int | None = None,
    size: float = 1.6,
) -> Figure:
    """Lay pictures out in a grid, each pixel in exactly the colour that the array says.

    images: (H, W), (H, W, 1) or (H, W, 3) each; uint8, booleans, floats in 0…1, or floats in 0…255
    (taken to be so if any number in any picture is above 1). No contrast is stretched and nothing
    is clipped: ValueError for numbers outside of 0…255 and for other shapes.
    titles: one for each picture. columns: pictures in a row. size: inches of a picture's side.
    """
    ready = _as_bytes(images)
    if titles is not None and len(titles) != len(ready):
        raise ValueError(f"{len(titles)} titles for {len(ready)} pictures: give one for each")
    columns = min(columns or 8, len(ready))
    rows = -(-len(ready) // columns)
    extra = 0.3 if titles is not None else 0.0
    fig, axes = plt.subplots(
        rows,
        columns,
        figsize=(size * columns, (size + extra) * rows),
        squeeze=False,
        layout="constrained",
    )
    for axis in axes.flat:
        axis.set_axis_off()
    for i, (axis, image) in enumerate(zip(axes.flat, ready, strict=False)):
        axis.imshow(image)
        axis.set_title(titles[i] if titles is not None else "", fontsize=10)
    return fig


def _as_bytes(images: Sequence[np.ndarray] | np.ndarray) -> list[np.ndarray]:
    """Every picture as uint8, (H, W, 3): the grey colour map would be off by one here and there."""
    arrays = [np.asarray(image) for image in images]
    if not arrays:
        raise ValueError("there is no picture to show")
    for array in arrays:
        if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3)):
            raise ValueError(f"a picture is (H, W), (H, W, 1) or (H, W, 3), not {array.shape}")
        if array.size and not (array.min() >= 0 and array.max() <= 255):
            raise ValueError(
                f"a picture's numbers lie in 0…1 or 0…255, not in {array.min():.4g}…"
                f"{array.max():.4g}; to look at other numbers, use a colour map with its scale"
            )
    floats = [array for array in arrays if array.dtype.kind == "f" and array.size]
    scale = 1 if any(array.max() > 1 for array in floats) else 255
    arrays = [a * 255 if a.dtype.kind == "b" else a for a in arrays]
    arrays = [np.rint(a * scale) if a.dtype.kind == "f" else a for a in arrays]
    arrays = [a[:, :, None] if a.ndim == 2 else a for a in arrays]
    return [np.broadcast_to(a, (*a.shape[:2], 3)).astype(np.uint8) for a in arrays]
