"""How a person is pictured: all that changes from one picture to the next."""

import numpy as np

from minidl.datasets.colours import rgb
from minidl.datasets.drawn_faces.sampling import Sampler

CLOTH = rgb("1e2234", "96282c", "ece8de", "346e5c", "3c5c96", "d6aa3c", "786e74", "603c6e")
WALLS = rgb(
    "e8e2d6", "8ca8be", "3c4a62", "6e8a60", "c4966e", "563e3a", "d2d6dc", "24262e", "b26054"
)
RIMS = rgb("18161a", "5c3422", "aa8c50", "962834")

GLASSES = {"none": 72, "round": 11, "square": 11, "sun": 6}
HATS = {"none": 76, "beanie": 9, "cap": 8, "brim": 7}

PICTURE = np.dtype(
    [(name, "f4") for name in (
        "roll", "yaw", "pitch", "shift_x", "shift_y", "scale",
        "light_x", "light_y", "light", "exposure", "contrast", "warmth",
        "smile", "open", "brow_raise", "eye_open", "gaze_x", "gaze_y",
        "lens_size", "hat_level", "collar",
        "pattern", "pattern_x", "pattern_y", "pattern_phase", "blur", "noise",
    )]
    + [(name, "f4", 3) for name in ("rims", "hat_colour", "cloth", "wall", "wall_below")]
    + [("glasses", "U6"), ("hat", "U6")]
)  # fmt: skip


def pictures(seed: int, people: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The variables of picture numbers[k] of person people[k]: array (n,) of ``PICTURE``."""
    keys = zip(people.tolist(), numbers.tolist(), strict=True)
    sampler = Sampler([(seed, person, number + 1) for person, number in keys])
    picture = np.zeros(len(people), PICTURE)
    _pose(picture, sampler)
    _light(picture, sampler)
    _expression(picture, sampler)
    _accessories(picture, sampler)
    _background(picture, sampler)
    return picture


def _pose(picture, sampler):
    picture["roll"] = sampler.normal(0.10, 0.26)
    picture["yaw"] = sampler.normal(0.22, 0.50)
    picture["pitch"] = sampler.normal(0.05, 0.11)
    picture["shift_x"] = sampler.normal(0.07, 0.16)
    picture["shift_y"] = sampler.normal(0.06, 0.13)
    picture["scale"] = np.exp(sampler.uniform(-0.12, 0.11))


def _light(picture, sampler):
    angle = sampler.uniform(0, 2 * np.pi)
    picture["light_x"], picture["light_y"] = np.cos(angle), 0.6 * np.sin(angle) - 0.4
    picture["light"] = sampler.uniform(0.05, 0.55)
    picture["exposure"] = sampler.uniform(0.78, 1.18)
    picture["contrast"] = sampler.uniform(0.86, 1.12)
    picture["warmth"] = sampler.normal(0.05, 0.12)


def _expression(picture, sampler):
    picture["smile"] = sampler.uniform(-0.45, 1.0)
    picture["open"] = np.maximum(sampler.normal(0.045, 0.09), 0)
    picture["brow_raise"] = sampler.normal(0.025, 0.06)
    picture["eye_open"] = sampler.uniform(0.72, 1.12) * np.where(sampler.flag(0.03), 0.12, 1)
    picture["gaze_x"] = sampler.normal(0.025, 0.055)
    picture["gaze_y"] = sampler.normal(0.012, 0.03)


def _accessories(picture, sampler):
    picture["glasses"] = np.array(list(GLASSES))[sampler.choice(list(GLASSES.values()))]
    picture["rims"] = sampler.colour(RIMS, 0.1)
    picture["lens_size"] = sampler.uniform(0.19, 0.26)
    picture["hat"] = np.array(list(HATS))[sampler.choice(list(HATS.values()))]
    picture["hat_colour"] = sampler.colour(CLOTH, 0.15)
    picture["hat_level"] = sampler.uniform(-0.60, -0.44)
    picture["cloth"] = sampler.colour(CLOTH, 0.15)
    picture["collar"] = sampler.uniform()


def _background(picture, sampler):
    picture["wall"], picture["wall_below"] = sampler.colour(WALLS, 0.1), sampler.colour(WALLS, 0.1)
    picture["pattern"] = sampler.flag(0.5) * sampler.uniform(0.05, 0.28)
    picture["pattern_x"] = sampler.uniform(-7, 7)
    picture["pattern_y"] = sampler.uniform(-7, 7)
    picture["pattern_phase"] = sampler.uniform(0, 2 * np.pi)
    picture["blur"] = sampler.uniform(0, 1) ** 2
    picture["noise"] = sampler.uniform(0.004, 0.03)
