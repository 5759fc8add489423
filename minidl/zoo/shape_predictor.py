"""The file of dlib's shape predictor: regression trees that find five points of a face.

The whole file is one row of dlib ints; a float is two of them, a vector or matrix comes after its
size. So it is cut into ints first, and the ints into arrays, since every tree looks the same.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from minidl.files import read_bytes
from minidl.zoo.asset import FormatError
from minidl.zoo.fetching import fetch


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
    return read_shape_predictor(fetch("face_landmarks"))


def read_shape_predictor(path: Path) -> ShapePredictor:
    """Read a shape predictor file; raises FormatError, naming the file, if it is damaged."""
    try:
        return _predictor(IntReader(integers(read_bytes(path))))
    except FormatError as error:
        raise FormatError(f"{Path(path).name} is not a whole shape predictor: {error}") from None


def integers(data: bytes) -> np.ndarray:
    """Cut bytes into dlib ints: a control byte (low nibble: size; 0x80: negative), a magnitude."""
    starts, position = [], 0
    while position < len(data):
        starts.append(position)
        position += 1 + (data[position] & 0x0F)
    start = np.array(starts, np.int64)
    raw = np.frombuffer(data + bytes(8), np.uint8)
    control = raw[start]
    size = control & 0x0F
    if position != len(data) or np.any((control & 0x70 != 0) | (size < 1) | (size > 7)):
        raise FormatError("its bytes are no row of ints")
    value = np.zeros(len(start), np.int64)
    for place in range(int(size.max(initial=0))):
        value += np.where(size > place, raw[start + 1 + place], 0).astype(np.int64) << (8 * place)
    return np.where(control & 0x80, -value, value)


class IntReader:
    """Reads one item after the other from a row of ints, and never beyond its end."""

    def __init__(self, values: np.ndarray):
        self.values = values
        self.position = 0

    def take(self, count: int) -> np.ndarray:
        """Return the next ``count`` ints."""
        if not 0 <= count <= len(self.values) - self.position:
            raise FormatError(f"{count} ints are needed at {self.position} of {len(self.values)}")
        self.position += count
        return self.values[self.position - count : self.position]

    def count(self, name: str, expected: int | None = None) -> int:
        """Return the next int, which says how many there are of something."""
        value = int(self.take(1)[0])
        if value < 1 or expected not in (None, value):
            raise FormatError(f"it says {value} {name}" + (f", not {expected}" if expected else ""))
        return value


def _predictor(ints: IntReader) -> ShapePredictor:
    ints.count("for its version", 1)
    size = -int(ints.take(1)[0])
    if size < 2 or size % 2 or ints.take(1)[0] != -1:
        raise FormatError("its mean shape is no column of points")
    mean = _floats(ints.take(2 * size)).reshape(-1, 2)
    forests = [_forest(ints, size) for _ in range(ints.count("cascades"))]
    cascades = ints.count("rows of anchors", len(forests))
    anchors = [ints.take(ints.count("anchors")) for _ in range(cascades)]
    cascades = ints.count("rows of offsets", len(forests))
    offsets = [_floats(ints.take(4 * ints.count("offsets", len(a)))) for a in anchors]
    if ints.position != len(ints.values):
        raise FormatError(f"{len(ints.values) - ints.position} ints are left over")
    try:
        pixels, thresholds, leaves = (np.stack(parts) for parts in zip(*forests, strict=True))
        anchors, offsets = np.stack(anchors), np.stack(offsets).reshape(cascades, -1, 2)
    except ValueError:
        raise FormatError("its cascades differ in size") from None
    _check_range(pixels, anchors.shape[1], "pixel")
    _check_range(anchors, len(mean), "point")
    return ShapePredictor(mean, pixels, thresholds, leaves, anchors, offsets)


def _forest(ints: IntReader, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read one cascade's trees: pixels (T, S, 2), thresholds (T, S), leaves (T, S + 1, K, 2)."""
    trees = ints.count("trees")
    splits = ints.count("splits")
    ints.position -= 1  # every tree begins with it, this one too
    leaf = 2 + 2 * size
    trees_of_ints = ints.take(trees * (2 + 4 * splits + leaf * (splits + 1))).reshape(trees, -1)
    nodes = trees_of_ints[:, 1 : 1 + 4 * splits].reshape(trees, splits, 4)
    ends = trees_of_ints[:, 2 + 4 * splits :].reshape(trees, splits + 1, leaf)
    counts = trees_of_ints[:, [0, 1 + 4 * splits]]
    if (splits + 1) & splits or np.any(counts != (splits, splits + 1)):
        raise FormatError("a tree is not whole")
    if np.any(ends[..., :2] != (-size, -1)):
        raise FormatError("a leaf does not move every point")
    moves = _floats(ends[..., 2:]).reshape(trees, splits + 1, -1, 2)
    return nodes[..., :2], _floats(nodes[..., 2:])[..., 0], moves


def _floats(pairs: np.ndarray) -> np.ndarray:
    """Return mantissa · 2^exponent for ints that alternate along the last axis, as float32."""
    mantissa, exponent = pairs[..., 0::2], pairs[..., 1::2]
    if np.any(np.abs(exponent) > 60):
        raise FormatError("a float has an exponent that no coordinate has")
    return np.ldexp(mantissa.astype(float), exponent).astype(np.float32)


def _check_range(index: np.ndarray, size: int, name: str) -> None:
    if index.min() < 0 or index.max() >= size:
        raise FormatError(f"it refers to a {name} that there is not")
