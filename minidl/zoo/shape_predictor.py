"""The file of dlib's shape predictor: regression trees that find five points of a face.

The whole file is one row of dlib ints; a float is two of them, mantissa and exponent. It was
checked against its sha256 when it was fetched, so where its arrays lie in that row is known.
"""

from typing import NamedTuple

import numpy as np

from minidl.files import read_bytes
from minidl.zoo.fetching import fetch

POINTS, CASCADES, TREES, SPLITS, PIXELS = 5, 15, 500, 15, 800
LEAF = 2 + 4 * POINTS  # ints of a leaf: its shape, and two floats for each point
TREE = 1 + 4 * SPLITS + 1 + LEAF * (SPLITS + 1)  # counts of splits and leaves before each kind


class ShapePredictor(NamedTuple):
    """C cascades of T trees with S splits and S + 1 leaves, for K points and P pixels.

    Points are (x, y) in the face's box: (0, 0) is its upper left corner, (1, 1) its lower right.
    """

    mean: np.ndarray  # (K, 2) where the points lie on an average face
    pixels: np.ndarray  # (C, T, S, 2) the two pixels that a split compares
    thresholds: np.ndarray  # (C, T, S) by how much the first must be brighter
    leaves: np.ndarray  # (C, T, S + 1, K, 2) how each leaf moves the points
    anchors: np.ndarray  # (C, P) the point that each pixel is near to
    offsets: np.ndarray  # (C, P, 2) where it lies, seen from there


def face_landmarks() -> ShapePredictor:
    """Return the trees that find five points of a face; see ``minidl.faces.landmarks``.

    Raises AssetError if the file cannot be fetched.
    """
    ints = integers(read_bytes(fetch("face_landmarks")))
    # each part begins with how many rows it has, and each row with its length
    sizes = (3 + 4 * POINTS, 1 + CASCADES * (1 + TREES * TREE), 1 + CASCADES * (1 + PIXELS))
    mean, forests, anchors, offsets = np.split(ints, np.cumsum(sizes))
    trees = forests[1:].reshape(CASCADES, -1)[:, 1:].reshape(CASCADES, TREES, TREE)
    nodes = trees[..., 1 : 1 + 4 * SPLITS].reshape(CASCADES, TREES, SPLITS, 4)
    leaves = trees[..., 2 + 4 * SPLITS :].reshape(CASCADES, TREES, SPLITS + 1, LEAF)
    return ShapePredictor(
        mean=_floats(mean[3:]).reshape(POINTS, 2),
        pixels=nodes[..., :2],
        thresholds=_floats(nodes[..., 2:])[..., 0],
        leaves=_floats(leaves[..., 2:]).reshape(CASCADES, TREES, SPLITS + 1, POINTS, 2),
        anchors=anchors[1:].reshape(CASCADES, -1)[:, 1:],
        offsets=_floats(offsets[1:].reshape(CASCADES, -1)[:, 1:]).reshape(CASCADES, PIXELS, 2),
    )


def integers(data: bytes) -> np.ndarray:
    """Cut bytes into dlib ints: a control byte (low nibble: size; 0x80: negative), a magnitude."""
    starts, position = [], 0
    while position < len(data):
        starts.append(position)
        position += 1 + (data[position] & 0x0F)
    start = np.array(starts, np.int64)
    raw = np.frombuffer(data + bytes(8), np.uint8)
    size = raw[start] & 0x0F
    value = np.zeros(len(start), np.int64)
    for place in range(int(size.max(initial=0))):
        value += np.where(size > place, raw[start + 1 + place], 0).astype(np.int64) << (8 * place)
    return np.where(raw[start] & 0x80, -value, value)


def _floats(pairs: np.ndarray) -> np.ndarray:
    """Return mantissa · 2^exponent for ints that alternate along the last axis, as float32."""
    return np.ldexp(pairs[..., 0::2].astype(float), pairs[..., 1::2]).astype(np.float32)
