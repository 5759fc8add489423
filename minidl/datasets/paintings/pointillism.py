"""A river afternoon in dots of almost pure colour, which mix in the eye."""

import numpy as np

from minidl.datasets.colours import rgb
from minidl.datasets.paintings.canvas import Canvas, blend, noise, ramp, shade, step, to_uint8
from minidl.datasets.paintings.cells import jittered, voronoi

PIGMENTS = rgb(
    "f6e9c8", "f4d35e", "f2a541", "e4672e", "c7362f", "e8a0a8", "b45a9a", "6a4c93",
    "3d3a8c", "2f6db5", "6fb3d9", "a9d6d6", "2a8c82", "3f9b4f", "8cba4a", "c9d66b",
    "1f3b34", "5a3a2e",
)  # fmt: skip
SKY = rgb("2f6cc4", "5aa2e0", "9fd0e6", "f8d688", "f29a66")
WATER = rgb("f6b878", "79b8d0", "3a80bc", "244f94")
LEAVES = rgb("1d3d35", "2c6a45", "5f9a44", "a9bf4c", "ecd668")
LAWN = rgb("2c4d5a", "3a7a4c", "7cb04a", "c9cf58", "f4df80")

DOT = 1 / 46  # diameter of a large dot; the picture's area is 1


def paint(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """The painting as uint8 (H, W, 3)."""
    canvas = Canvas(size)
    scene = _scene(canvas, rng)
    picture = 0.6 * scene + 0.4 * rgb("d8b98a")[0]
    relief = np.zeros(size, np.float32)
    for diameter in (1.2 * DOT, DOT, DOT, 0.8 * DOT, 0.65 * DOT):
        sites = jittered(canvas, 1.2 * diameter, rng, spread=0.6)
        colour = _pigments(scene[canvas.index(sites[:, 0], sites[:, 1])], rng)
        radius = diameter * rng.uniform(0.36, 0.52, len(sites))
        cell, (u, v), _ = voronoi(sites, rng.uniform(0, np.pi, len(sites)), canvas.x, canvas.y, 2)
        far = np.hypot(u, 1.25 * v) / radius[cell]
        dot = step((1 - far) * radius[cell], 0.8 * canvas.pixel)
        picture = blend(picture, colour[cell], 0.95 * dot)
        dome = diameter * (0.25 + 0.22 * np.clip(1 - far * far, 0, 1))
        relief += dot * (0.4 * relief + dome - relief)
    diffuse, gloss = shade(relief, canvas.pixel, 0.8)
    return to_uint8(picture * (1 + 0.20 * diffuse[..., None]) + 0.10 * gloss[..., None])


def _pigments(colour, rng):
    """A pigment for every dot, drawn so that near pigments are likely and some contrast remains."""
    distance = ((colour[:, None] - PIGMENTS) ** 2).sum(-1)
    contrast = (((1 - colour)[:, None] - PIGMENTS) ** 2).sum(-1)
    chance = np.exp(-distance / 0.07) + 0.004 * np.exp(-contrast)
    chance = np.cumsum(chance, axis=1)
    pick = (chance < rng.random((len(colour), 1)) * chance[:, -1:]).sum(1)
    mixed = 0.25 * colour + 0.75 * PIGMENTS[pick]
    return mixed * rng.uniform(0.93, 1.08, (len(colour), 1)).astype(np.float32)


def _scene(canvas, rng):
    x, y, w, h = canvas.x, canvas.y, canvas.width, canvas.height
    soft = 1.5 * canvas.pixel
    shore, bank = 0.40 * h, 0.74 * h
    wave = noise(rng, 4, 4)
    picture = ramp(SKY, y / shore + 0.10 * wave(x, 2.5 * y))
    clouds = step(wave(0.7 * x + 3, 3 * y) - 0.75, 0.4) * np.clip(1.3 - y / shore, 0, 1)
    picture = blend(picture, rgb("fdf3e0")[0], 0.85 * clouds)
    hills = noise(rng, 3, 4)
    ridge = shore - 0.055 * h + 0.022 * hills(x, 0 * x)
    picture = blend(picture, rgb("6c7fb8")[0], step(y - ridge, soft))
    trees = [(rng.uniform(0, w), shore - 0.01 * h, rng.uniform(0.05, 0.085)) for _ in range(9)]
    for px, py, r in trees:
        picture = _crown(picture, x, y, px, py - 0.5 * r, r, wave, soft)
    near = np.clip((y - shore) / (bank - shore), 0, 1)
    mirror = np.clip(2 * shore - y + 0.008 * wave(3 * x, 14 * y), 0, h)
    ripple = x + 0.012 * near * np.sin(130 * y + 2 * wave(2 * x, 8 * y))
    water = ramp(WATER, near + 0.18 * wave(1.5 * x, 9 * y))
    water = 0.45 * water + 0.55 * picture[canvas.index(ripple, mirror)]
    picture = blend(picture, water, step(y - shore, soft))
    for _ in range(4):
        px, r = rng.uniform(0.12, 0.9) * w, rng.uniform(0.05, 0.085)
        picture = _boat(picture, x, y, px, shore + 0.05 * h + 1.6 * r, r, wave, soft)
    edge = y - bank - 0.05 * h * np.cos(1.3 * np.pi * x / w) + 0.01 * wave(2 * x, y)
    light = 0.62 + 0.20 * wave(2 * x, 4 * y) - 0.42 * step(wave(1.1 * x + 5, 2.2 * y) - 0.35, 0.25)
    picture = blend(picture, ramp(LAWN, light), step(edge, soft))
    px, r = rng.choice([0.1, 0.86]) * w, rng.uniform(0.17, 0.2)
    return _tree(picture, x, y, px, 0.93 * h, r, wave, soft)


def _crown(picture, x, y, px, py, r, wave, soft):
    """A round tree-top, lit from the upper left."""
    far = np.hypot(x - px, 1.15 * (y - py)) / r + 0.16 * wave(3 * x + px, 3 * y)
    light = 0.45 - 0.30 * ((x - px) + 1.3 * (y - py)) / r + 0.14 * wave(5 * x, 5 * y)
    return blend(picture, ramp(LEAVES, light), step((1 - far) * r, soft))


def _boat(picture, x, y, px, py, r, wave, soft):
    """A white sail, a hull and their trembling reflection."""
    for flip, strength in ((1, 1.0), (-1, 0.6)):
        up = flip * (py - y) / r
        dx = (x - px) / r + (0.10 * wave(2 * x, 20 * y) if flip < 0 else 0)
        sail = np.minimum(np.minimum(up - 0.12, dx + 0.05), 0.62 * (2.0 - up) - 0.9 * dx)
        jib = np.minimum(np.minimum(up - 0.2, -dx - 0.10), 0.36 * (1.6 - up) + 0.8 * dx)
        hull = np.minimum(0.16 - np.abs(up), 1.0 - np.abs(dx - 0.1) - 0.8 * np.abs(up - 0.1))
        for edge, colour in ((sail, "fff4dc"), (jib, "f3c98c"), (hull, "7a2f2a")):
            picture = blend(picture, rgb(colour)[0], strength * step(edge * r, soft))
    return picture


def _tree(picture, x, y, px, foot, r, wave, soft):
    """A tall tree in the foreground with its shadow on the grass."""
    shadow = 1 - np.hypot((x - px - 0.6 * r) / (1.3 * r), (y - foot) / (0.28 * r))
    picture = blend(picture, rgb("27456b")[0], 0.75 * step(shadow + 0.2 * wave(4 * x, 4 * y), 0.2))
    half = 0.10 * r * (1 + 0.5 * np.clip((y - foot + 0.4 * r) / r, 0, 1))
    trunk = half - np.abs(x - px - 0.03 * np.sin(9 * y))
    trunk = np.minimum(trunk, np.minimum(foot - y, y - foot + 2.4 * r))
    bark = ramp(rgb("b06a3c", "4a2f3a", "2a2440"), 0.5 + (x - px) / (0.25 * r))
    picture = blend(picture, bark, step(trunk, soft))
    for dx, dy, size in ((0.1, 2.2, 0.75), (-0.5, 2.5, 0.6), (0.6, 2.7, 0.6), (0.0, 3.1, 0.75)):
        picture = _crown(picture, x, y, px + dx * r, foot - dy * r, size * r, wave, soft)
    return picture
