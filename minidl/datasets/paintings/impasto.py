"""A night landscape in thick strokes of oil paint that follow a flow field."""

import numpy as np

from minidl.datasets.colours import rgb
from minidl.datasets.paintings.brush import strokes
from minidl.datasets.paintings.canvas import Canvas, blend, noise, ramp, shade, step, to_uint8

SKY = rgb("0b1440", "14256b", "1f46a0", "2f74c0", "5fa6cf", "a9cfd0", "dfe3b0")
GLOW = rgb("3f8fb0", "9fc48a", "f3b126", "f9cf3e", "fbe27a", "fff6cf")
FIELD = rgb("10213f", "163f52", "1f6660", "4f8a4c", "a9a53d", "e0b84a")
TREE = rgb("0a0f18", "17251f", "2c3f26", "5a5a2c", "8a6a30")


def paint(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """The painting as uint8 (H, W, 3)."""
    canvas = Canvas(size)
    colour, angle = _scene(canvas, rng)
    picture = colour * np.float32(0.92)  # the ground under the paint
    relief = np.zeros(size, np.float32)
    for shape, cover in (((0.15, 0.026), 3.0), ((0.10, 0.016), 3.0), ((0.065, 0.010), 1.9)):
        strokes(canvas, picture, relief, colour, angle, shape, cover, rng)
    diffuse, gloss = shade(relief, canvas.pixel, 0.9)
    return to_uint8(picture * (1 + 0.42 * diffuse[..., None]) + 0.30 * gloss[..., None])


def _scene(canvas, rng):
    """Colour and stroke direction at every pixel: a sky of whirls over hills and a dark tree."""
    x, y, w, h = canvas.x, canvas.y, canvas.width, canvas.height
    stream, colour = _sky(x, y, w, h, rng)
    horizon = 0.70 * h
    for layer in range(4):
        horizon += 0.075 * h * (layer > 0)
        bumps = noise(rng, 2.2 + layer, 3)
        top = horizon + (0.05 - 0.008 * layer) * bumps(x, np.full_like(x, layer))
        inside = step(y - top, 2 * canvas.pixel)
        rows = (y - top) * (9 + 3 * layer) + 0.35 * noise(rng, 4, 3)(x, y)
        tone = 0.16 + 0.17 * layer + 0.20 * np.sin(2 * np.pi * rows) + 0.05 * bumps(x * 3, y * 3)
        tone += 0.35 * np.exp(-(((y - top) / 0.018) ** 2))
        colour = blend(colour, ramp(FIELD, tone), inside)
        stream = stream + inside * ((y - top) + 0.01 * bumps(x * 2, y) - stream)
    inside, flame, tone = _tree(x, y, w, h, canvas.pixel, rng)
    colour = blend(colour, ramp(TREE, tone), inside)
    stream = stream + inside * (flame - stream)
    down, right = np.gradient(stream)
    return colour, np.arctan2(-right, down).astype(np.float32)


def _sky(x, y, w, h, rng):
    stream = y + 0.030 * np.sin(5.0 * x + rng.uniform(0, 6)) + 0.012 * noise(rng, 3, 2)(x, y)
    big = rng.uniform(0.74, 0.84), rng.uniform(0.14, 0.20), 0.085
    places = [big] + [
        ((i + rng.uniform(0.2, 0.8)) / 8, rng.uniform(0.05, 0.42), rng.uniform(0.026, 0.045))
        for i in range(8)
    ]
    stars = []
    for cx, cy, r in places:
        if all(np.hypot(cx - ox, cy - oy) > 1.6 * (r + other) for ox, oy, other in stars):
            stars.append((cx, cy, r))
    whirls = [
        (rng.uniform(0.3, 0.42), 0.34, 0.16, 1.0),
        (rng.uniform(0.55, 0.64), 0.42, 0.11, -1.0),
    ]
    for cx, cy, r, spin in whirls:
        d = np.hypot(x - cx * w, y - cy * h)
        stream = stream + spin * 1.9 * r * np.exp(-((d / r) ** 2))
    bands = 0.5 + 0.5 * np.sin(stream * 46 + 1.1 * noise(rng, 4, 3)(x, y))
    tone = 0.12 + 0.42 * bands + 0.22 * y / (0.7 * h) + 0.06 * noise(rng, 5, 3)(x, y)
    for cx, cy, r, _ in whirls:
        d = np.hypot(x - cx * w, y - cy * h) / r
        tone = tone + 0.22 * np.exp(-((d / 1.1) ** 2)) * (0.4 + bands)
    colour = ramp(SKY, tone)
    for cx, cy, r in stars:
        d = np.hypot(x - cx * w, y - cy * h) / r
        rings = 0.5 + 0.5 * np.cos(d * 5.2)
        halo = np.exp(-((d / 2.1) ** 2)) * (0.35 + 0.65 * rings)
        colour = blend(colour, ramp(GLOW, 1.05 - 0.42 * d), np.clip(1.3 * halo, 0, 1))
        near = np.exp(-((d / 2.3) ** 2))
        stream = stream * (1 - near) + near * d * r * 2
    return stream, colour


def _tree(x, y, w, h, pixel, rng):
    """A flame-shaped tree: cover, a stream function that licks upwards, and tones."""
    root, top = rng.uniform(0.10, 0.18) * w, rng.uniform(0.08, 0.16) * h
    rise = np.clip((h - y) / (h - top), 0, 1)
    sway = 0.014 * np.sin(8 * y + rng.uniform(0, 6)) * rise
    half = 0.10 * (1 - rise) ** 0.8 * (1 + 0.13 * np.sin(21 * rise + rng.uniform(0, 6)))
    edge = half * (1 + 0.12 * noise(rng, 9, 2)(x, y))
    across = (x - root - sway) / (half + 0.02)
    inside = step(edge - np.abs(x - root - sway), 1.5 * pixel) * (y > top)
    flame = x - root - sway + 0.016 * np.sin(17 * y + 2 * across) + 0.006 * noise(rng, 6, 2)(x, y)
    tone = 0.40 + 0.36 * np.sin(flame * 150) + 0.12 * noise(rng, 9, 2)(x, y)
    return inside, flame, tone
