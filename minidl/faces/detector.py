"""Finding faces: one network over an image pyramid, then non-maximum suppression.

The network looks for faces of one size, 80 pixels. Larger ones are found in a smaller copy of the
picture, so it runs over a row of copies, each 5/6 as large as the one before.
"""

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

import numpy as np
from PIL import Image

from minidl import nn
from minidl.nn.memory import Estimate
from minidl.zoo.detector_network import WINDOW

STEP = 5 / 6  # from one copy of the pyramid to the next
OVERLAP = 0.338  # two boxes that share more than this are one face
STRIDE, FIRST = 8, 14  # three convolutions 5 × 5 with stride 2: score c stands at pixel 8c + 14
MARGIN = 20  # pixels of black around each copy: faces may touch the border


class Detections(NamedTuple):
    """Faces in a picture, the surest first."""

    boxes: np.ndarray  # (K, 4) float: left, top, right, bottom, in pixels of the picture
    scores: np.ndarray  # (K,) float, above the threshold


def detect(
    image: np.ndarray, detector: nn.Network, *, smallest: float | None = None, threshold: float = 0
) -> Detections:
    """Return the faces in a picture that stand more or less upright.

    Args:
        image: uint8 RGB ``(H, W, 3)``.
        detector: ``zoo.face_detector()``.
        smallest: side in pixels of the smallest face to look for; None means a sixteenth of the
            picture's longer side, but not less than 48. Half the side takes four times as long.
        threshold: lowest score; raise it if something else is taken for a face.

    Raises:
        TypeError, ValueError: for another dtype or shape, or a size below 10 pixels.
        MemoryError: if the search for such small faces needs more memory than there is.
    """
    image = np.asarray(image)
    if image.dtype != np.uint8:
        raise TypeError(f"the image must be uint8 pixels 0…255, got {image.dtype}.")
    if image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(f"the image must be RGB (H, W, 3), got shape {image.shape}.")
    longer = max(image.shape[:2])
    if smallest is None:
        smallest = max(48, longer / 16)
    if not smallest >= 10:
        raise ValueError(f"smallest must be at least 10 pixels, got {smallest!r}.")
    estimate = _estimate(image.shape, detector, smallest)
    estimate.check()
    with estimate.enforced():
        found = [windows(copy, detector, threshold) for copy in pyramid(image, WINDOW / smallest)]
    none = (np.empty((0, 4)), np.empty(0, np.float32))
    boxes, scores = (np.concatenate(parts) for parts in zip(none, *found, strict=True))
    kept = suppress(boxes, scores)
    return Detections(boxes[kept], scores[kept])


def _estimate(shape: tuple[int, ...], detector: nn.Network, smallest: float) -> Estimate:
    """Return what the search takes by the longer side of the pyramid's first copy."""
    height, width, longer = *shape[:2], max(shape[:2])

    def need(size: int) -> int:
        copy = [round(side * size / longer) + 2 * MARGIN for side in (height, width)]
        pixels = 6 * 3 * copy[0] * copy[1]  # twice as bytes, once as float32
        return pixels + detector.footprint.bytes((1, *copy, 3), [detector.output_name], keep=False)

    return Estimate(
        f"looking for faces of {smallest:g} pixels in a picture of {height} × {width}",
        round(longer * WINDOW / smallest),
        need,
        lambda size: f"smallest={ceil(longer * WINDOW / size)} would fit",
    )


def pyramid(image: np.ndarray, scale: float) -> Iterator[tuple[np.ndarray, float]]:
    """Yield copies of the picture and their scales, as long as most of a face fits in."""
    picture = Image.fromarray(image)
    while min(picture.size) * scale >= WINDOW - MARGIN:
        size = [round(side * scale) for side in picture.size]
        copy = np.asarray(picture.resize(size, Image.Resampling.BILINEAR))
        yield np.pad(copy, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0))), scale
        scale *= STEP


def windows(
    copy: tuple[np.ndarray, float], detector: nn.Network, threshold: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the boxes ``(K, 4)`` above the threshold, in pixels of the picture, and scores."""
    pixels, scale = copy
    score = detector.predict(pixels[None].astype(np.float32))[0, ..., 0]
    rows, columns = np.nonzero(score > threshold)
    centres = np.stack([columns, rows], axis=1) * STRIDE + FIRST + 0.5 - MARGIN
    return np.hstack([centres - WINDOW / 2, centres + WINDOW / 2]) / scale, score[rows, columns]


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
