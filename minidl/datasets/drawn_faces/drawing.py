"""Drawing a batch of faces: from back to front, wall, clothes, hair, head, features, hat, light."""

import numpy as np

from minidl.datasets.drawn_faces.accessories import clothes, glasses, hat, wall
from minidl.datasets.drawn_faces.features import brows, eyes, marks, mouth, nose
from minidl.datasets.drawn_faces.hair import back_hair, beard, front_hair
from minidl.datasets.drawn_faces.pose import Pose
from minidl.datasets.drawn_faces.raster import Columns, Raster, ellipse


def draw(person: np.ndarray, picture: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Draw faces from rows of traits and picture variables, and grain (n, size, size) of spread 1.

    Returns uint8 (n, size, size, 3).
    """
    size = noise.shape[-1]
    bearded = person["beard_style"] != "none"
    spectacled, hatted = picture["glasses"] != "none", picture["hat"] != "none"
    person, picture = Columns(person), Columns(picture)
    pose = Pose(person, picture, size)
    planes, figure = np.empty((3, *noise.shape), np.float32), np.zeros(noise.shape, np.float32)
    raster = Raster(planes, figure, pose.pixel)
    wall(raster, pose, picture)
    back_hair(raster, pose, person)
    clothes(raster, pose, person, picture)
    _head(raster, pose, person)
    marks(raster, pose, person)
    mouth(raster, pose, person, picture)
    with raster.only(bearded) as part:
        beard(part, pose.only(bearded), person.only(bearded))
    nose(raster, pose, person, picture)
    eyes(raster, pose, person, picture)
    front_hair(raster, pose, person)
    brows(raster, pose, person, picture)
    for accessory, which in ((glasses, spectacled), (hat, hatted)):
        with raster.only(which) as part:
            accessory(part, pose.only(which), person.only(which), picture.only(which))
    _light(raster, pose, picture)
    raster.blur(picture.blur * np.float32(0.35 * size / 48))
    raster.planes += picture.noise * noise
    return _to_uint8(raster.planes)


def _head(raster, pose, person):
    """Ears and the skin of the head, darker towards its rim."""
    for side in (-1, 1):
        place = side * (person.head_width + person.ear_out) + np.float32(0.10) * pose.turn
        ear_y = pose.y - np.float32(0.08)
        ear = ellipse(pose.x - place, ear_y, 0.12 * person.ear_size, 0.20 * person.ear_size)
        raster.lay_solid(raster.cover(ear), person.skin * np.float32(0.90))
        raster.lay(0.5 * raster.cover(ear + 0.05), person.skin * np.float32(0.66))
    skin = person.skin * (0.84 + 0.16 * np.clip(1.5 * pose.depth, 0, 1))
    raster.lay_solid(raster.cover((pose.radius - 1) * person.head_width), skin)


def _light(raster, pose, picture):
    """One lamp from the side on the round of the head; then exposure, contrast and colour."""
    side = np.clip(picture.light_x * pose.across + picture.light_y * pose.y, -1.2, 1.2)
    raster.tone(picture.exposure * (1 + picture.light * side * raster.figure))
    tints = 1 + picture.warmth, np.float32(1.0), 1 - picture.warmth
    for plane, tint in zip(raster.planes, tints, strict=True):
        plane -= np.float32(0.45)
        plane *= picture.contrast * tint
        plane += np.float32(0.45) * tint


def _to_uint8(planes):
    planes *= 255
    np.rint(planes, out=planes)
    np.clip(planes, 0, 255, out=planes)
    return np.ascontiguousarray(np.moveaxis(planes.astype(np.uint8), 0, -1))
