"""A window of coloured glass: a rising sun, hills, a river and poppies, held by lead."""

import numpy as np
from scipy import ndimage

from minidl.datasets.colours import rgb
from minidl.datasets.paintings.canvas import Canvas, noise, ramp, shade, step, to_uint8
from minidl.datasets.paintings.cells import jittered, seams

SUN = rgb("fff0a0", "ffc83a", "f5851f")
SKY = rgb("ffc05a", "f58a4a", "d9527a", "8a4aa8", "3a4fc0", "1f3a98")
HILL = rgb("12402e", "1f6b3a", "4f9a34", "a8c43a", "e6d850")
RIVER = rgb("103a80", "1f6fc0", "3fb0dc", "a8e4ec")
POPPY = rgb("7a0a1a", "c8142a", "f0483a", "ff9a5a")
BORDER = rgb("5a1030", "1f2f78", "c8901f", "0f5a50")
LEAD = rgb("16171c")[0]

PANE = 1 / 13  # side of an ordinary pane; the picture's area is 1


def paint(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """The window as uint8 (H, W, 3)."""
    canvas = Canvas((2 * size[0], 2 * size[1]))  # drawn twice as fine: thin lead stays smooth
    panes, colour = _panes(canvas, rng)
    away = ndimage.distance_transform_edt(~seams(panes)).astype(np.float32) * canvas.pixel
    wobble = noise(rng, 25, 2)(canvas.x, canvas.y)
    width = 0.0052 * (1 + 0.18 * wobble)
    lead = step(width - away, 1.2 * canvas.pixel)
    glass = _glass(canvas, panes, colour, away, rng)
    diffuse, gloss = shade(np.sqrt(np.clip(width**2 - away**2, 0, None)), canvas.pixel, 0.7)
    metal = LEAD * (1.2 + 0.9 * diffuse[..., None]) + 0.35 * gloss[..., None]
    picture = glass + lead[..., None] * (metal - glass)
    return to_uint8(picture.reshape(size[0], 2, size[1], 2, 3).mean(axis=(1, 3)))


def _glass(canvas, panes, colour, away, rng):
    """Light through the panes: streaks, waves and bubbles, darker towards the lead."""
    x, y = canvas.x, canvas.y
    turn = rng.uniform(0, np.pi, 1021).astype(np.float32)[panes % 1021]
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    streaks = noise(rng, 6, 4)(0.5 * along + 0.2 * turn, 4 * across)
    waves = noise(rng, 16, 3)(x, y)
    diffuse_gloss = shade(0.0022 * waves + 0.0018 * streaks, canvas.pixel, 1.6)
    bubbles = step(noise(rng, 60, 1)(x, y) - 2.1, 0.4)
    level = rng.uniform(0.88, 1.2, 1021).astype(np.float32)[panes % 1021]
    patina = 1 - 0.45 * np.exp(-away / 0.010)
    light = level * patina * (1 + 0.10 * streaks + 0.22 * diffuse_gloss[0]) + 0.12 * bubbles
    tinted = colour * (1 + 0.06 * streaks[..., None] * [[[1.0, -0.3, -1.0]]])
    return tinted * light[..., None] + 0.22 * diffuse_gloss[1][..., None]


def _panes(canvas, rng):
    """Number of the pane and colour of the glass at every pixel."""
    x, y, w, h = canvas.x, canvas.y, canvas.width, canvas.height
    sun = rng.uniform(0.32, 0.68) * w, 0.40 * h
    panes, tone = _sky(x, y, sun, rng)
    disc = panes < 100
    colour = np.where(disc[..., None], ramp(SUN, tone), ramp(SKY, tone))
    for layer in range(4):
        top = (0.50 + 0.10 * layer) * h - 0.06 * np.sin(2.2 * np.pi * x / w + rng.uniform(0, 6))
        top = top - 0.025 * np.sin(5 * np.pi * x / w + rng.uniform(0, 6))
        inside = y > top
        column = np.floor((x + 0.5 * (y - top) + rng.uniform()) / (1.5 * PANE)).astype(int)
        row = np.floor((y - top) / (1.1 * PANE)).astype(int)
        odd = rng.uniform(0, 1, 997)[(column * 31 + row * 17) % 997]
        shades = ramp(HILL, odd * 0.45 + 0.16 * layer)
        panes = np.where(inside, 10_000 * (layer + 1) + column * 100 + row, panes)
        colour = np.where(inside[..., None], shades, colour)
    inside, column, tone = _river(x, y, w, h, sun, rng)
    panes = np.where(inside, 60_000 + column, panes)
    colour = np.where(inside[..., None], ramp(RIVER, tone), colour)
    sites = jittered(canvas, 1.9 * PANE, rng, 0.3)
    sites = sites[(sites[:, 1] > 0.72 * h) & (sites[:, 1] < 0.97 * h)]
    for number, (px, py) in enumerate(sites):
        inside, part, tone = _poppy(x, y, px, py, rng.uniform(0.05, 0.075), rng.uniform(0, 6))
        panes = np.where(inside, 70_000 + 100 * number + part, panes)
        colour = np.where(inside[..., None], ramp(POPPY, tone), colour)
    edge = np.minimum(np.minimum(x, w - x), np.minimum(y, h - y))
    frame = edge < 0.34 * PANE
    sideways = np.minimum(x, w - x) < np.minimum(y, h - y)
    step_along = np.floor(np.where(sideways, y, x) / (0.9 * PANE)).astype(int)
    side = 4 * sideways + 2 * (x > w / 2) + (y > h / 2)
    panes = np.where(frame, 90_000 + 100 * side + step_along, panes)
    colour = np.where(frame[..., None], BORDER[step_along % 4], colour)
    return panes, colour.astype(np.float32)


def _sky(x, y, sun, rng):
    """A sun in the middle of rings of panes that grow outwards."""
    dx, dy = x - sun[0], y - sun[1]
    far, turn = np.hypot(dx, dy), np.arctan2(dy, dx) / (2 * np.pi) + 0.5
    radii = np.array([0.06, 0.11, 0.17, 0.24, 0.32, 0.41, 0.52, 0.66, 0.85])
    spokes = np.array([1, 12, 20, 20, 28, 28, 36, 36, 40, 40])
    ring = np.searchsorted(radii, far)
    turn = turn + 0.5 * (ring % 2) / spokes[ring] + 0.02
    spoke = np.floor(np.mod(turn, 1) * spokes[ring]).astype(int)
    odd = rng.uniform(-0.1, 0.1, 400)[(ring * 41 + spoke) % 400]
    tone = np.where(ring < 2, 0.55 * ring, (ring - 2) / 5.8 + odd + 0.10 * (spoke % 2))
    return ring * 50 + spoke, tone


def _river(x, y, w, h, sun, rng):
    deep = np.clip((y - 0.56 * h) / (0.44 * h), 0, 1)
    middle = sun[0] + 0.14 * np.sin(4.6 * deep + rng.uniform(0, 0.6)) * (0.3 + deep)
    half = 0.025 + 0.13 * deep**1.2
    across = (x - middle) / half
    inside = (np.abs(across) < 1) & (y > 0.56 * h)
    lane = np.floor(1.5 * across + 1.5).astype(int)
    piece = np.floor(6 * deep**0.7 + 0.37 * lane).astype(int)
    tone = rng.uniform(0.1, 1.0, 97)[(lane * 13 + piece * 7) % 97]
    return inside, lane * 20 + piece, tone


def _poppy(x, y, px, py, r, turn):
    dx, dy = x - px, 1.15 * (y - py)
    far = np.hypot(dx, dy) / r
    angle = np.arctan2(dy, dx) + turn
    petal = np.floor(np.mod(angle, 2 * np.pi) / (2 * np.pi / 5)).astype(int)
    edge = 0.80 + 0.22 * np.abs(np.sin(2.5 * angle))
    heart = far < 0.30
    part = np.where(heart, 9, petal)
    tone = np.where(heart, 0.0, 0.30 + 0.14 * petal + 0.15 * far)
    return far < edge, part, tone
