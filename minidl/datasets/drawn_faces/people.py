"""Who is drawn: the traits that stay with a person from picture to picture.

Lengths are in units of half a head: y = −1 is about the crown, 0 the eyes, 1 the chin.
"""

import numpy as np

from minidl.datasets.colours import rgb
from minidl.datasets.drawn_faces.sampling import Sampler

SKINS = rgb("ffe2cb", "f5cba5", "e4b082", "c68a5c", "966240", "684430")
HAIRS = rgb(
    "181416", "3a261c", "684226", "8e4220", "c4682c", "d6a85c", "eed69c", "dedee2", "8c8c92"
)
DYES = rgb("3c5abe", "289682", "963ca0", "dc5082")
IRISES = rgb("2e1c14", "623a1e", "88682e", "4a7a42", "4684b0", "68a8d8", "96a4ac")
LIPS = rgb("ce8070", "bc5454", "ac2c3c")

# name: (share, volume, hairline, curtain, drop, length, curl); each a range
STYLES = {
    "bald": (6, (0.00, 0.02), (1.30, 1.40), (0, 0), (0.0, 0.0), (-0.5, -0.4), 0),
    "ring": (6, (0.03, 0.06), (1.20, 1.35), (0, 0), (1.2, 1.5), (0.0, 0.2), 0),
    "buzz": (10, (0.02, 0.05), (0.62, 0.78), (0, 0.1), (0.5, 0.7), (-0.1, 0.1), 0),
    "short": (18, (0.08, 0.18), (0.50, 0.72), (0, 0.15), (0.4, 0.75), (0.0, 0.2), 0),
    "parted": (13, (0.12, 0.24), (0.48, 0.62), (0, 0.1), (0.4, 0.7), (0.0, 0.25), 0),
    "fringe": (11, (0.12, 0.22), (0.22, 0.36), (-0.05, 0.05), (0.25, 0.5), (0.2, 0.7), 0),
    "curly": (10, (0.24, 0.50), (0.50, 0.66), (0, 0.2), (0.4, 0.6), (0.0, 0.45), 1),
    "bob": (10, (0.14, 0.26), (0.46, 0.70), (0.2, 0.6), (0.8, 1.1), (0.55, 0.85), 0),
    "long": (16, (0.12, 0.24), (0.50, 0.76), (0.2, 0.7), (0.6, 1.0), (1.1, 1.8), 0),
    "wavy": (10, (0.20, 0.36), (0.46, 0.70), (0.2, 0.6), (0.6, 1.0), (1.0, 1.8), 0.6),
}
BEARDS = {"none": 60, "stubble": 10, "moustache": 8, "goatee": 9, "full": 13}

TRAITS = np.dtype(
    [(name, "f4") for name in (
        "head_width", "crown", "chin", "jaw", "ear_size", "ear_out",
        "hair_volume", "hair_line", "hair_curtain", "hair_drop", "hair_length", "hair_curl",
        "hair_tilt", "hair_part", "hair_bun",
        "brow_thickness", "brow_height", "brow_arch", "brow_tilt", "brow_length",
        "eye_distance", "eye_level", "eye_width", "eye_height", "eye_tilt", "iris_size", "lid",
        "nose_length", "nose_width", "nose_bridge",
        "mouth_level", "mouth_width", "upper_lip", "lower_lip", "mouth_corners",
        "beard", "moustache", "goatee", "freckles", "blush", "lines",
        "mole_size", "mole_x", "mole_y",
    )]
    + [(name, "f4", 3) for name in ("skin", "hair", "brows", "iris", "lips")]
    + [("hair_style", "U8"), ("beard_style", "U9")]
)  # fmt: skip


def traits(seed: int, people: np.ndarray) -> np.ndarray:
    """The traits of the people with these numbers: a structured array (people,) of ``TRAITS``."""
    sampler = Sampler([(seed, int(person)) for person in people])
    person = np.zeros(len(people), TRAITS)
    _colours(person, sampler)
    _head(person, sampler)
    _hair(person, sampler)
    _features(person, sampler)
    _beard(person, sampler)
    _marks(person, sampler)
    return person


def _colours(person, sampler):
    person["skin"] = sampler.colour(SKINS, 0.05)
    natural, dyed = sampler.colour(HAIRS, 0.08), sampler.colour(DYES, 0.1)
    person["hair"] = np.where(sampler.flag(0.05)[:, None], dyed, natural)
    person["brows"] = person["hair"] * sampler.uniform(0.45, 0.85)[:, None]
    person["iris"] = sampler.colour(IRISES, 0.08)
    painted = sampler.uniform()[:, None] ** 2
    lips = sampler.colour(LIPS, 0.06)
    person["lips"] = (1 - painted) * person["skin"] * [0.86, 0.66, 0.66] + painted * lips


