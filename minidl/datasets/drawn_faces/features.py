"""Eyes, brows, nose, mouth and marks, drawn at their places on the turned head.

Left and right mirror each other: ``|face_x|`` draws both sides at once.
"""

import numpy as np

from minidl.datasets.drawn_faces.raster import ellipse


def eyes(raster, pose, person, picture):
    """Almond eyes with iris, pupil and glint, a lid line above, a shadow around."""
    side = np.abs(pose.face_x) - person.eye_distance
    y = pose.face_y - person.eye_level + person.eye_tilt * side
    u = side / person.eye_width
    lid = 1 - u * u
    open_height = person.eye_height * picture.eye_open
    almond = np.abs(y) - open_height * lid
    socket = ellipse(side, y + 0.03, 1.5 * person.eye_width, 2.2 * person.eye_height)
    raster.lay(0.28 * raster.cover(socket, 3), np.float32(0.62) * person.skin)
    white = raster.cover(almond)
    raster.lay(white, _rgb(0.95, 0.94, 0.92))
    gaze = picture.gaze_x * np.sign(pose.face_x)
    far = np.sqrt((side - gaze) ** 2 + (y - picture.gaze_y) ** 2)
    iris = white * raster.cover(far - person.iris_size)
    raster.lay(iris, person.iris)
    raster.lay(white * raster.cover(far - 0.48 * person.iris_size), _rgb(0.04, 0.04, 0.04))
    glint = (side - gaze + 0.02) ** 2 + (y - picture.gaze_y + 0.028) ** 2
    raster.lay(iris * raster.cover(np.sqrt(glint) - 0.018), _rgb(1, 1, 1))
    upper = np.abs(y + open_height * lid) - 0.012 - 0.016 * person.lid
    upper = np.maximum(upper, np.abs(side) - 1.08 * person.eye_width)
    raster.lay((0.35 + 0.6 * person.lid) * raster.cover(upper), np.float32(0.16) * person.skin)


def brows(raster, pose, person, picture):
    """Brows: arched bars that thin out at their ends."""
    side = np.abs(pose.face_x) - person.eye_distance - 0.01
    u = side / person.brow_length
    level = person.eye_level - person.brow_height - picture.brow_raise
    y = pose.face_y - level + person.brow_arch * (1 - u * u) + person.brow_tilt * side
    bar = np.abs(y) - person.brow_thickness * (1 - 0.6 * u * u)
    bar = np.maximum(bar, np.abs(side) - person.brow_length)
    raster.lay(0.92 * raster.cover(bar), person.brows)


def nose(raster, pose, person, picture):
    """A nose that stands out: it moves more than the face when the head turns."""
    x = pose.face_x - np.float32(0.10) * pose.turn
    down = np.clip((pose.face_y + 0.05) / person.nose_length, 0, 1)
    half = 0.05 + (person.nose_width - 0.05) * down * down
    wedge = np.maximum(np.abs(x) - half, pose.face_y - person.nose_length)
    wedge = np.maximum(wedge, -0.08 - pose.face_y)
    shadow_side = np.clip(0.5 - 6 * x * np.sign(picture.light_x), 0, 1)
    bridge = person.nose_bridge * (0.10 + 0.22 * shadow_side) * down
    raster.lay(raster.cover(wedge, 3) * bridge, np.float32(0.55) * person.skin)
    tip_y = pose.face_y - person.nose_length
    middle = np.float32(0.5) * person.nose_length
    ridge = np.maximum(np.abs(x) - 0.03, np.abs(pose.face_y - middle) - middle)
    light = 0.30 * person.nose_bridge * raster.cover(ridge, 3)
    raster.lay(light, np.minimum(1.18 * person.skin, 1))
    wing = np.abs(x) - 0.62 * person.nose_width
    base = ellipse(x, tip_y, person.nose_width, np.float32(0.055))
    raster.lay(0.42 * raster.cover(base, 2), np.float32(0.62) * person.skin)
    nostril = ellipse(wing, tip_y - 0.012, 0.28 * person.nose_width, np.float32(0.024))
    raster.lay(0.85 * raster.cover(nostril), np.float32(0.25) * person.skin)


def mouth(raster, pose, person, picture):
    """Two lips along a line that smiles, and teeth between them when the mouth is open."""
    u = pose.face_x / (person.mouth_width * (1 + 0.12 * picture.smile))
    square = u * u
    bend = 0.075 * picture.smile + person.mouth_corners
    y = pose.face_y - person.mouth_level + bend * (square - 0.35)
    full = np.maximum(1 - square, 0)
    gap = (picture.open + 0.03 * np.maximum(picture.smile - 0.4, 0)) * full
    bow = person.upper_lip * full * (1 - 0.35 * np.maximum(1 - 12 * square, 0))
    ends = (np.abs(u) - 1) * person.mouth_width
    upper = np.maximum(np.maximum(-y - gap - bow, y + gap), ends)
    lower = np.maximum(np.maximum(gap - y, y - gap - person.lower_lip * full), ends)
    inside = np.maximum(np.abs(y) - gap - 0.008, ends)
    below = ellipse(pose.face_x, y - 0.14, 0.7 * person.mouth_width, np.float32(0.03))
    raster.lay(0.25 * raster.cover(below, 4), 0.6 * person.skin)
    raster.lay(raster.cover(upper), np.float32(0.88) * person.lips)
    raster.lay(raster.cover(lower), person.lips)
    raster.lay(raster.cover(inside), np.float32(0.22) * person.lips)
    teeth = np.maximum(inside + 0.012, y - 0.35 * gap)
    raster.lay(raster.cover(teeth) * (gap > 0.02), _rgb(0.93, 0.93, 0.93))


def marks(raster, pose, person):
    """Blush, freckles, lines of age and a mole."""
    across = np.abs(pose.face_x)
    side = across - 0.62 * person.head_width
    cheek = ellipse(side, pose.face_y - 0.32, np.float32(0.22), np.float32(0.17))
    blush = _rgb(1.04, 0.70, 0.66) * person.skin
    raster.lay(0.55 * person.blush * raster.cover(cheek, 6), np.minimum(blush, 1))
    speckle = np.sin(44 * pose.face_x + 3 * np.sin(17 * pose.face_y)) * np.sin(47 * pose.face_y)
    band = ellipse(pose.face_x, pose.face_y - 0.22, 0.85 * person.head_width, np.float32(0.24))
    freckles = person.freckles * np.clip(3 * speckle - 1, 0, 1) * raster.cover(band, 5)
    raster.lay(0.5 * freckles, _rgb(0.66, 0.50, 0.40) * person.skin)
    down = pose.face_y - person.nose_length
    fold = np.abs(across - person.nose_width - 0.05 - 0.5 * down) - 0.014
    fold = np.maximum(fold, np.abs(down - 0.09) - 0.12)
    raster.lay(0.75 * person.lines * raster.cover(fold, 1.5), np.float32(0.55) * person.skin)
    brow = np.abs(np.abs(pose.face_y + 0.52 - 0.1 * across) - 0.05) - 0.010
    brow = np.maximum(brow, across - 0.36)
    raster.lay(0.6 * person.lines * raster.cover(brow, 1.5), np.float32(0.6) * person.skin)
    mole = np.sqrt((pose.face_x - person.mole_x) ** 2 + (pose.face_y - person.mole_y) ** 2)
    raster.lay(raster.cover(mole - person.mole_size) * (person.mole_size > 0), 0.28 * person.skin)


def _rgb(*colour):
    """A colour as three columns, one number each."""
    return np.float32(colour)[:, None, None, None]
