"""Drawn shapes in any place, size and colour: small pictures to learn classes from.

Every shape is a function of the plane that is negative inside, positive outside and grows like a
distance near the edge; the edge of the drawn shape is as smooth as that distance.
"""

from collections.abc import Callable
from math import cos, hypot, pi, sin

import numpy as np

from minidl.arguments import check_int, check_seed

Plane = np.ndarray


def circle(x: Plane, y: Plane) -> Plane:
    """A disc."""
    return np.hypot(x, y) - 0.85


def ring(x: Plane, y: Plane) -> Plane:
    """A disc with a hole."""
    return np.abs(np.hypot(x, y) - 0.7) - 0.2


def square(x: Plane, y: Plane) -> Plane:
    """A square."""
    return _box(x, y, 0.7, 0.7)


def triangle(x: Plane, y: Plane) -> Plane:
    """A triangle with equal sides: the part common to three half-planes."""
    sides = (cos(a) * x + sin(a) * y for a in (pi / 2, pi * 7 / 6, pi * 11 / 6))
    return np.maximum.reduce(list(sides)) - 0.46


def star(x: Plane, y: Plane) -> Plane:
    """A star with five points: one edge, folded over ten times."""
    angle = np.abs((np.arctan2(x, -y) + pi / 5) % (2 * pi / 5) - pi / 5)
    x, y = np.hypot(x, y) * np.cos(angle), np.hypot(x, y) * np.sin(angle)
    tip, dent = 1.0, 0.42
    along = (dent * cos(pi / 5) - tip, dent * sin(pi / 5))
    return ((x - tip) * along[1] - y * along[0]) / hypot(*along)


def cross(x: Plane, y: Plane) -> Plane:
    """Two bars of one length."""
    return np.minimum(_box(x, y, 0.9, 0.28), _box(x, y, 0.28, 0.9))


def heart(x: Plane, y: Plane) -> Plane:
    """A square on its corner, and a disc on each of its upper sides."""
    half = 0.49
    side, y = half / np.sqrt(2), y + 0.1
    diamond = (np.abs(x) + np.abs(y)) / np.sqrt(2) - half
    lobes = np.hypot(np.abs(x) - side, y + side) - half
    return np.minimum(diamond, lobes)


def crescent(x: Plane, y: Plane) -> Plane:
    """A disc without the part that another disc covers."""
    return np.maximum(np.hypot(x, y) - 0.9, 0.72 - np.hypot(x - 0.42, y))


def drop(x: Plane, y: Plane) -> Plane:
    """A disc, and the cone that touches it."""
    radius, tip = 0.55, 1.3  # of the disc; from its centre to the tip
    y = y - 0.35
    slant = radius / tip
    cone = np.abs(x) * np.sqrt(1 - slant**2) - (y + tip) * slant
    return np.minimum(np.hypot(x, y) - radius, np.maximum(cone, y + radius * slant))


def arrow(x: Plane, y: Plane) -> Plane:
    """A triangle on a bar."""
    head = np.maximum(np.abs(x) * 0.8 - (y + 0.95) * 0.6, y)
    return np.minimum(head, _box(x, y - 0.4, 0.2, 0.5))


def _box(x: Plane, y: Plane, width: float, height: float) -> Plane:
    return np.maximum(np.abs(x) - width, np.abs(y) - height)


DRAWERS: tuple[Callable[[Plane, Plane], Plane], ...] = (
    circle, ring, square, triangle, star, cross, heart, crescent, drop, arrow,
)  # fmt: skip
SHAPES = tuple(drawer.__name__ for drawer in DRAWERS)


def shapes(count: int, *, size: int = 24, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw ``count`` pictures, one shape in each, and return them with their classes.

    Place, size, tilt (up to 20°), colours and noise are drawn afresh for each picture; the shape is
    lighter than the middle of its ground. Classes are as evenly filled as can be, in random order.
    Pictures are uint8 ``(count, size, size, 3)``, labels int64 ``(count,)``: positions in
    ``SHAPES``. Raises ValueError if count is negative or size below 16.
    """
    labels, cover, rng = _outlines(count, size, seed)
    ground, paint = _colours(len(labels), size, rng)
    pictures = ground + cover[..., None] * (paint - ground)
    grain = rng.uniform(0.01, 0.07, (len(labels), 1, 1, 1)).astype(np.float32)
    pictures += grain * rng.standard_normal(pictures.shape, np.float32)
    return np.rint(np.clip(pictures, 0, 1) * 255).astype(np.uint8), labels


def covers(count: int, *, size: int = 24, seed: int = 0) -> np.ndarray:
    """Return where the shapes lie in the pictures that `shapes` draws with the same arguments.

    That is how much of each pixel the shape covers, 0 … 1, float32 ``(count, size, size)``.
    """
    return _outlines(count, size, seed)[1]


def _outlines(
    count: int, size: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """The labels, what their shapes cover, and the generator that draws the rest."""
    count, size = check_int(count, "count", 0), check_int(size, "size", 16)
    rng = np.random.default_rng(check_seed(seed))
    labels = rng.permutation(np.arange(count) % len(SHAPES))
    return labels, _cover(labels, size, rng), rng


def _cover(labels: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """How much of each pixel the shape covers, 0 … 1, ``(N, size, size)`` float32."""
    radius = rng.uniform(0.28, 0.42, len(labels)) * size
    tilt = rng.uniform(-pi / 9, pi / 9, len(labels))
    centre = size / 2 + rng.uniform(-1, 1, (2, len(labels))) * (size / 2 - radius)
    cover = np.empty((len(labels), size, size), np.float32)
    pixels = np.arange(size, dtype=np.float32) + np.float32(0.5)
    for i, label in enumerate(labels):
        c, s = np.cos(tilt[i]) / radius[i], np.sin(tilt[i]) / radius[i]
        x, y = pixels - centre[0, i], (pixels - centre[1, i])[:, None]
        distance = DRAWERS[label](c * x + s * y, c * y - s * x) * radius[i]
        cover[i] = np.clip(0.5 - distance, 0, 1)
    return cover


def _colours(count: int, size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The ground ``(N, size, size, 3)``, from one colour to another, and the shape's colour."""
    ends = rng.uniform(0.05, 0.5, (2, count, 1, 1, 3))
    angle = rng.uniform(0, 2 * pi, (count, 1, 1))
    line = np.linspace(-0.5, 0.5, size)
    share = 0.5 + (np.cos(angle) * line + np.sin(angle) * line[:, None]) / np.sqrt(2)
    ground = ends[0] + share[..., None] * (ends[1] - ends[0])
    middle = ends.mean(axis=0)
    away = rng.standard_normal((count, 1, 1, 3))
    away *= np.sign(away.sum(axis=-1, keepdims=True))
    away *= rng.uniform(0.35, 0.7, (count, 1, 1, 1)) / np.linalg.norm(away, axis=-1, keepdims=True)
    return ground.astype(np.float32), np.clip(middle + away, 0, 1).astype(np.float32)
