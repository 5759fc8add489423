"""From a photograph to descriptors: detector → landmarks → alignment → the face network."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minidl import zoo
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
    if isinstance(image, str | Path):
        image = read_image(image)
    detector, predictor, network = _models()
    found = detect(image, detector, smallest=smallest, threshold=threshold)
    points = [find_landmarks(image, box, predictor) for box in found.boxes]
    chips = [align(image, p) for p in points]
    chips = np.stack(chips) if chips else np.empty((0, CHIP, CHIP, 3), np.uint8)
    landmarks = np.array(points, float).reshape(-1, 5, 2)
    return Faces(found.boxes, found.scores, landmarks, chips, network.describe(chips))


@cache
def _models():
    """Load the three parts once."""
    return zoo.face_detector(), zoo.face_landmarks(), zoo.face_resnet()
