"""Five points of a face, found by a cascade of regression trees (Kazemi and Sullivan, 2014).

The points begin where they lie on an average face. Each cascade looks at pixels near the points as
they stand now; its trees compare pairs of pixels, and the leaf that each tree ends in moves all
points a little.
"""

import numpy as np

from minidl.arguments import check_image, check_numbers
from minidl.faces.alignment import similarity
from minidl.zoo.shape_predictor import ShapePredictor


def find_landmarks(image: np.ndarray, box: np.ndarray, predictor: ShapePredictor) -> np.ndarray:
    """Return five points of the face in a box, ``(5, 2)`` (x, y), in the image's pixels.

    Args:
        image: uint8 RGB ``(H, W, 3)``.
        box: left, top, right, bottom of the face, as ``detect`` finds it; it may stick out.
        predictor: ``zoo.face_landmarks()``.

    Returns:
        The eye on the picture's right, outer and inner corner; the eye on its left, outer and inner
        corner; the base of the nose: the order of ``alignment.TEMPLATE``.
    """
    image, box = check_image(image), check_numbers(box, "box").astype(float)
    if box.shape != (4,) or not np.isfinite(box).all():
        raise ValueError(f"box must be (left, top, right, bottom) in pixels, got {box.tolist()}.")
    left, top, right, bottom = box
    corner, size = np.array([left, top]), np.array([right - left, bottom - top])
    points = predictor.mean.astype(float)
    for cascade in range(len(predictor.leaves)):
        near = points[predictor.anchors[cascade]] + turned(predictor, cascade, points)
        values = brightness(image, corner + near * size)
        points = points + moves(predictor, cascade, values)
    return corner + points * size


def turned(predictor: ShapePredictor, cascade: int, points: np.ndarray) -> np.ndarray:
    """Return the cascade's offsets ``(P, 2)``, turned and scaled as the points now stand."""
    a, _ = similarity(predictor.mean, points)
    offset = predictor.offsets[cascade]
    z = a * (offset[:, 0] + 1j * offset[:, 1])
    return np.stack([z.real, z.imag], axis=1)


def brightness(image: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the grey value at the pixels nearest to places ``(P, 2)``; 0 outside the picture."""
    x, y = np.floor(places + 0.5).astype(int).T
    inside = (x >= 0) & (x < image.shape[1]) & (y >= 0) & (y < image.shape[0])
    values = np.zeros(len(places))
    values[inside] = image[y[inside], x[inside]].sum(axis=1, dtype=int) // 3
    return values


def moves(predictor: ShapePredictor, cascade: int, values: np.ndarray) -> np.ndarray:
    """Walk down all trees at once, left where the first pixel is brighter; add up the leaves."""
    pixels, thresholds = predictor.pixels[cascade], predictor.thresholds[cascade]
    trees, splits = thresholds.shape
    brighter = values[pixels[..., 0]] - values[pixels[..., 1]] > thresholds
    rows, node = np.arange(trees), np.zeros(trees, int)
    while node[0] < splits:  # the trees are all equally deep
        node = 2 * node + np.where(brighter[rows, node], 1, 2)
    return predictor.leaves[cascade][rows, node - splits].sum(axis=0, dtype=float)
