"""Nodules and vessels in soft tissue, made so that one slice cannot tell them apart.

The slice through the middle shows an ellipse. A vessel is that ellipse *moving* sideways from slice
to slice (a tube that crosses the slice at an angle has an elliptic section); a nodule is the same
ellipse *shrinking* above and below. Volumes come in pairs, a nodule and a vessel with the same
ellipse, tissue and noise, whose middle slices are equal to the last bit: whatever a network reads
from that slice alone, it is right in exactly one of the two.
"""

import numpy as np
from scipy import ndimage

from minidl.arguments import check_int, check_seed, per_axis

VESSEL, NODULE = 0, 1


def volumes(
    number: int, *, size: tuple[int, int, int] = (24, 24, 24), seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw small volumes, float32 (number, D, H, W, 1), and labels: 1 a nodule, 0 a vessel.

    Tissue is about 0 and structures about 1. Volumes 2k and 2k + 1 are a pair in random order that
    depends on (seed, k) and size alone, and agree in slice D // 2: keep pairs together when you
    split them. Raises ValueError for number < 1 or a side below 12.
    """
    number, seed = check_int(number, "number"), check_seed(seed)
    sides = per_axis(size, 3, "size", 12)
    images = np.empty((number + 1, *sides, 1), np.float32)  # room for a whole last pair
    labels = np.empty(number + 1, np.int64)
    for pair in range((number + 1) // 2):
        drawn = _pair(sides, np.random.default_rng((seed, pair)))
        images[2 * pair : 2 * pair + 2, ..., 0], labels[2 * pair : 2 * pair + 2] = drawn
    return images[:number], labels[:number]


def _pair(sides, rng):
    """Two volumes (2, D, H, W) with the same middle slice, and their labels (2,)."""
    z, y, x = np.indices(sides, np.float32)
    z -= sides[0] // 2
    place = [side / 2 + rng.uniform(-2, 2) for side in sides[1:]]
    ellipse, moving = _ellipse(rng)
    depth = ellipse[0] * rng.uniform(0.85, 1.15) * rng.uniform(0.8, 1) ** 0.5
    taper, bend = rng.uniform(-0.015, 0.015), rng.uniform(-0.02, 0.02, 2)
    shift_y = moving[0] * z + bend[0] * z * z
    shift_x = moving[1] * z + bend[1] * z * z
    tube = _form(y - place[0] - shift_y, x - place[1] - shift_x, *ellipse) * (1 + taper * z) ** 2
    ball = _form(y - place[0], x - place[1], *ellipse) + (z / np.float32(depth)) ** 2
    tissue = _tissue(sides, rng) + _neighbour(z, y, x, sides, rng)
    contrast, soft = rng.uniform(0.7, 1.3), rng.uniform(0.10, 0.25)
    noise = rng.uniform(0.05, 0.20) * rng.standard_normal(sides, np.float32)
    order = rng.permutation(2)
    forms = np.stack([tube, ball])[order]  # in the order VESSEL, NODULE
    shown = contrast / (1 + np.exp(np.clip((np.sqrt(forms) - 1) / soft, -30, 30)))
    return tissue + noise + shown, np.array([VESSEL, NODULE])[order]


def _ellipse(rng):
    """Half-axes and direction of the section of a round tube, and the tube's shift per slice."""
    radius, tilt = rng.uniform(1.8, 3.2), np.radians(rng.uniform(10, 52))
    turn = rng.uniform(0, 2 * np.pi)
    shift = np.tan(tilt) * np.sin(turn), np.tan(tilt) * np.cos(turn)
    return (radius, radius / np.cos(tilt), turn), shift


def _form(y, x, minor, major, turn):
    """1 on the ellipse whose long axis points along ``turn``, 0 at its middle."""
    along = (x * np.cos(turn) + y * np.sin(turn)) / major
    across = (y * np.cos(turn) - x * np.sin(turn)) / minor
    return (along * along + across * across).astype(np.float32)


def _tissue(sides, rng):
    """Smooth unevenness on two scales."""
    fine = ndimage.gaussian_filter(rng.standard_normal(sides, np.float32), 1.2, mode="wrap")
    coarse = ndimage.gaussian_filter(rng.standard_normal(sides, np.float32), 3.0, mode="wrap")
    return 0.10 * fine / fine.std() + 0.12 * coarse / coarse.std()


def _neighbour(z, y, x, sides, rng):
    """In every second pair, one more straight vessel that passes at a distance."""
    turn, lean = rng.uniform(0, 2 * np.pi), rng.uniform(-0.5, 0.5, 2)
    radius, shown = rng.uniform(1.0, 1.8), rng.random() < 0.5
    far = min(sides[1:]) * rng.uniform(0.36, 0.46)
    away_y = y - sides[1] / 2 - far * np.sin(turn) - lean[0] * z
    away_x = x - sides[2] / 2 - far * np.cos(turn) - lean[1] * z
    distance = np.sqrt(away_y**2 + away_x**2) / radius
    return shown * 0.9 / (1 + np.exp(np.clip((distance - 1) / 0.2, -30, 30)))
