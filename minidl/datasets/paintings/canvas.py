"""What every painting needs: coordinates, smooth noise, colours and layers of paint.

Coordinates measure the picture so that its area is 1, whatever its size in pixels: the same seed
gives the same painting at every resolution.
"""

from collections.abc import Callable

import numpy as np
from scipy import ndimage

LATTICE, FINER = 64, 4  # random numbers along each side, and places stored from one to the next


def _smoothing() -> np.ndarray:
    """The matrix of periodic cubic splines from LATTICE to LATTICE · FINER places."""
    places = np.arange(LATTICE * FINER) / FINER
    columns = [
        ndimage.map_coordinates(unit, [places], order=3, mode="grid-wrap")
        for unit in np.eye(LATTICE)
    ]
    return np.stack(columns, axis=1)


_SMOOTH = _smoothing()

Field = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Canvas:
    """The pixel centres of a picture: ``x`` and ``y`` (H, W), ``width`` · ``height`` = 1."""

    def __init__(self, size: tuple[int, int]) -> None:
        rows, columns = size
        self.pixel = 1.0 / np.sqrt(rows * columns)
        self.size, self.height, self.width = size, rows * self.pixel, columns * self.pixel
        centres = np.indices(size, np.float32) + np.float32(0.5)
        self.y, self.x = centres * np.float32(self.pixel)

    def index(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Row and column of the pixels nearest to points, clipped to the picture."""
        rows = np.clip((np.asarray(y) / self.pixel).astype(int), 0, self.size[0] - 1)
        columns = np.clip((np.asarray(x) / self.pixel).astype(int), 0, self.size[1] - 1)
        return rows, columns

    def box(self, left: float, right: float, top: float, bottom: float) -> tuple[slice, slice]:
        """The rows and columns between these coordinates, at least one of each."""
        rows, columns = self.index([left, right], [top, bottom])
        return slice(rows[0], rows[1] + 1), slice(columns[0], columns[1] + 1)


def noise(rng: np.random.Generator, cells: float = 4.0, octaves: int = 4) -> Field:
    """A smooth random function of (x, y) with mean 0 and standard deviation about 1.

    ``cells`` bumps to the unit of length, and ``octaves`` layers, each twice as fine and half as
    strong as the one before.
    """
    lattices = _SMOOTH @ rng.standard_normal((octaves, LATTICE, LATTICE)) @ _SMOOTH.T
    strength = 0.5 ** np.arange(octaves)
    strength /= np.sqrt((strength**2).sum())
    lattices = (lattices * (strength / lattices.std(axis=(1, 2)))[:, None, None]).astype(np.float32)

    def value(x, y):
        x, y = np.broadcast_arrays(np.asarray(x, np.float32), np.asarray(y, np.float32))
        total = np.zeros(x.shape, np.float32)
        for octave, lattice in enumerate(lattices):
            places = np.stack([y, x]) * np.float32(FINER * cells * 2**octave)
            total += ndimage.map_coordinates(lattice, places, order=1, mode="grid-wrap")
        return total

    return value


def step(distance: np.ndarray, softness: float) -> np.ndarray:
    """0 below −softness, 1 above softness, and a smooth rise between (the edge of a shape)."""
    t = np.clip(distance / (2 * softness) + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def ramp(colours: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The colour at ``t`` in 0…1 along evenly spaced ``colours``; shape of t + (3,)."""
    knots = np.linspace(0, 1, len(colours))
    return np.stack([np.interp(t, knots, colours[:, c]) for c in range(3)], -1).astype(np.float32)


def blend(below: np.ndarray, above: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """Lay ``above`` over ``below`` where ``cover`` (H, W) is 1."""
    return below + np.asarray(cover)[..., None] * (above - below)


def shade(height: np.ndarray, pixel: float, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Light from the upper left on a relief: (diffuse, −1…1; gloss, 0…1), each (H, W)."""
    down, right = np.gradient(height, pixel)
    slope = -(down + right) * (strength / np.sqrt(2))
    diffuse = slope / np.sqrt(1 + slope**2)
    gloss = np.clip(diffuse - 0.45, 0, None) ** 2 * 3
    return diffuse, gloss


def to_uint8(colour: np.ndarray) -> np.ndarray:
    """Colours in 0…1 as uint8."""
    return np.rint(np.clip(colour, 0, 1) * 255).astype(np.uint8)
