"""Where every pixel of a picture lies on the person: the geometry of head and camera."""

import copy

import numpy as np

from minidl.datasets.drawn_faces.raster import Columns

VIEW = 1.40  # half a picture, in units of half a head
NECK = 0.7  # the head rolls about this point


class Pose:
    """Planes of coordinates (n, H, W), in units of half a head, x to the right and y down.

    ``body_x, body_y`` move and scale with the picture, ``x, y`` also roll with the head, and
    ``face_x, face_y`` are the places on a turned ellipsoid, on which all features are drawn.
    ``radius`` is 1 on the outline of the head, ``across`` is 1 at its right side, and ``depth`` is
    how far the skin comes towards the viewer.
    """

    def __init__(self, person: Columns, picture: Columns, size: int) -> None:
        grid = (np.arange(size, dtype=np.float32) + 0.5) * (2 / size) - 1
        spread = VIEW / picture.scale
        self.pixel = spread * np.float32(2 / size)
        self.body_x = grid * spread - picture.shift_x
        self.body_y = grid[:, None] * spread - picture.shift_y - np.float32(0.10)
        cos, sin = np.cos(picture.roll), np.sin(picture.roll)
        self.x = self.body_x * cos + (self.body_y - NECK) * sin
        self.y = (self.body_y - NECK) * cos - self.body_x * sin + NECK
        self.across = self.x / person.head_width
        square = self.across * self.across + _profile(self.y, person)
        self.radius = np.sqrt(square)
        self.depth = np.sqrt(np.maximum(1 - square, 0))
        self.turn = np.sin(picture.yaw)
        turned = self.across * np.cos(picture.yaw) - self.depth * self.turn
        self.face_x = turned * person.head_width
        self.face_y = self.y - self.depth * picture.pitch

    def only(self, which: np.ndarray) -> "Pose":
        """The pictures where ``which`` (n,) is true."""
        part = copy.copy(self)
        part.__dict__ = {name: plane[which] for name, plane in self.__dict__.items()}
        return part


def _profile(y, person):
    """The head's outline lies where across² + profile(y) = 1; a jaw of 1 is round, of 0 square."""
    t = y / np.where(y < 0, person.crown, person.chin)
    t = t * t
    round_part = np.where(y < 0, np.float32(0.8), person.jaw)
    return t * (round_part + (1 - round_part) * t * t)
