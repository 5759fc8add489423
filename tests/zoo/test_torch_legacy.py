"""The torch reader: small files are assembled here, instruction by instruction."""

import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

from minidl.zoo import FormatError
from minidl.zoo.torch_legacy import MAGIC, read_tensors
from tests.written import write_anew

STORAGES = {"u1": "Byte", "<f4": "Float"}


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def ints(values) -> bytes:
    return b"(" + b"".join(b"J" + struct.pack("<i", v) for v in values) + b"t"


def tensor(dtype: str, key: str, size: int, offset: int, shape, strides) -> bytes:
    """The program that rebuilds one tensor, as torch.save writes it."""
    number = b"J" + struct.pack("<i", size)
    storage = b"ctorch\n" + f"{STORAGES[dtype]}Storage\n".encode()
    where = b"(" + text("storage") + storage + text(key) + text("cpu") + number + b"NtQ"
    rest = b"J" + struct.pack("<i", offset) + ints(shape) + ints(strides)
    hooks = b"\x89ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + where + rest + hooks + b"tR"


def save(path: Path, tensors: dict[str, bytes], storages: dict[str, np.ndarray], **changes) -> Path:
    machine = {"protocol_version": 1001, "little_endian": True}
    state = b"\x80\x02}(" + b"".join(text(n) + code for n, code in tensors.items()) + b"u."
    parts = {
        "magic": pickle.dumps(MAGIC, 2),
        "version": pickle.dumps(1001, 2),
        "machine": pickle.dumps(machine, 2),
        "state": state,
        "keys": pickle.dumps(list(storages), 2),
        "numbers": b"".join(struct.pack("<q", a.size) + a.tobytes() for a in storages.values()),
    }
    path.write_bytes(b"".join({**parts, **changes}.values()))
    return path


@pytest.fixture
def small(tmp_path):
    """A file with a matrix of bytes and a strided view of floats: (path, what it should hold)."""
    q = np.arange(12, dtype="u1")
    f = np.linspace(-1, 1, 20).astype("<f4")
    tensors = {
        "q": tensor("u1", "a", 12, 0, (3, 4), (4, 1)),
        "view": tensor("<f4", "b", 20, 3, (2, 3, 2), (7, 2, 1)),
        "scalar": tensor("<f4", "b", 20, 5, (), ()),
    }
    expected = {
        "q": q.reshape(3, 4),
        "view": as_strided(f[3:], (2, 3, 2), (28, 8, 4)).copy(),
        "scalar": f[5],
    }
    return save(tmp_path / "small.bin", tensors, {"a": q, "b": f}), expected


def test_tensors_offsets_and_strides(small):
    path, expected = small
    got = read_tensors(path)
    assert list(got) == list(expected)
    for name, value in expected.items():
        assert got[name].dtype == value.dtype
        np.testing.assert_array_equal(got[name], value)
        assert not got[name].flags.writeable


@pytest.mark.parametrize(
    "program",
    [
        b"cos\nsystem\n(X\x09\x00\x00\x00touch hittR.",
        b"cbuiltins\neval\n.",
        b"(X\x09\x00\x00\x00touch hitios\nsystem\n.",
        b"X\x02\x00\x00\x00osX\x06\x00\x00\x00system\x93.",
        b"(ctorch\nByteStorage\no.",
        b"}}b.",
        b"ctorch\nByteStorage\n)R.",
        b"(X\x01\x00\x00\x00aX\x01\x00\x00\x00bNNNNtQ.",
        b"h\x09.",
        b"u.",
        b"]t.",
        b"..",
        b"",
    ],
)
def test_no_other_program_runs(tmp_path, monkeypatch, program):
    monkeypatch.chdir(tmp_path)
    path = save(tmp_path / "evil.bin", {}, {}, state=b"\x80\x02" + program)
    with pytest.raises(FormatError, match=r"evil\.bin is not a whole legacy torch file"):
        read_tensors(path)
    assert not (tmp_path / "hit").exists()


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (0, (13,), (1,)),
        (1, (3, 4), (4, 1)),
        (0, (2, 2), (12, 1)),
        (-1, (3,), (1,)),
        (0, (3,), (-1,)),
        (0, (-1,), (1,)),
        (0, (2, 2), (1,)),
        (0, (2_000_000, 2_000_000), (0, 0)),  # would fill the memory of whoever copies it
    ],
)
def test_tensor_that_leaves_its_storage(tmp_path, offset, shape, strides):
    code = tensor("u1", "a", 12, offset, shape, strides)
    path = save(tmp_path / "x.bin", {"q": code}, {"a": np.zeros(12, "u1")})
    with pytest.raises(FormatError):
        read_tensors(path)


def test_tensor_without_elements(tmp_path):
    code = tensor("u1", "a", 0, 0, (0, 4), (4, 1))
    path = save(tmp_path / "x.bin", {"q": code}, {"a": np.zeros(0, "u1")})
    assert read_tensors(path)["q"].shape == (0, 4)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"magic": pickle.dumps(MAGIC + 1, 2)}, "first three pickles"),
        ({"version": pickle.dumps(1000, 2)}, "first three pickles"),
        ({"machine": pickle.dumps({"little_endian": False}, 2)}, "first three pickles"),
        ({"machine": pickle.dumps({"little": True}, 2)}, "little_endian"),
        ({"keys": pickle.dumps(["a", "b"], 2)}, "list of storages"),
        ({"keys": pickle.dumps(["a", "a"], 2)}, "list of storages"),
        ({"keys": pickle.dumps([], 2)}, "list of storages"),
        ({"numbers": struct.pack("<q", 11) + bytes(12)}, "storage a should hold 12 numbers"),
        ({"numbers": struct.pack("<q", 1 << 60) + bytes(12)}, "storage a should hold 12"),
        ({"numbers": struct.pack("<q", -12) + bytes(12)}, "storage a should hold 12"),
        ({"numbers": struct.pack("<q", 12) + bytes(11)}, "storage a should hold 12"),
        ({"numbers": b""}, "storage a should hold 12"),
        ({"numbers": struct.pack("<q", 12) + bytes(13)}, "1 bytes are left over"),
    ],
)
def test_parts_that_disagree(tmp_path, change, reason):
    code = tensor("u1", "a", 12, 0, (3, 4), (4, 1))
    path = save(tmp_path / "x.bin", {"q": code}, {"a": np.zeros(12, "u1")}, **change)
    with pytest.raises(FormatError, match=reason):
        read_tensors(path)


def refused_or_read(path: Path) -> bool:
    """Whatever the bytes, the reader returns arrays or says FormatError; True if it refused."""
    try:
        tensors = read_tensors(path)
    except FormatError:
        return True
    assert all(isinstance(value, np.ndarray) for value in tensors.values())
    return False


def test_every_truncation_is_refused(small):
    path, _ = small
    data = path.read_bytes()
    for size in range(len(data)):
        write_anew(path, data[:size])
        assert refused_or_read(path), f"cut to {size} of {len(data)} bytes"


def test_random_damage_never_surprises(small):
    path, _ = small
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(1000):
        damaged = bytearray(data)
        for place in rng.integers(len(data), size=rng.integers(1, 4)):
            damaged[place] = rng.integers(256)
        write_anew(path, damaged)
        refused += refused_or_read(path)
    assert refused > 500
