"""A brush: strokes of thick paint that bend with a flow field and show their bristles."""

import numpy as np

from minidl.datasets.paintings.canvas import Canvas


def strokes(
    canvas: Canvas,
    picture: np.ndarray,
    relief: np.ndarray,
    colour: np.ndarray,
    angle: np.ndarray,
    shape: tuple[float, float],
    cover: float,
    rng: np.random.Generator,
) -> None:
    """Paint ``colour`` (H, W, 3) on ``picture`` (H, W, 3) and ``relief`` (H, W), in place.

    Each stroke, about ``shape`` = (length, width), takes its colour from its middle and follows
    ``angle`` (H, W). There are enough of them to paint the canvas ``cover`` times.
    """
    length, width = shape
    number = int(cover / (length * width * 1.2))
    x, y = rng.uniform(0, canvas.width, number), rng.uniform(0, canvas.height, number)
    middle = canvas.index(x, y)
    heading = angle[middle]
    reach = length * rng.uniform(0.35, 0.55, number)
    wide = width * rng.uniform(0.36, 0.6, number)
    cos, sin = np.cos(heading), np.sin(heading)
    ahead = angle[canvas.index(x + reach * cos, y + reach * sin)]
    behind = angle[canvas.index(x - reach * cos, y - reach * sin)]
    bend = np.sin(ahead - behind) / (4 * reach)
    paint = colour[middle] * rng.uniform(0.88, 1.14, (number, 1))
    paint = (paint + rng.normal(0, 0.028, (number, 3))).astype(np.float32)
    radius = np.hypot(reach, wide) + np.abs(bend) * reach**2 + canvas.pixel
    top, left = canvas.index(x - radius, y - radius)
    bottom, right = canvas.index(x + radius, y + radius)
    bristles = _bristles(rng)
    columns = (x, y, cos, sin, bend, reach, wide, top, bottom, left, right)
    rows = zip(*(column.tolist() for column in columns), paint, strict=True)
    for i, (x, y, cos, sin, bend, reach, wide, top, bottom, left, right, paint) in enumerate(rows):
        box = slice(top, bottom + 1), slice(left, right + 1)
        dx, dy = canvas.x[0, box[1]] - x, canvas.y[box[0], :1] - y
        along = dx * cos + dy * sin
        across = (dy * cos - dx * sin - bend * along * along) * (1 / wide)
        along *= 1 / reach
        places = (across * 11 + 37 * i).astype(np.int32), (along * 6 + 11 * i).astype(np.int32)
        hair = bristles[places[0] & 255, places[1] & 63]
        body = _touch(along, across, hair)
        ridge = np.clip(1 - 25 * (np.abs(across) - 0.82) ** 2, 0, 1)
        thick = width * (0.34 + 0.16 * hair + 0.22 * ridge + 0.10 * along)
        below = picture[box]
        below += (0.94 * body)[..., None] * (paint * (1 + 0.11 * hair)[..., None] - below)
        below = relief[box]
        below += body * (thick - 0.55 * below)


def _touch(along, across, hair):
    """How well the brush covers: less beyond its ends and sides, raggedly, hair by hair."""
    ends = 4.1 * (1 - np.abs(along)) + 0.66 * hair
    sides = 3.1 * (1 - np.abs(across)) + 0.31 * hair
    return np.clip(ends, 0, 1) * np.clip(sides, 0, 1)


def _bristles(rng):
    """Relief of a brush: 256 hairs across, changing slowly over 64 places along; spread 1."""
    hairs = rng.standard_normal((256, 1)) + 0.5 * rng.standard_normal((256, 64))
    for axis in (0, 1):
        hairs = 0.5 * hairs + 0.25 * (np.roll(hairs, 1, axis) + np.roll(hairs, -1, axis))
    return (hairs / hairs.std()).astype(np.float32)
