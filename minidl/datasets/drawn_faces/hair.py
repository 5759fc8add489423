"""Hair behind the head and over the forehead, and beards; one set of shapes makes every style."""

import numpy as np

from minidl.datasets.drawn_faces.raster import ellipse


def _outline(pose, person):
    """Signed distance to the mass of hair above the ears, continued straight down beside them."""
    x = pose.x + np.float32(0.12) * pose.turn
    wide = person.head_width * (1 + 0.85 * person.hair_volume)
    high = person.crown * (1 + 0.9 * person.hair_volume)
    outline = ellipse(x, np.minimum(pose.y, 0), wide, high)
    curls = np.sin(17 * pose.x + 2 * np.sin(9 * pose.y)) * np.sin(16 * pose.y + 1)
    return outline + 0.055 * person.hair_curl * curls


def _strands(pose, person, colour):
    """The colour of hair: strands, or curls, and a band of gloss over the crown."""
    strands = np.sin(34 * pose.face_x + 5 * np.sin(3 * pose.face_y))
    curls = np.sin(24 * pose.x + 3 * np.sin(8 * pose.y)) * np.sin(23 * pose.y)
    gloss = np.clip(1 - np.abs(pose.y + 0.72) * 3.5, 0, 1)
    tone = 0.94 + 0.09 * strands + person.hair_curl * (0.24 * curls - 0.09 * strands) + 0.20 * gloss
    return colour * tone


def back_hair(raster, pose, person):
    """Hair seen behind the head and the neck, down to the person's length, and a bun on top."""
    wave = 0.05 * person.hair_curl * np.sin(11 * pose.y)
    end = pose.y - person.hair_length + 0.3 * pose.across * pose.across
    back = np.maximum(_outline(pose, person) - wave, end)
    shown = raster.cover(back) * (person.hair_length > -0.3)
    raster.lay_solid(shown, _strands(pose, person, 0.72 * person.hair))
    top = pose.y + person.crown * (1 + 0.6 * person.hair_volume) + 0.5 * person.hair_bun
    x, size = pose.x + 0.3 * pose.turn, person.hair_bun
    bun = ellipse(x, top, size + 0.01, 0.9 * size + 0.01)
    raster.lay_solid(raster.cover(bun) * (person.hair_bun > 0), 0.9 * person.hair)


def front_hair(raster, pose, person):
    """Hair on the skull above the hairline, which falls at the temples and parts somewhere."""
    across = pose.face_x / person.head_width
    part = across - person.hair_part
    square = across * across
    line = person.hair_curtain * part * part + person.hair_tilt * across
    line += person.hair_drop * square * square * square - person.hair_line
    line += 0.03 * np.sin(26 * pose.face_x)
    front = np.maximum(_outline(pose, person), pose.face_y - line)
    end = pose.y - np.maximum(person.hair_length, 0.15) - 0.05 * np.sin(9 * pose.x)
    front = np.maximum(front, end)
    thin = np.float32(0.45) + np.clip(9 * person.hair_volume, 0, np.float32(0.55))
    raster.lay(0.25 * raster.cover(front - 0.05, 4), np.float32(0.55) * person.skin)
    raster.lay_solid(thin * raster.cover(front), _strands(pose, person, person.hair))


def beard(raster, pose, person):
    """A beard over the jaw, a moustache and a goatee, each as dense as the person grows it."""
    across = pose.face_x / person.head_width
    mouth_y = pose.face_y - person.mouth_level
    cheek = 0.30 - 0.42 * across * across - pose.face_y + 0.5 * person.nose_length
    lips = ellipse(pose.face_x, mouth_y, person.mouth_width + 0.01, np.float32(0.09))
    jaw = (pose.radius - 1.05) * person.head_width
    grain = 0.92 + 0.16 * np.sin(41 * pose.face_x) * np.sin(37 * pose.face_y)
    colour = person.hair * (np.float32(0.82) * grain)
    full = np.maximum(np.maximum(jaw, cheek), -lips)
    raster.lay(person.beard * raster.cover(full, 3), colour)
    above = mouth_y + 0.085 + 0.5 * person.upper_lip - 0.35 * across * across
    whiskers = ellipse(pose.face_x, above, 1.05 * person.mouth_width, np.float32(0.065))
    raster.lay(person.moustache * raster.cover(whiskers, 1.5), colour)
    y = pose.face_y - 0.93 * person.chin
    tuft = ellipse(pose.face_x, y, person.goatee + 0.01, np.float32(0.16))
    raster.lay(raster.cover(tuft, 2) * (person.goatee > 0) * np.float32(0.92), colour)