def _head(person, sampler):
    person["head_width"] = sampler.uniform(0.60, 0.82)
    person["crown"] = sampler.uniform(0.92, 1.06)
    person["chin"] = sampler.uniform(0.88, 1.14)
    person["jaw"] = sampler.uniform(0.1, 1.0)
    person["ear_size"] = sampler.uniform(0.6, 1.3)
    person["ear_out"] = sampler.uniform(0.0, 0.09)


def _hair(person, sampler):
    names = list(STYLES)
    share, *ranges, curl = zip(*STYLES.values(), strict=True)
    style = sampler.choice(share)
    person["hair_style"] = np.array(names)[style]
    for name, span in zip(("volume", "line", "curtain", "drop", "length"), ranges, strict=True):
        low, high = np.array(span)[style].T
        person[f"hair_{name}"] = low + (high - low) * sampler.uniform()
    person["hair_curl"] = np.array(curl)[style]
    tilt = sampler.uniform(0.25, 0.6) * np.where(sampler.flag(0.5), 1, -1)
    person["hair_tilt"] = np.where(style == names.index("parted"), tilt, sampler.normal(0.06, 0.15))
    person["hair_part"] = sampler.normal(0.16, 0.35)
    bun = sampler.flag(0.2) & (person["hair_length"] > -0.1) & (person["hair_length"] < 1.0)
    person["hair_bun"] = bun * sampler.uniform(0.16, 0.28)


def _features(person, sampler):
    person["eye_distance"] = sampler.uniform(0.40, 0.53) * person["head_width"]
    person["eye_level"] = sampler.uniform(-0.09, 0.09)
    person["eye_width"] = sampler.uniform(0.115, 0.185)
    person["eye_height"] = sampler.uniform(0.050, 0.110)
    person["eye_tilt"] = sampler.normal(0.16, 0.35)
    person["iris_size"] = sampler.uniform(0.055, 0.085)
    person["lid"] = sampler.uniform(0.25, 1.0)
    person["brow_thickness"] = sampler.uniform(0.018, 0.075)
    person["brow_height"] = sampler.uniform(0.16, 0.29)
    person["brow_arch"] = sampler.uniform(0.0, 0.10)
    person["brow_tilt"] = sampler.normal(0.15, 0.35)
    person["brow_length"] = sampler.uniform(0.15, 0.26)
    person["nose_length"] = sampler.uniform(0.24, 0.44)
    person["nose_width"] = sampler.uniform(0.085, 0.20)
    person["nose_bridge"] = sampler.uniform(0.2, 1.0)
    lowest = 0.76 * person["chin"]
    level = person["nose_length"] + sampler.uniform(0.17, 0.30)
    person["mouth_level"] = np.minimum(level, lowest)
    person["mouth_width"] = sampler.uniform(0.16, 0.34)
    person["upper_lip"] = sampler.uniform(0.018, 0.065)
    person["lower_lip"] = sampler.uniform(0.026, 0.090)
    person["mouth_corners"] = sampler.normal(0.03, 0.07)


def _beard(person, sampler):
    style = sampler.choice(list(BEARDS.values()))
    person["beard_style"] = np.array(list(BEARDS))[style]
    stubble, moustache, goatee, full = (style == k for k in range(1, 5))
    person["beard"] = 0.30 * stubble + full * sampler.uniform(0.8, 1.0)
    person["moustache"] = 0.30 * stubble + (moustache | full) * sampler.uniform(0.75, 1.0)
    person["moustache"] += goatee * sampler.flag(0.6) * 0.8
    person["goatee"] = goatee * sampler.uniform(0.10, 0.24)


def _marks(person, sampler):
    person["freckles"] = sampler.flag(0.16) * sampler.uniform(0.5, 1.0)
    person["blush"] = sampler.uniform(0, 1) ** 2
    person["lines"] = sampler.uniform(0, 1) ** 3
    person["mole_size"] = sampler.flag(0.30) * sampler.uniform(0.032, 0.055)
    person["mole_x"] = sampler.uniform(0.15, 0.62) * person["head_width"]
    person["mole_x"] *= np.where(sampler.flag(0.5), 1, -1)
    person["mole_y"] = sampler.uniform(0.12, 0.75) * person["chin"]
