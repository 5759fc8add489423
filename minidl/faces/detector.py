"""Finding faces: one network over an image pyramid, then non-maximum suppression.

The network looks for faces of one size, 80 pixels. Larger ones are found in a smaller copy of the
picture, so it runs over a row of copies, each 5/6 as large as the one before.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image

from minidl import nn
from minidl.arguments import check_image, check_number
from minidl.zoo.detector_network import WINDOW

STEP = 5 / 6  # from one copy of the pyramid to the next
OCTAVE = STEP**4  # about a half
OVERLAP = 0.338  # two boxes that share more than this are one face
STRIDE, FIRST = 8, 14  # three convolutions 5 × 5 with stride 2: score c stands at pixel 8c + 14
REACH = 10  # rows of scores beyond its own that a score depends on, through what is around it
STRIP = 96  # rows of scores that are computed at once: memory does not grow with the picture
MARGIN = 20  # pixels of black around each copy: faces may touch the border
LARGEST = 8000  # pixels, the longer side of the pyramid's largest copy


class Detections(NamedTuple):
    """Faces in a picture, the surest first."""

    boxes: np.ndarray  # (K, 4) float: left, top, right, bottom, in pixels of the picture
    scores: np.ndarray  # (K,) float, above the threshold
    smallest: float  # side in pixels of the smallest face that was looked for


def detect(
    image: np.ndarray,
    detector: nn.Sequential,
    *,
    smallest: float | None = None,
    threshold: float = 0,
) -> Detections:
    """Return the faces in a picture that stand more or less upright.

    Without ``smallest`` it looks for faces down to a 33rd of the picture's longer side (120 pixels
    in 4000, but not below 23), and if there are none, down to a 69th. A picture of 12 megapixels
    then takes about five times as long.

    Args:
        image: uint8 RGB ``(H, W, 3)``.
        detector: ``zoo.face_detector()``.
        smallest: side in pixels of the smallest face to look for, from 10 up; half the side takes
            four times as long.
        threshold: lowest score; raise it if something else is taken for a face.

    Raises:
        TypeError, ValueError: for another dtype or shape, or a size below 10 pixels.
    """
    image = check_image(image)
    check_number(threshold, "threshold", -np.inf, np.inf)
    for size in _sizes(max(image.shape[:2]), smallest):
        found = [windows(copy, detector, threshold) for copy in pyramid(image, WINDOW / size)]
        none = (np.empty((0, 4)), np.empty(0, np.float32))
        boxes, scores = (np.concatenate(parts) for parts in zip(none, *found, strict=True))
        if len(boxes):
            break
    kept = suppress(boxes, scores)
    return Detections(boxes[kept], scores[kept], size)


def _sizes(longer: int, smallest: float | None) -> list[float]:
    """Return the smallest face to look for, and the one for a second look if there was none."""
    if smallest is None:
        first, second = (OCTAVE * max(48, share * longer) for share in (1 / 16, OCTAVE / 16))
        return [first] if first == second else [first, second]
    check_number(smallest, "smallest", 10, np.inf, open_high=True)
    if longer * WINDOW / smallest > LARGEST:
        raise ValueError(
            f"looking for faces of {smallest:g} pixels in a picture of {longer} takes too much "
            f"memory: choose smallest ≥ {longer * WINDOW / LARGEST:.0f}, or cut the picture up."
        )
    return [float(smallest)]


def pyramid(image: np.ndarray, scale: float) -> Iterator[tuple[np.ndarray, float]]:
    """Yield copies of the picture and their scales, as long as most of a face fits in."""
    picture = Image.fromarray(image)
    while min(picture.size) * scale >= WINDOW - MARGIN:
        size = [round(side * scale) for side in picture.size]
        copy = np.asarray(picture.resize(size, Image.Resampling.BILINEAR))
        yield np.pad(copy, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0))), scale
        scale *= STEP


def windows(
    copy: tuple[np.ndarray, float], detector: nn.Sequential, threshold: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the boxes ``(K, 4)`` above the threshold, in pixels of the picture, and scores."""
    pixels, scale = copy
    score = strip_scores(pixels, detector)
    rows, columns = np.nonzero(score > threshold)
    centres = np.stack([columns, rows], axis=1) * STRIDE + FIRST + 0.5 - MARGIN
    return np.hstack([centres - WINDOW / 2, centres + WINDOW / 2]) / scale, score[rows, columns]


def strip_scores(pixels: np.ndarray, detector: nn.Sequential) -> np.ndarray:
    """Return the scores of a copy ``(H', W')``, computed strip by strip."""
    rows = (len(pixels) - 2 * FIRST - 1) // STRIDE + 1
    parts = []
    for start in range(0, rows, STRIP):
        top = max(start - REACH, 0)
        bottom = STRIDE * (start + STRIP + REACH - 1) + 2 * FIRST + 1
        strip = pixels[STRIDE * top : bottom].astype(np.float32)
        score = detector.predict(strip[None])[0, ..., 0]
        parts.append(score[start - top :][:STRIP])
    return np.concatenate(parts)


def suppress(boxes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return which boxes stay, the surest first: each removes those that it overlaps too much."""
    order = np.argsort(-scores, kind="stable")
    kept = []
    while order.size:
        kept.append(order[0])
        order = order[overlap(boxes[order[0]], boxes[order]) <= OVERLAP]
    return np.array(kept, int)


def overlap(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return the intersection over the union of a box ``(4,)`` with boxes ``(K, 4)``."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return shared / (areas + np.prod(box[2:] - box[:2]) - shared)
