"""How a person is pictured: all that changes from one picture to the next."""

import numpy as np

from minidl.datasets.colours import rgb
from minidl.datasets.drawn_faces.draws import Draws

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
    draws = Draws([(seed, person, number + 1) for person, number in keys])
    picture = np.zeros(len(people), PICTURE)
    _pose(picture, draws)
    _light(picture, draws)
    _expression(picture, draws)
    _things(picture, draws)
    _background(picture, draws)
    return picture


def _pose(picture, draws):
    picture["roll"] = draws.normal(0.10, 0.26)
    picture["yaw"] = draws.normal(0.22, 0.50)
    picture["pitch"] = draws.normal(0.05, 0.11)
    picture["shift_x"] = draws.normal(0.07, 0.16)
    picture["shift_y"] = draws.normal(0.06, 0.13)
    picture["scale"] = np.exp(draws.uniform(-0.12, 0.11))


def _light(picture, draws):
    angle = draws.uniform(0, 2 * np.pi)
    picture["light_x"], picture["light_y"] = np.cos(angle), 0.6 * np.sin(angle) - 0.4
    picture["light"] = draws.uniform(0.05, 0.55)
    picture["exposure"] = draws.uniform(0.78, 1.18)
    picture["contrast"] = draws.uniform(0.86, 1.12)
    picture["warmth"] = draws.normal(0.05, 0.12)


def _expression(picture, draws):
    picture["smile"] = draws.uniform(-0.45, 1.0)
    picture["open"] = np.maximum(draws.normal(0.045, 0.09), 0)
    picture["brow_raise"] = draws.normal(0.025, 0.06)
    picture["eye_open"] = draws.uniform(0.72, 1.12) * np.where(draws.flag(0.03), 0.12, 1)
    picture["gaze_x"] = draws.normal(0.025, 0.055)
    picture["gaze_y"] = draws.normal(0.012, 0.03)


def _things(picture, draws):
    picture["glasses"] = np.array(list(GLASSES))[draws.choice(list(GLASSES.values()))]
    picture["rims"] = draws.colour(RIMS, 0.1)
    picture["lens_size"] = draws.uniform(0.19, 0.26)
    picture["hat"] = np.array(list(HATS))[draws.choice(list(HATS.values()))]
    picture["hat_colour"] = draws.colour(CLOTH, 0.15)
    picture["hat_level"] = draws.uniform(-0.60, -0.44)
    picture["cloth"] = draws.colour(CLOTH, 0.15)
    picture["collar"] = draws.uniform()


def _background(picture, draws):
    picture["wall"], picture["wall_below"] = draws.colour(WALLS, 0.1), draws.colour(WALLS, 0.1)
    picture["pattern"] = draws.flag(0.5) * draws.uniform(0.05, 0.28)
    picture["pattern_x"] = draws.uniform(-7, 7)
    picture["pattern_y"] = draws.uniform(-7, 7)
    picture["pattern_phase"] = draws.uniform(0, 2 * np.pi)
    picture["blur"] = draws.uniform(0, 1) ** 2
    picture["noise"] = draws.uniform(0.004, 0.03)
