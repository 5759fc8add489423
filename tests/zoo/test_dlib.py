"""The reader of dlib's networks, on a small file written here."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from minidl.zoo.dlib import _Reader, read_layers


def integer(value: int) -> bytes:
    size = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def integers(*values: int) -> bytes:
    return b"".join(map(integer, values))


def number(value: float) -> bytes:
    mantissa, exponent = math.frexp(value)
    return integers(int(mantissa * 2**53), exponent - 53)


def string(value: str) -> bytes:
    return integer(len(value)) + value.encode()


def tensor(array: np.ndarray) -> bytes:
    shape = (array.shape + (1,) * 4)[:4] if array.size else (0,) * 4
    return integers(2, *shape) + array.astype("<f4").tobytes()


ALIAS = integers(1, 0, 0, 0, 0)
TRAINING = b"110" + tensor(np.empty(0)) * 3


@given(st.integers(-(2**64) + 1, 2**64 - 1))
def test_integers(value):
    assert _Reader(integer(value)).integer() == value


@given(st.floats(-1e200, 1e200).filter(lambda v: v == 0 or abs(v) > 1e-200))
def test_numbers(value):
    assert _Reader(number(value)).number() == value


def test_layers_are_read_from_the_input_upwards(tmp_path):
    """A convolution, its affine map, a ReLU and a matrix, with a tag between them."""
    conv = tensor(np.arange(8.0)) + integers(2, 1, 1, 1, 1, 0, 0) + ALIAS * 2 + number(1.0) * 4
    fc = integers(3, 2) + tensor(np.arange(6.0).reshape(2, 3)) + ALIAS * 2 + integer(1)
    parts = (
        integer(1),
        string("loss_metric_2") + number(0.04) + number(0.6),
        integers(2, 2, 1, 2, 3),
        string("input_rgb_image_sized") + number(1.5) * 3 + integers(4, 4),
        string("con_4") + conv + TRAINING + integer(-7),
        string("affine_") + tensor(np.arange(4.0)) + ALIAS * 2 + integer(0) + TRAINING,
        string("relu_") + TRAINING,
        string("fc_2") + fc + number(1.0) * 4 + TRAINING,
    )
    path = tmp_path / "toy.dat"
    path.write_bytes(b"".join(parts))
    layers = read_layers(path)
    assert [layer.name for layer in layers] == ["con_4", "affine_", "relu_", "fc_2"]
    assert layers[0].floats == [1.0] * 4
    np.testing.assert_array_equal(layers[0].tensors[0], np.arange(8))
    np.testing.assert_array_equal(layers[3].tensors[0], np.arange(6))
