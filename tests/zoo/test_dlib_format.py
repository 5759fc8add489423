"""The dlib reader, on small files written here."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl.zoo import FormatError
from minidl.zoo.dlib_format import Reader, read_network
from tests.written import write_anew


def integer(value: int) -> bytes:
    size = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def number(value: float) -> bytes:
    mantissa, exponent = math.frexp(value)
    return integer(int(mantissa * 2**53)) + integer(exponent - 53)


def string(value: str) -> bytes:
    return integer(len(value)) + value.encode()


def tensor(array: np.ndarray) -> bytes:
    shape = (array.shape + (1,) * 4)[:4] if array.size else (0,) * 4
    return integer(2) + b"".join(map(integer, shape)) + array.astype("<f4").tobytes()


ALIAS = integer(1) + integer(0) * 4
TRAINING = b"110" + tensor(np.empty(0)) * 3


def network(**changes: bytes) -> bytes:
    """A convolution, its affine map, a ReLU and a matrix, with a tag between them."""
    parts = {
        "version": integer(1),
        "loss": string("loss_metric_2") + number(0.04) + number(0.6),
        "wrappers": b"".join(map(integer, (2, 2, 1, 2, 3))),
        "input": string("input_rgb_image_sized") + number(1.5) * 3 + integer(4) * 2,
        "conv": string("con_4")
        + tensor(np.arange(8.0))
        + b"".join(map(integer, (2, 1, 1, 1, 1, 0, 0)))
        + ALIAS * 2
        + number(1.0) * 4
        + TRAINING
        + integer(-7),
        "affine": string("affine_") + tensor(np.arange(4.0)) + ALIAS * 2 + integer(0) + TRAINING,
        "relu": string("relu_") + TRAINING,
        "fc": string("fc_2")
        + integer(3)
        + integer(2)
        + tensor(np.arange(6.0).reshape(2, 3))
        + ALIAS * 2
        + integer(1)
        + number(1.0) * 4
        + TRAINING,
    }
    return b"".join({**parts, **changes}.values())


def write(tmp_path: Path, data: bytes) -> Path:
    return write_anew(tmp_path / "toy.dat", data)


@given(st.integers(-(2**64) + 1, 2**64 - 1))
def test_integers(value):
    assert Reader(integer(value)).integer() == value


@given(st.floats(-1e200, 1e200).filter(lambda v: v == 0 or abs(v) > 1e-200))
def test_numbers(value):
    assert Reader(number(value)).number() == value


def test_network(tmp_path):
    net = read_network(write(tmp_path, network()))
    assert net.loss.name == "loss_metric_2"
    assert net.loss.floats == [0.04, 0.6]
    assert net.input.ints == [4, 4]
    assert [layer.name for layer in net.layers] == ["con_4", "affine_", "relu_", "fc_2"]
    assert net.layers[0].ints == [2, 1, 1, 1, 1, 0, 0]
    np.testing.assert_array_equal(net.layers[0].tensors[0].ravel(), np.arange(8))
    np.testing.assert_array_equal(net.layers[3].tensors[0][..., 0, 0], np.arange(6).reshape(2, 3))


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"\x00", Reader.integer),
        (b"\x09" + bytes(9), Reader.integer),
        (b"\x11\x01", Reader.integer),
        (b"\x04\x01", Reader.integer),
        (b"", Reader.integer),
        (integer(1) + integer(32000), Reader.number),
        (integer(1) + integer(-32000), Reader.number),
        (integer(-1), Reader.string),
        (integer(1 << 40), Reader.string),
        (integer(2) + b"\xff\xff", Reader.string),
        (b"2", Reader.boolean),
        (integer(1) + integer(1) * 4 + bytes(4), Reader.tensor),
        (integer(2) + integer(1 << 62) * 4, Reader.tensor),
        (integer(2) + integer(-1) * 2 + integer(1) * 2 + bytes(4), Reader.tensor),
        (integer(2) + integer(1) * 4 + bytes(3), Reader.tensor),
        (integer(2) + integer(0) * 4, Reader.alias),
    ],
)
def test_damaged_items_are_refused_at_their_place(data, read):
    with pytest.raises(FormatError, match=r"at byte \d+: "):
        read(Reader(data))


@pytest.mark.parametrize(
    "change",
    [
        {"version": integer(2)},
        {"loss": string("loss_unknown")},
        {"input": string("input_unknown")},
        {"wrappers": b"".join(map(integer, (2, 2, 2, 2, 3)))},
        {"wrappers": integer(2) * 5},
        {"relu": string("gelu_") + TRAINING},
        {"relu": string("relu_") + b"110" + tensor(np.ones(3)) * 3},
        {"relu": string("relu_") + TRAINING + b"\x01"},
        {"fc": b""},
        {"tail": b"\x00"},
    ],
)
def test_damaged_networks_are_refused(tmp_path, change):
    with pytest.raises(FormatError, match=r"toy\.dat is not a whole dlib network, at byte"):
        read_network(write(tmp_path, network(**change)))


def test_every_truncation_is_refused(tmp_path):
    data = network()
    for size in range(len(data)):
        with pytest.raises(FormatError):
            read_network(write(tmp_path, data[:size]))


def test_random_damage_never_surprises(tmp_path):
    data = network()
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(1000):
        damaged = bytearray(data)
        for place in rng.integers(len(data), size=rng.integers(1, 4)):
            damaged[place] = rng.integers(256)
        try:
            read_network(write(tmp_path, bytes(damaged)))
        except FormatError:
            refused += 1
    assert refused > 250
