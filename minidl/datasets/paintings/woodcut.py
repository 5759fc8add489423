"""A colour woodcut: sun, mountains, firs and water; a black block of carved lines on flat inks."""

import copy

import numpy as np

from minidl.datasets.colours import rgb
from minidl.datasets.paintings.canvas import Canvas, blend, noise, ramp, step, to_uint8

PAPER, INK, RED = rgb("f1e3c3", "17161c", "d0402a")
SKY = rgb("1f4f78", "4f8ea0", "a9c7b4", "f0d9a0", "f0b070")
RIDGE = rgb("9fb4b0", "6f93a0", "3f6a80")
WATER = rgb("c9d4ba", "6aa0a4", "2c6480", "173f5c")

LINE = 1 / 62  # from one carved line to the next; the picture's area is 1


def paint(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """The print as uint8 (H, W, 3)."""
    canvas = Canvas(size)
    wobble = noise(rng, 14, 3), noise(rng, 14, 3)
    x = canvas.x + 0.0016 * wobble[0](canvas.x, canvas.y)
    y = canvas.y + 0.0016 * wobble[1](canvas.x, canvas.y)
    block = _Block(canvas, x, y, noise(rng, 7, 3))
    shore = 0.66 * canvas.height
    sun = rng.uniform(0.34, 0.66) * canvas.width, 0.30 * canvas.height, 0.125
    _sky(block, sun, shore, rng)
    for layer in range(3):
        _mountains(block, layer, shore, rng)
    _water(block, sun, shore)
    _firs(block, rng)
    edge = np.minimum(np.minimum(x, canvas.width - x), np.minimum(y, canvas.height - y))
    block.outline(edge, 0.012)
    grain = np.sin(170 * y + 9 * noise(rng, 1.6, 3)(0.25 * x, y)) + noise(rng, 70, 2)(0.08 * x, y)
    colour = block.colour * (1 + 0.035 * grain[..., None])
    colour = blend(colour, PAPER, 0.4 * step(grain - 2.2, 0.5))
    picture = blend(colour, INK, block.ink * (1 - 0.85 * step(grain - 2.2, 0.4)))
    return to_uint8(picture * (1 + 0.02 * noise(rng, 70, 2)(x, y)[..., None]))


class _Block:
    """A part of the print: ``colour`` (H, W, 3) of the flat inks and ``ink`` (H, W), the lines."""

    def __init__(self, canvas, x, y, uneven):
        self.canvas, self.x, self.y, self.uneven = canvas, x, y, uneven
        self.soft = 0.8 * canvas.pixel
        self.colour = np.tile(PAPER, (*x.shape, 1))
        self.ink = np.zeros(x.shape, np.float32)

    def part(self, left, right, top, bottom):
        """The part of the print between these coordinates; what is laid there is laid here."""
        box = self.canvas.box(left, right, top, bottom)
        part = copy.copy(self)
        part.x, part.y, part.colour, part.ink = (
            whole[box] for whole in (self.x, self.y, self.colour, self.ink)
        )
        return part

    def lines(self, phase, tone, pitch=LINE):
        """Lines where ``phase`` is a whole number; ``tone`` is the share of ink."""
        number = np.floor(phase + 0.5)
        worn = 0.16 * self.uneven(self.x + 0.37 * number, self.y - 0.21 * number)
        return step((tone + worn * (tone > 0.02)) / 2 - np.abs(phase - number), self.soft / pitch)

    def lay(self, edge, colour, ink):
        """Print colour and lines where ``edge``, the distance into a shape, is positive."""
        inside = step(edge, self.soft)
        self.colour[...] = blend(self.colour, colour, inside)
        self.ink += inside * (ink - self.ink)

    def outline(self, edge, width):
        """Ink all that is nearer than ``width`` to the edge of a shape."""
        np.maximum(self.ink, step(width - np.abs(edge), self.soft), out=self.ink)


def _sky(block, sun, shore, rng, rays=64):
    dx, dy = block.x - sun[0], block.y - sun[1]
    far, turn = np.hypot(dx, dy), np.arctan2(dy, dx)
    glow = ramp(SKY, np.clip(block.y / shore + 0.05 * block.uneven(block.x, block.y), 0, 1))
    tone = np.clip(0.10 + 1.24 * (far - sun[2]), 0, 0.62)
    tone = tone * (0.75 + 0.35 * np.sin(26 * far + 2 * np.sin(8 * turn)))
    turns = turn / (2 * np.pi)
    pitch = np.maximum(far, sun[2]) * 2 * np.pi / rays
    block.lay(np.ones_like(far), glow, block.lines(turns * rays + rng.uniform(), tone, pitch))
    for _ in range(6):
        _cloud(block, rng.uniform(0, block.canvas.width), rng.uniform(0.05, 0.72) * shore, rng)
    block.lay(0.010 - np.abs(far - sun[2] - 0.012), PAPER, 0.0)
    pitch = 0.8 * LINE
    tone = np.clip(0.75 * dy / sun[2], 0, 0.6)
    block.lay(sun[2] - far, RED, block.lines(block.y / pitch, tone, pitch))


def _cloud(block, cx, cy, rng):
    long, thick = rng.uniform(0.14, 0.26), rng.uniform(0.018, 0.032)
    block = block.part(cx - 1.1 * long, cx + 1.1 * long, cy - 2 * thick, cy + 2 * thick)
    lens = 1 - ((block.x - cx) / long) ** 2
    down = block.y - cy
    puffs = np.abs(np.sin(block.x * 34 + cy * 50)) * 0.75 + 0.35
    top = thick * np.sqrt(np.clip(lens, 0, None)) * puffs
    edge = np.where(down < 0, top + down, 0.5 * thick * np.clip(lens, 0, None) - down)
    pitch = 0.55 * LINE
    block.lay(edge, PAPER, block.lines(block.y / pitch, 0.5 * (down > -0.3 * thick), pitch))
    block.outline(np.where(lens > 0, edge, 1.0), 0.0035)


def _mountains(block, layer, shore, rng, number=4):
    """A range of peaks: dark flanks to the right, bright ones to the left, snow on the higher."""
    x, y, foot = block.x, block.y, shore + 0.02
    tall = (0.30, 0.215, 0.125)[layer] * block.canvas.height
    places = (np.arange(number) + rng.uniform(0.1, 0.9, number)) / number * block.canvas.width
    tops = tall * rng.uniform(0.6, 1.0, number)
    rises = tops - np.abs(x[..., None] - places) * (0.85 + 0.1 * layer)
    owner = rises.argmax(axis=-1)
    place, top = places[owner], tops[owner]
    deep = y - foot + rises.max(axis=-1) - 0.012 * noise(rng, 9, 4)(x, np.full_like(x, layer))
    bend = 0.05 * np.sin(38 * deep + 5 * place) * np.clip(deep * 6, 0, 1)
    shadow = x > place + bend + 0.014 * block.uneven(x, y)
    snow = (y < foot - 0.62 * top + 0.03 * np.abs(np.sin(30 * x + 2 * layer))) & (layer < 2)
    slope = (x - place) * np.where(shadow, 1, -1) - 0.55 * (y - foot)
    tone = np.where(shadow, 0.62 + 0.1 * layer, 0.16 + 0.08 * layer)
    tone = tone * np.clip(0.45 + 3.0 * deep, 0.3, 1.1)
    tone = np.clip(np.where(snow, 0.34 * shadow, tone), 0, 0.9)
    flank = np.where((shadow & ~snow)[..., None], np.float32(0.8), np.float32(1))
    shades = np.where(snow[..., None], PAPER, RIDGE[layer]) * flank
    block.lay(deep, shades, block.lines(slope / (1.25 * LINE), tone))
    block.outline(deep, 0.0045)


def _water(block, sun, shore):
    x, deep = block.x, block.y - shore - 0.02
    near = np.clip(deep / (block.canvas.height - shore), 0.001, 1)
    swell = 0.010 * np.sin(x * 26 / (0.5 + near) + 9 * near) * (0.3 + near)
    tone = 0.30 + 0.34 * np.sin(x * 17 + 40 * near + 2.5 * block.uneven(x, 3 * block.y))
    tone = np.clip(tone + 0.18 * near, 0.06, 0.8)
    wide = (0.05 + 0.05 * near) * (0.75 + 0.5 * np.sin(150 * deep))
    sparkle = step(wide - np.abs(x - sun[0] + swell * 3), 2 * block.soft)
    shades = blend(ramp(WATER, near), RED, sparkle)
    phase = (deep + swell) / LINE * (1.25 - 0.5 * near)
    block.lay(deep, shades, block.lines(phase, tone * (1 - 0.75 * sparkle)))


def _firs(block, rng):
    """Black trees on both banks, with white cuts for the boughs, and grass before them."""
    width, height = block.canvas.width, block.canvas.height
    places = np.concatenate([rng.uniform(-0.02, 0.30, 9), rng.uniform(0.72, 1.02, 8)])
    for place in np.sort(places):
        foot = height * 0.99 - 0.06 * np.cos(2 * np.pi * place)
        _fir(block, place * width, foot, rng.uniform(0.20, 0.36))
    x, y, pitch = block.x, block.y, 0.7 * LINE
    bank = 0.10 * np.cos(2 * np.pi * x / width) + 0.03 * block.uneven(x, 0 * x)
    tone = 0.28 * (np.sin(90 * y + 9 * x) > -0.2)
    grass = block.lines((x + 0.25 * y) / pitch, tone, pitch)
    block.lay(y - 0.97 * height + bank, PAPER * 0.9, 1 - grass)


def _fir(block, place, foot, tall):
    block = block.part(place - 0.3 * tall, place + 0.3 * tall, foot - tall, foot)
    x, y = block.x, block.y
    rise = np.clip((foot - y) / tall, 0, 1)
    tier = np.mod(rise * 9, 1.0)
    half = tall * 0.22 * (1 - rise) * (1.12 - 0.5 * tier)
    across = np.abs(x - place) / np.maximum(half, 1e-3)
    cut = block.lines(rise * 9 + 0.5 - 0.35 * across, 0.30 * (x < place + 0.15 * half), tall / 9)
    edge = half - np.abs(x - place) + 0.004 * block.uneven(x * 3, y * 3)
    block.lay(np.minimum(edge, foot - y), PAPER * 0.93, 1 - cut)
