"""The shape predictor's file: its ints on small rows, the whole of it on the real one, slowly."""

import numpy as np
import pytest

from minidl.zoo import face_landmarks
from minidl.zoo.shape_predictor import integers


def integer(value: int) -> bytes:
    size = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def test_integers():
    values = [0, 1, -1, 255, 256, -65536, 2**55, -(2**56) + 1]
    np.testing.assert_array_equal(integers(b"".join(map(integer, values))), values)
    assert integers(b"").size == 0


@pytest.mark.slow
def test_real_file():
    predictor = face_landmarks()
    assert predictor.leaves.shape == (15, 500, 16, 5, 2)
    assert predictor.offsets.shape == (15, 800, 2)
    assert 0 < predictor.mean.min() < predictor.mean.max() < 1
    assert 0 <= predictor.pixels.min() < predictor.pixels.max() < 800
    assert 0 <= predictor.anchors.min() < predictor.anchors.max() < 5
    assert np.abs(predictor.leaves).max() < 1
