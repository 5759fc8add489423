"""What is not the person: the wall, clothes, glasses and hats."""

import numpy as np

from minidl.datasets.drawn_faces.raster import ellipse


def wall(raster, pose, picture):
    """Two colours from top to bottom, and stripes or blocks across them."""
    down = np.clip(0.5 + 0.35 * pose.body_y, 0, 1)
    phase = picture.pattern_x * pose.body_x + picture.pattern_phase
    pattern = np.sin(phase) * np.sin(picture.pattern_y * pose.body_y + picture.pattern_phase)
    tone = 1 + picture.pattern * np.clip(6 * pattern, -1, 1)
    for plane, top, bottom in zip(raster.planes, picture.wall, picture.wall_below, strict=True):
        plane[...] = (top + (bottom - top) * down) * tone


def clothes(raster, pose, person, picture):
    """Neck in the shadow of the chin, shoulders, and an open or closed collar."""
    x, y = pose.body_x, pose.body_y
    neck = np.maximum(np.abs(x) - 0.55 * person.head_width, 0.4 - y)
    shade = np.clip(0.62 + 0.5 * (y - person.chin), 0.6, 0.88)
    raster.lay_solid(raster.cover(neck), person.skin * shade)
    shoulders = ellipse(x, y - 2.05, np.float32(1.30), np.float32(0.86))
    opening = ellipse(x, y - 1.12, 0.66 * person.head_width, 0.12 + 0.5 * picture.collar)
    fold = 0.9 + 0.12 * np.sin(9 * x + 3 * y)
    raster.lay_solid(raster.cover(np.maximum(shoulders, -opening)), picture.cloth * fold)


def glasses(raster, pose, person, picture):
    """Round or square rims, or dark lenses, that stand a little before the face."""
    x = pose.face_x - np.float32(0.05) * pose.turn
    side, y = np.abs(x) - person.eye_distance, pose.face_y - person.eye_level - 0.02
    r = np.minimum(picture.lens_size, 0.94 * person.eye_distance)
    disc = np.sqrt(side * side + y * y) - r
    box = np.maximum(np.abs(side) - r, np.abs(y) - 0.72 * r)
    lens = np.where(picture.glasses == "round", disc, box)
    bar = np.abs(y + 0.04) - 0.018
    bridge = np.maximum(bar, np.abs(x) - person.eye_distance + r)
    arm = np.maximum(np.maximum(bar, r - side), (pose.radius - 1) * person.head_width)
    tint = np.where(picture.glasses == "sun", np.float32(0.88), np.float32(0.08))
    raster.lay(tint * raster.cover(lens), np.float32(0.35) * picture.rims)
    frame = np.minimum(np.minimum(np.abs(lens) - 0.022, bridge), arm)
    raster.lay(raster.cover(frame), picture.rims)


def hat(raster, pose, person, picture):
    """A knitted hat with a cuff, a cap with a visor, or a hat with a brim and a band."""
    knitted, capped = picture.hat == "beanie", picture.hat == "cap"
    x, y = pose.x + np.float32(0.10) * pose.turn, pose.face_y - picture.hat_level
    volume = np.minimum(person.hair_volume, np.float32(0.2))
    wide = person.head_width * (1.05 + 0.8 * volume)
    high = person.crown * (1.12 + 0.7 * volume)
    dome = np.maximum(ellipse(x, np.minimum(pose.y, 0), wide, high), y)
    knit = 0.92 + 0.08 * np.sin(40 * pose.face_x) * knitted
    raster.lay_solid(raster.cover(dome), picture.hat_colour * knit)
    cuff = np.maximum(dome - 0.03, -y - np.float32(0.17))
    raster.lay_solid(raster.cover(cuff) * ~capped, picture.hat_colour * (0.72 * knit))
    shift = x - 0.55 * pose.turn * capped
    flat = np.where(capped, np.float32(0.88), np.float32(1.5)) * person.head_width
    bow = y - 0.05 + 0.14 * (shift / flat) ** 2 * ~capped
    visor = ellipse(shift, bow, flat, np.float32(0.11))
    shadow = np.maximum(np.maximum(-y, y - 0.22), (pose.radius - 1) * person.head_width)
    raster.tone(1 - 0.25 * raster.cover(shadow, 2) * ~knitted)
    raster.lay_solid(raster.cover(visor) * ~knitted, 0.82 * picture.hat_colour)
