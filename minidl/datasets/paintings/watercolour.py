"""Misty mountains and a flower meadow in transparent washes on rough paper."""

import copy

import numpy as np

from minidl.datasets.colours import rgb
from minidl.datasets.paintings.canvas import Canvas, noise, ramp, shade, step, to_uint8

PAPER = rgb("fbf4e6")[0]
SKY = rgb("2f6fb0", "7fb0d0", "f2c9a0", "f08a70", "c86a98")
RANGES = rgb("a890c8", "7f86c0", "4f7fb0", "2f7a90", "2a6a5a", "24503a")
MEADOW = rgb("d8c83a", "86a83a", "3f7f4a", "1f5a50")
PETALS = rgb("d8203a", "e85a2a", "f0a020", "c83a8a", "6a3aa8", "2a50c0")


def paint(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """The painting as uint8 (H, W, 3)."""
    canvas = Canvas(size)
    paper = _Paper(canvas, rng)
    x, y, w, h = canvas.x, canvas.y, canvas.width, canvas.height
    wet = noise(rng, 2.2, 5)
    sky = y / (0.62 * h) + 0.20 * wet(x, 1.5 * y)
    paper.wash(np.full(size, 1.0, np.float32), ramp(SKY, sky), 0.62 + 0.28 * wet(x + 5, 2 * y))
    sun = 0.085 - np.hypot(x - rng.uniform(0.3, 0.7) * w, y - 0.26 * h)
    paper.lift(sun + 0.012 * paper.rough(x, y), 0.75)
    for layer in range(6):
        base = (0.30 + 0.085 * layer) * h
        crest = noise(rng, 1.7 + 0.5 * layer, 5)(x, 0 * x)
        deep = y - base + (0.075 - 0.006 * layer) * crest
        mist = np.exp(-np.clip(deep, 0, None) / (0.10 + 0.01 * layer))
        tint = ramp(RANGES, layer / 5 + 0.07 * wet(2 * x, 2 * y + layer))
        paper.wash(deep, tint, (0.30 + 0.75 * mist) * (0.55 + 0.10 * layer))
    deep = y - 0.76 * h + 0.03 * wet(x, 0 * x)
    paper.wash(deep, ramp(MEADOW, deep / (0.24 * h) + 0.22 * wet(3 * x, 3 * y)), 0.75)
    for _ in range(90):
        near = rng.uniform(0, 1) ** 0.7
        _blade(paper, rng.uniform(0, w), (0.80 + 0.22 * near) * h, 0.05 + 0.10 * near, rng)
    for near in np.sort(rng.uniform(0, 1, 34)):
        _flower(paper, rng.uniform(0, w), (0.74 + 0.22 * near) * h, 0.016 + 0.026 * near, rng)
    grain = paper.grain
    diffuse, _ = shade(0.0011 * grain, canvas.pixel, 1.0)
    return to_uint8(PAPER * paper.light * (1 + 0.16 * diffuse[..., None]))


class _Paper:
    """The paper: ``light`` (H, W, 3) is what the washes so far let through."""

    def __init__(self, canvas, rng):
        self.canvas, self.x, self.y = canvas, canvas.x, canvas.y
        self.rough = noise(rng, 12, 5)
        self.flow = noise(rng, 7, 4)
        self.grain = noise(rng, 75, 2)(canvas.x, canvas.y)
        self.light = np.ones((*canvas.size, 3), np.float32)

    def part(self, cx, cy, radius):
        """The paper around a point."""
        box = self.canvas.box(cx - radius, cx + radius, cy - radius, cy + radius)
        part = copy.copy(self)
        part.x, part.y, part.grain, part.light = (
            whole[box] for whole in (self.x, self.y, self.grain, self.light)
        )
        return part

    def wash(self, edge, colour, strength, spared=0.85):
        """A wash inside ``edge`` > 0; pigment gathers at its rim and in the grain of the paper.

        ``spared`` is the share of earlier paint that was kept away from this place.
        """
        edge = edge + 0.005 * self.rough(self.x, self.y)
        inside = step(edge, 1.2 * self.canvas.pixel)
        deep = np.clip(edge, 0, None)
        rim = np.exp(-deep / 0.006) + 0.35 * np.exp(-deep / 0.03)
        pool = 1 + 0.28 * self.flow(self.x, self.y) + 0.16 * self.grain
        amount = np.clip(strength * inside * (0.85 * pool + 0.75 * rim), 0, 3)
        self.light += spared * inside[..., None] * (1 - self.light)
        self.light *= np.clip(colour, 0.03, 1) ** amount[..., None]

    def lift(self, edge, share):
        """Take paint off with a damp sponge."""
        inside = step(edge, 0.012)[..., None]
        self.light += share * inside * (1 - self.light)


def _blade(paper, px, py, tall, rng):
    paper = paper.part(px, py - 0.5 * tall, 0.62 * tall)
    rise = (py - paper.y) / tall
    lean = rng.uniform(-0.3, 0.3) * tall * rise * np.abs(rise)
    half = 0.0035 * (1 - rise) * (1 + 6 * tall)
    edge = np.minimum(half - np.abs(paper.x - px - lean), tall * np.minimum(1 - rise, rise))
    paper.wash(edge, ramp(MEADOW, rng.uniform(0.4, 1)), 0.8)


def _flower(paper, px, py, r, rng):
    paper = paper.part(px, py, 1.7 * r)
    dx, dy = paper.x - px, 1.25 * (paper.y - py)
    far, turn = np.hypot(dx, dy), np.arctan2(dy, dx)
    colour = ramp(PETALS, rng.uniform(0, 1))
    number, start = rng.integers(4, 7), rng.uniform(0, 6)
    for k in range(number):
        away = np.angle(np.exp(1j * (turn - start - 2 * np.pi * k / number)))
        reach = r * rng.uniform(0.9, 1.2) * np.sqrt(np.clip(np.cos(away * number / 3.1), 0, None))
        paper.wash(np.where(np.abs(away) < 1.6, reach - far, -1), colour, 0.7, 0.5)
    paper.wash(0.25 * r - far, rgb("3a2030")[0], 0.9, 0.3)
