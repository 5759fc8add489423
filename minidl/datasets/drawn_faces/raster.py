"""A stack of small pictures painted together, one NumPy operation for all of them.

Every shape is a signed distance: negative inside, in the units of a face, so that its edge can be
smoothed over exactly one pixel. Columns of parameters have shape (n, 1, 1), planes (n, H, W).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


class Columns:
    """The fields of a structured array as attributes of shape (n, 1, 1); colours (3, n, 1, 1)."""

    def __init__(self, table: np.ndarray) -> None:
        self._table = table

    def __getattr__(self, name: str) -> np.ndarray:
        values = self._table[name]
        if values.ndim == 2:
            return np.ascontiguousarray(values.T)[:, :, None, None]
        return values[:, None, None]

    def only(self, which: np.ndarray) -> "Columns":
        """The rows where ``which`` (n,) is true."""
        return Columns(self._table[which])


class Raster:
    """The colours painted so far, ``planes`` (3, n, H, W), and the ``figure`` that stands out.

    ``figure`` (n, H, W) is 1 where a person is and 0 where the wall is seen; ``pixel`` (n, 1, 1) is
    the size of a pixel.
    """

    def __init__(self, planes: np.ndarray, figure: np.ndarray, pixel: np.ndarray) -> None:
        self.planes, self.figure, self.pixel = planes, figure, pixel

    @contextmanager
    def only(self, which: np.ndarray) -> Iterator["Raster"]:
        """The pictures where ``which`` (n,) is true; what is drawn on them is kept here."""
        part = Raster(self.planes[:, which], self.figure[which], self.pixel[which])
        yield part
        self.planes[:, which], self.figure[which] = part.planes, part.figure

    def cover(self, distance: np.ndarray, softness: float = 1.0) -> np.ndarray:
        """How much of each pixel lies inside a shape, 0…1; ``softness`` widens the edge."""
        cover = distance * (-1 / (self.pixel * softness))
        cover += np.float32(0.5)
        return np.clip(cover, 0, 1, out=cover)

    def lay(self, cover: np.ndarray, colour: np.ndarray) -> None:
        """Paint a colour (three planes or columns) as thickly as ``cover`` says."""
        for plane, value in zip(self.planes, colour, strict=True):
            plane += cover * (value - plane)

    def lay_solid(self, cover: np.ndarray, colour: np.ndarray) -> None:
        """Paint a part of the figure, which hides the wall."""
        np.maximum(self.figure, cover, out=self.figure)
        self.lay(cover, colour)

    def tone(self, factor: np.ndarray) -> None:
        """Make what is painted darker (factor < 1) or lighter."""
        self.planes *= factor

    def blur(self, amount: np.ndarray) -> None:
        """Blur with taps (amount, 1, amount)/(1 + 2·amount) along both axes, edges repeated."""
        side = amount / (1 + 2 * amount)
        for plane in self.planes:
            for axis in (1, 2):
                along = plane.swapaxes(1, axis)
                padded = np.pad(along, ((0, 0), (1, 1), (0, 0)), mode="edge")
                along += side * (padded[:, :-2] + padded[:, 2:] - 2 * along)


def ellipse(x: np.ndarray, y: np.ndarray, rx: np.ndarray, ry: np.ndarray) -> np.ndarray:
    """About the signed distance to an ellipse around the origin (exact for a circle)."""
    u, v = x / rx, y / ry
    return (np.sqrt(u * u + v * v) - 1) * np.minimum(rx, ry)
