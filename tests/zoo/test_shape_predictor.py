"""The shape predictor's reader, on small files written here."""

import numpy as np
import pytest

from minidl.zoo import FormatError, fetch
from minidl.zoo.shape_predictor import integers, read_shape_predictor
from tests.written import write_anew


def integer(value: int) -> bytes:
    size = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def ints(*values: int) -> bytes:
    return b"".join(map(integer, values))


def floats(values) -> bytes:
    """Quarters only, which need few bits."""
    return b"".join(ints(int(4 * v), -2) for v in np.ravel(values))


RNG = np.random.default_rng(0)
POINTS, CASCADES, TREES, SPLITS, PIXELS = 2, 2, 3, 3, 4
PARTS = {
    "mean": RNG.integers(-9, 9, (POINTS, 2)) / 4,
    "pixels": RNG.integers(0, PIXELS, (CASCADES, TREES, SPLITS, 2)),
    "thresholds": RNG.integers(-900, 900, (CASCADES, TREES, SPLITS)) / 4,
    "leaves": RNG.integers(-9, 9, (CASCADES, TREES, SPLITS + 1, POINTS, 2)) / 4,
    "anchors": RNG.integers(0, POINTS, (CASCADES, PIXELS)),
    "offsets": RNG.integers(-9, 9, (CASCADES, PIXELS, 2)) / 4,
}


def file(version=1, splits=SPLITS, leaf=2 * POINTS, tail=b"", **changes) -> bytes:
    p = {**PARTS, **changes}
    data = ints(version, -2 * POINTS, -1) + floats(p["mean"]) + ints(CASCADES)
    for c in range(CASCADES):
        data += ints(TREES)
        for t in range(TREES):
            data += ints(splits)
            for pair, threshold in zip(p["pixels"][c, t], p["thresholds"][c, t], strict=True):
                data += ints(*pair.tolist()) + floats(threshold)
            data += ints(SPLITS + 1)
            for move in p["leaves"][c, t]:
                data += ints(-leaf, -1) + floats(move)
    data += ints(CASCADES)
    for row in p["anchors"]:
        data += ints(len(row), *row.tolist())
    data += ints(CASCADES)
    for row in p["offsets"]:
        data += ints(len(row)) + floats(row)
    return data + tail


@pytest.fixture
def read(tmp_path):
    def read(data: bytes):
        return read_shape_predictor(write_anew(tmp_path / "toy.dat", data))

    return read


def test_integers():
    values = [0, 1, -1, 255, 256, -65536, 2**55, -(2**56) + 1]
    np.testing.assert_array_equal(integers(ints(*values)), values)
    assert integers(b"").size == 0


def test_every_part_is_read(read):
    predictor = read(file())
    for name, expected in PARTS.items():
        np.testing.assert_array_equal(getattr(predictor, name), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "version"),
        ({"splits": 2}, "tree|ints"),
        ({"leaf": 2}, "leaf"),
        ({"pixels": PARTS["pixels"] + PIXELS}, "pixel that there is not"),
        ({"pixels": PARTS["pixels"] - PIXELS}, "pixel that there is not"),
        ({"anchors": PARTS["anchors"] + POINTS}, "point that there is not"),
        ({"anchors": PARTS["anchors"][:, :3]}, "offsets, not 3"),
        ({"tail": ints(0)}, "1 ints are left over"),
        ({"tail": b"\x00"}, "no row of ints"),
        ({"tail": b"\x02\x01"}, "no row of ints"),
        ({"tail": b"\x41\x01"}, "no row of ints"),
        ({"tail": b"\x0f" + bytes(15)}, "no row of ints"),
    ],
)
def test_damage_is_named(read, change, message):
    with pytest.raises(
        FormatError, match=rf"toy\.dat is not a whole shape predictor: .*({message})"
    ):
        read(file(**change))


def test_every_truncation_is_refused(read):
    data = file()
    for size in range(len(data)):
        with pytest.raises(FormatError):
            read(data[:size])


def test_random_damage_never_surprises(read):
    data, rng, refused = file(), np.random.default_rng(0), 0
    for _ in range(1000):
        damaged = bytearray(data)
        for place in rng.integers(len(data), size=rng.integers(1, 4)):
            damaged[place] = rng.integers(256)
        try:
            read(bytes(damaged))
        except FormatError:
            refused += 1
    assert refused > 250


@pytest.mark.slow
def test_real_file(read):
    data = fetch("face_landmarks").read_bytes()
    predictor = read(data)
    assert predictor.leaves.shape == (15, 500, 16, 5, 2)
    assert predictor.offsets.shape == (15, 800, 2)
    assert 0 < predictor.mean.min() < predictor.mean.max() < 1
    with pytest.raises(FormatError):
        read(data[:-1])
