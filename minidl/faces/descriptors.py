"""From a photograph to descriptors: detector → landmarks → alignment → the face network."""

from collections.abc import Sequence
from functools import cache
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minidl import zoo
from minidl.arguments import check_image, check_int, check_numbers, is_int
from minidl.datasets.images import read_image
from minidl.faces.alignment import CHIP, align
from minidl.faces.detector import detect
from minidl.faces.landmarks import find_landmarks


class Faces(NamedTuple):
    """The K faces of a picture, the surest first; K may be 0."""

    boxes: np.ndarray  # (K, 4) float: left, top, right, bottom, in pixels
    scores: np.ndarray  # (K,) float: how sure the detector is, above 0
    landmarks: np.ndarray  # (K, 5, 2) float: corners of the eyes and base of the nose, (x, y)
    chips: np.ndarray  # (K, 150, 150, 3) uint8: the faces, aligned
    encodings: np.ndarray  # (K, 128) float32: same person, Euclidean distance below 0.6
    smallest: float  # side in pixels of the smallest face that was looked for

    def pick(self, which: int | Sequence[float]) -> "Faces":
        """Return the one face that is meant, as the K = 1 faces of the picture.

        Args:
            which: its number, from 0 for the surest; or a point (x, y) in pixels of the picture,
                for the face whose middle is nearest.

        Raises:
            ValueError: for a number or a point that there is not, or if no face was found.
        """
        if not len(self.boxes):
            raise ValueError(
                f"no face of {self.smallest:.0f} pixels or more was found: there is none to pick."
            )
        last = len(self.boxes) - 1
        row = check_int(which, "which", 0, last) if is_int(which) else self._nearest(which)
        return Faces(*(part[row : row + 1] for part in self[:-1]), self.smallest)

    def _nearest(self, point: Sequence[float]) -> int:
        """Return the row of the face whose middle is nearest to a point."""
        place = check_numbers(point, "which")
        if place.shape != (2,) or not np.isfinite(place).all():
            raise ValueError(
                f"which must be the number of a face or a point (x, y) in pixels, got {point!r}."
            )
        middles = (self.boxes[:, :2] + self.boxes[:, 2:]) / 2
        return int(np.linalg.norm(middles - place, axis=1).argmin())


def describe(
    image: np.ndarray | str | Path, *, smallest: float | None = None, threshold: float = 0
) -> Faces:
    """Find the faces in a picture and describe each one by 128 numbers.

    Args:
        image: uint8 RGB ``(H, W, 3)``, or a path of a picture file.
        smallest, threshold: as in ``detect``.

    Raises:
        TypeError, ValueError: for an array of another kind, or a file that is not a picture.
        AssetError: if the networks cannot be fetched.
    """
    image = read_image(image) if isinstance(image, str | PathLike) else check_image(image)
    return _describe(image, _models(), smallest, threshold)


class Describer:
    """From a picture to the encodings of its faces ``(K, 128)``; can be sent, networks and all."""

    def __init__(self, *, smallest: float | None = None, threshold: float = 0):
        self.models, self.settings = _models(), (smallest, threshold)

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return the encodings of an image, uint8 RGB ``(H, W, 3)``."""
        return _describe(image, self.models, *self.settings).encodings


def _describe(image: np.ndarray, models: tuple, smallest: float | None, threshold: float) -> Faces:
    detector, predictor, network = models
    found = detect(image, detector, smallest=smallest, threshold=threshold)
    points = [find_landmarks(image, box, predictor) for box in found.boxes]
    chips = [align(image, p) for p in points]
    chips = np.stack(chips) if chips else np.empty((0, CHIP, CHIP, 3), np.uint8)
    landmarks = np.array(points, float).reshape(-1, 5, 2)
    encodings = network.describe(chips)
    return Faces(found.boxes, found.scores, landmarks, chips, encodings, found.smallest)


@cache
def _models():
    """Load the three parts once."""
    return zoo.face_detector(), zoo.face_landmarks(), zoo.face_resnet()
