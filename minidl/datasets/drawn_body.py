"""A chest to look through slice by slice: a body phantom in Hounsfield units.

Organs are ellipsoids and tubes in coordinates x (to the image's right), y (to the back) and z (to
the feet), each from −1 to 1 across the volume; a soft step lays one tissue over another.
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from minidl.arguments import check_int, check_seed, per_axis

AIR, FAT, MUSCLE, LUNG, BLOOD, LIVER, BONE, NODULE = -1000, -90, 50, -860, 130, 75, 620, 35  # HU


class Phantom(NamedTuple):
    """A chest: Hounsfield units float32 (D, H, W), and where its nodules are.

    ``nodules`` (n, 4): z, y, x of the middle and the radius, in voxels.
    """

    volume: np.ndarray
    nodules: np.ndarray


def phantom(
    size: tuple[int, int, int] = (64, 128, 128), *, nodules: int = 7, seed: int = 0
) -> Phantom:
    """Draw a chest with lungs, heart, ribs, a tree of vessels in each lung, and nodules among them.

    ``size`` is (D, H, W) in voxels, each at least 32. Raises ValueError for other sizes, for a
    negative number of nodules, and for more nodules than find room.
    """
    sides = per_axis(size, 3, "size", 32)
    nodules = check_int(nodules, "nodules", 0)
    rng = np.random.default_rng(check_seed(seed))
    grid = np.meshgrid(*(_line(side) for side in sides), indexing="ij", sparse=True)
    chest = _Chest(*grid, sides)
    chest.torso()
    branches = [b for side in (-1, 1) for b in _tree(side, rng)]
    for start, end, radius in branches:
        chest.tube(start, end, radius, BLOOD)
    places = _places(nodules, branches, rng)
    for middle, radius in places:
        chest.tube(middle, middle, radius, NODULE)
    chest.mediastinum()
    volume = chest.volume + 14 * rng.standard_normal(sides, np.float32)
    volume = ndimage.gaussian_filter(volume, 0.45) + 6 * rng.standard_normal(sides, np.float32)
    return Phantom(volume.astype(np.float32), _in_voxels(places, sides))


def _line(side):
    return ((np.arange(side, dtype=np.float32) + 0.5) * 2 / side) - 1


def _lungs(x, y, z):
    """1 on the surface of either lung, 0 in its middle."""
    return np.sqrt(
        ((np.abs(x) - 0.43) / 0.34) ** 2 + ((y + 0.02) / 0.47) ** 2 + ((z + 0.12) / 0.98) ** 4
    )


class _Chest:
    def __init__(self, z, y, x, sides):
        self.z, self.y, self.x, self.sides = z, y, x, sides
        self.soft = 1.2 / min(sides[1:])
        self.volume = np.full(sides, AIR, np.float32)

    def lay(self, distance, value, box=...):
        """Lay a tissue where a distance is negative."""
        cover = np.clip(0.5 - distance / (2 * self.soft), 0, 1)
        part = self.volume[box]
        self.volume[box] = part + cover * (value - part)

    def ellipsoid(self, middle, axes, value):
        """An ellipsoid given by its middle and half-axes (z, y, x)."""
        offsets = zip((self.z, self.y, self.x), middle, axes, strict=True)
        far = np.sqrt(sum(((line - m) / a) ** 2 for line, m, a in offsets))
        self.lay((far - 1) * min(axes), value)

    def tube(self, start, end, radius, value):
        """A tube with round ends; a ball when both ends are one."""
        start, end = np.asarray(start), np.asarray(end)
        box = tuple(
            slice(max(int((low - reach + 1) / 2 * side), 0), int((high + reach + 1) / 2 * side) + 1)
            for low, high, side, reach in zip(
                np.minimum(start, end), np.maximum(start, end), self.sides, 3 * [radius + 0.03],
                strict=True,
            )
        )  # fmt: skip
        lines = self.z[box[0]], self.y[:, box[1]], self.x[:, :, box[2]]
        offsets = [line - s for line, s in zip(lines, start, strict=True)]
        way = end - start
        along = sum(o * w for o, w in zip(offsets, way, strict=True)) / max((way**2).sum(), 1e-9)
        along = np.clip(along, 0, 1)
        squares = ((o - along * w) ** 2 for o, w in zip(offsets, way, strict=True))
        self.lay(np.sqrt(sum(squares)) - radius, value, box)

    def torso(self):
        """Skin, fat, muscle, ribs, breastbone, spine and the two lungs."""
        x, y, z = self.x, self.y, self.z
        round_ = np.sqrt((x / 0.93) ** 2 + (y / 0.72) ** 2) + 0.03 * z * z
        for radius, value in ((1.0, FAT), (0.93, MUSCLE)):
            self.lay((round_ - radius) * 0.72, value)
        ribs = np.abs(np.mod((z + 0.55 * y + 0.15 * x * x) * 4.5, 1) - 0.5) / 4.5 - 0.05
        shell = np.abs(round_ - 0.86) * 0.72 - 0.022
        self.lay(np.maximum(np.maximum(ribs, shell), -0.46 - y), BONE)
        self.lay((_lungs(x, y, z) - 1) * 0.34, LUNG)
        self.tube((-1, -0.585, 0), (0.5, -0.585, 0), 0.05, BONE)
        for level in np.arange(-1, 1.1, 0.25):
            self.tube((level - 0.06, 0.40, 0), (level + 0.06, 0.40, 0), 0.105, BONE)
            self.tube((level, 0.56, 0), (level, 0.62, 0), 0.035, BONE)
        self.tube((-1.1, 0.52, 0), (1.1, 0.52, 0), 0.045, MUSCLE - 20)

    def mediastinum(self):
        """Heart, great vessels, windpipe and liver, laid over the roots of the lungs."""
        self.ellipsoid((0.25, -0.14, 0.10), (0.42, 0.27, 0.29), MUSCLE)
        self.ellipsoid((0.20, -0.16, 0.15), (0.28, 0.17, 0.17), BLOOD)
        self.tube((-0.30, -0.05, 0.05), (1.1, 0.24, 0.12), 0.065, BLOOD)
        self.tube((-0.45, -0.15, -0.10), (0.1, -0.15, -0.10), 0.055, BLOOD)
        self.tube((-1.1, 0.10, 0), (-0.25, 0.10, 0), 0.060, AIR + 20)
        for side in (-1, 1):
            self.tube((-0.25, 0.10, 0), (-0.05, 0.08, 0.22 * side), 0.040, AIR + 20)
        self.ellipsoid((1.15, 0.00, -0.36), (0.55, 0.52, 0.52), LIVER)
        self.ellipsoid((1.20, 0.05, 0.45), (0.45, 0.40, 0.38), LIVER - 15)


def _tree(side, rng, forks=6):
    """Branches (start, end, radius) of the vessels of one lung, from its root outwards."""
    root = np.array([-0.05, 0.06, 0.17 * side])
    tips = [(root, np.array([lobe, rng.uniform(-0.3, 0.3), side]), 0.040) for lobe in (-1, 0, 1)]
    branches = []
    for _ in range(forks):
        grown = []
        for start, heading, radius in tips:
            for _ in range(2):
                end, turned = _branch(start, heading, radius, side, rng)
                if end is not None:
                    branches.append((start, end, radius))
                    grown.append((end, turned, radius * rng.uniform(0.66, 0.80)))
        tips = grown
    return branches


def _branch(start, heading, radius, side, rng, tries=8):
    """Where a branch may end that stays in its lung, and its direction; (None, None) if nowhere."""
    for _ in range(tries):
        turned = heading / np.linalg.norm(heading) + rng.normal(0, 0.45, 3)
        turned /= np.linalg.norm(turned)
        end = start + turned * (0.07 + 2.6 * radius) * rng.uniform(0.8, 1.3)
        if _lungs(end[2], end[1], end[0]) < 0.96 and end[2] * side > 0.08:
            return end, turned
    return None, None


def _places(number, branches, rng):
    """Middles and radii of nodules: in the lungs, off the wall, apart from vessels and others."""
    ends = np.array([end for _, end, _ in branches])
    heart = np.array([0.2, -0.14, 0.1])
    places = []
    for _ in range(2000):
        if len(places) == number:
            return places
        middle = rng.uniform((-0.85, -0.45, -0.75), (0.6, 0.45, 0.75))
        radius = rng.uniform(0.032, 0.062)
        others = [np.linalg.norm(middle - other) for other, _ in places]
        if (
            _lungs(middle[2], middle[1], middle[0]) < 0.8
            and np.linalg.norm(ends - middle, axis=1).min() > radius + 0.03
            and np.linalg.norm((middle - heart) / [0.45, 0.3, 0.33]) > 1.3
            and min(others, default=1) > 0.25
        ):
            places.append((middle, radius))
    raise ValueError(f"only {len(places)} of {number} nodules find room: ask for fewer")


def _in_voxels(places, sides):
    scale, across = np.array(sides) / 2, min(sides[1:]) / 2
    balls = [(*((middle + 1) * scale - 0.5), radius * across) for middle, radius in places]
    return np.array(balls).reshape(-1, 4)
