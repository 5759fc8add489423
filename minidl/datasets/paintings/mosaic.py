"""A mosaic of small stones laid along the outlines: a sun over the sea, and fish."""

import numpy as np

from minidl.datasets.colours import rgb
from minidl.datasets.paintings.canvas import Canvas, noise, ramp, shade, step, to_uint8
from minidl.datasets.paintings.cells import seams, voronoi

GOLD = rgb("b8862b", "d9a93a", "efcf72", "f7e7b4")
SUN = rgb("8e1f1d", "c23b22", "e2702a", "f0a83a", "f9dc7d")
SEA = rgb("0d2348", "154577", "1c6d9a", "2f9aa8", "7cc7b8", "e4efe0")
FISH = rgb("7c1c1c", "c8452b", "ec9a4d", "f8e6c0", "263238")
FRAME = rgb("6d1a1f", "f3e3bd", "123a5e")
GROUT = rgb("2b211c")[0]

STONE = 1 / 54  # side of a stone; the picture's area is 1


def paint(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """The mosaic as uint8 (H, W, 3)."""
    canvas = Canvas(size)
    scene = _Scene(canvas.width, canvas.height, rng)
    sites = _lay_stones(canvas, scene, rng)
    colour, angle, _ = scene(sites[:, 0], sites[:, 1])
    stone, (u, v), gap = voronoi(sites, angle, canvas.x, canvas.y)
    side = STONE * rng.uniform(0.39, 0.47, len(sites))
    edge = np.minimum(side[stone] - np.maximum(np.abs(u), np.abs(v)), gap / 2 - 0.035 * STONE)
    grain = noise(rng, 60, 3)(canvas.x, canvas.y)
    colour = colour * rng.uniform(0.80, 1.16, (len(sites), 1))
    colour += rng.normal(0, 0.025, (len(sites), 3))
    tilt = rng.normal(0, 5.0, (2, len(sites)))
    light = 1 + u * tilt[0][stone] + v * tilt[1][stone] + 0.05 * grain
    body = step(edge + 0.02 * STONE * grain, 0.8 * canvas.pixel)
    relief = np.minimum(np.clip(edge, 0, None), 0.16 * STONE) * 3
    diffuse, gloss = shade(relief + 0.0006 * grain, canvas.pixel, 0.35)
    glint = (rng.random(len(sites)) < 0.06)[stone] * 0.14
    stones = colour[stone] * (light + 0.34 * diffuse + glint)[..., None] + 0.25 * gloss[..., None]
    mortar = GROUT * (1 + 0.25 * grain[..., None])
    return to_uint8(mortar + body[..., None] * (stones - mortar))


class _Scene:
    """What is where: ``scene(x, y)`` gives colours, the direction of the rows, and a region."""

    def __init__(self, width, height, rng):
        self.width, self.height = width, height
        self.sun = rng.uniform(0.36, 0.64) * width, rng.uniform(0.30, 0.36) * height, 0.17
        self.phase = rng.uniform(0, 2 * np.pi, 8)
        self.tint = noise(rng, 5, 2)
        self.fish = [
            (rng.uniform(0.30, 0.40) * width, 0.71 * height, 0.175, rng.uniform(-0.3, 0.1)),
            (rng.uniform(0.62, 0.70) * width, 0.86 * height, -0.15, rng.uniform(-0.1, 0.3)),
        ]

    def __call__(self, x, y):
        tint = 0.5 * self.tint(x, y)
        region, tone, along = self._sky(x, y)
        colour = np.where((region == 0)[..., None], ramp(GOLD, tone + 0.2 * tint), ramp(SUN, tone))
        for layer in range(6):
            deep, wave_along = self._wave(x, y, layer)
            inside = deep > 0
            bands = np.where(deep < STONE * 1.05, 1.0, 0.72 - 0.085 * layer - deep * 2.4)
            shades = ramp(SEA, bands + 0.12 * tint)
            region, along = np.where(inside, 3 + layer, region), np.where(inside, wave_along, along)
            colour = np.where(inside[..., None], shades, colour)
        for number, place in enumerate(self.fish):
            inside, shades, fish_along = _fish(x, y, *place)
            region = np.where(inside, 20 + number, region)
            along = np.where(inside, fish_along, along)
            colour = np.where(inside[..., None], shades, colour)
        edge = np.minimum(np.minimum(x, self.width - x), np.minimum(y, self.height - y))
        frame = edge < 3 * STONE
        sideways = np.minimum(x, self.width - x) < np.minimum(y, self.height - y)
        row = (edge / STONE).astype(int)
        every = ((np.where(sideways, y, x) / (2 * STONE)).astype(int) % 2) * 2
        shades = FRAME[np.where(row == 1, np.where(every == 0, 1, 0), np.where(row == 0, 0, 2))]
        colour = np.where(frame[..., None], shades, colour)
        return colour, np.where(frame, 0.0, along), np.where(frame, 40 + row, region)

    def _sky(self, x, y):
        dx, dy = x - self.sun[0], y - self.sun[1]
        far, turn = np.hypot(dx, dy) / self.sun[2], np.arctan2(dy, dx)
        spoke = 0.5 + 0.5 * np.cos(16 * turn + self.phase[0])
        reach = 1.05 + 0.55 * spoke**1.5
        region = np.where(far < reach, np.where(far < 1, 1, 2), 0)
        face = np.select([far < 0.36, far < 0.62, far < 0.82], [0.95, 0.35, 0.75], 0.05)
        ray = 0.25 + 0.5 * (far - 1)
        sky = 0.55 - 0.36 * np.cos(far * 6.3) * np.exp(-0.1 * far)
        tone = np.where(region == 0, sky, np.where(region == 1, face, ray))
        return region, tone, turn

    def _wave(self, x, y, layer):
        pitch = 0.26 + 0.03 * layer
        arch = np.mod(x / pitch + self.phase[layer + 1], 1.0) - 0.5
        top = 0.55 * self.height + 0.082 * layer * self.height - 0.062 * np.cos(np.pi * arch) + 0.03
        slope = 0.062 * np.pi / pitch * np.sin(np.pi * arch)
        return y - top, np.arctan2(slope, np.ones_like(slope))


def _fish(x, y, cx, cy, length, turn):
    """A fish as the overlap of two discs, with a forked tail: inside, colours, row direction."""
    size = abs(length)
    dx, dy = (x - cx) / length, (y - cy) / size
    dx, dy = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
    body = 1.35 - np.hypot(dx, np.abs(dy) + 0.90)
    back = -dx - 0.80
    tail = np.minimum(np.minimum(back, 0.62 - back), 0.08 + 0.78 * back - np.abs(dy))
    tail = np.minimum(tail, np.abs(dy) - 0.55 * (back - 0.30))
    inside = (body > 0) | (tail > 0)
    scales = np.cos(15 * (dx + 0.5 * np.abs(dy)))
    pick = np.where(scales > 0, 1, 2)
    pick = np.where(dy > 0.12, 3, pick)
    pick = np.where(dx > 0.45, 2, pick)
    pick = np.where(body < 0.13, 0, pick)
    eye = np.hypot(dx - 0.66, dy + 0.06)
    pick = np.where(eye < 0.16, 3, pick)
    pick = np.where(eye < 0.09, 4, pick)
    slope = np.where(body > 0, -np.sign(dy) * dx * 0.8, 0.6 * np.sign(dy) * np.sign(dx))
    return inside, FISH[pick], np.sign(length) * (np.arctan(slope) + turn)


def _lay_stones(canvas, scene, rng, rounds=7):
    """Places of the stones: Lloyd's method with square cells turned along the rows.

    Pixels at an outline belong to no cell, so that stones move off the outlines (Hausner 2001).
    """
    rows, columns = round(canvas.height / STONE), round(canvas.width / STONE)
    y, x = np.indices((rows, columns)).reshape(2, -1) + 0.5
    sites = np.stack([x * canvas.width / columns, y * canvas.height / rows], axis=1)
    sites += rng.uniform(-0.3, 0.3, sites.shape) * STONE
    coarse = Canvas((round(5 * canvas.height / STONE), round(5 * canvas.width / STONE)))
    region = scene(coarse.x, coarse.y)[2]
    free = ~seams(region)
    x, y = coarse.x[free], coarse.y[free]
    for _ in range(rounds):
        angle = scene(sites[:, 0], sites[:, 1])[1]
        owner, _, _ = voronoi(sites, angle, x, y, candidates=4)
        count = np.bincount(owner, minlength=len(sites))
        sums = [np.bincount(owner, part, len(sites)) for part in (x, y)]
        kept = count > 0
        sites[kept] = (np.stack(sums, 1) / np.maximum(count, 1)[:, None])[kept]
    return sites
