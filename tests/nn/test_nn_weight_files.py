"""Weight files: whatever is wrong with one, a single clear error, and the network is as it was."""

import hashlib
import io
import os
import pickle
import tracemalloc
import zipfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from minidl import nn
from minidl.nn import weights
from tests.nn.network_checks import bits
from tests.written import write_anew


def make_network(seed: int = 0, dtype=np.float32) -> nn.Sequential:
    layers = [nn.Conv1D(2, 2, name="conv"), nn.BatchNorm(name="norm"), nn.Dense(2, name="out")]
    return nn.Sequential(layers, input_shape=(4, 1), seed=seed, dtype=dtype)


@pytest.fixture
def saved(tmp_path) -> Path:
    """A small weight file of another network with the same layers."""
    make_network(seed=1).save(tmp_path / "net.npz")
    return tmp_path / "net.npz"


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "net.npz"
    make_network(seed=1).save(path)
    return path.read_bytes()


def refused(path: Path, *words: str, kind: type = nn.WeightFileError) -> str:
    """Load into a network; return the words of the one error, the network being unchanged."""
    net = make_network(seed=2)
    before = bits(net.state())
    values = [p.value for p in net.parameters.values()]
    with pytest.raises(kind) as caught:
        net.load(path)
    assert type(caught.value) is kind
    assert bits(net.state()) == before
    assert all(a is p.value for a, p in zip(values, net.parameters.values(), strict=True))
    for part in (path.name, *words):
        assert part in str(caught.value), str(caught.value)
    return str(caught.value)


@contextmanager
def bounded(peak: int):
    """Whatever happens within takes less memory than ``peak`` bytes."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < peak
    finally:
        tracemalloc.stop()


def sealed(data: bytes) -> bytes:
    """Put a right checksum behind a zip file that somebody else has made."""
    with zipfile.ZipFile(io.BytesIO(data)):
        pass
    end = data.rindex(b"PK\x05\x06")
    body = data[: end + 20] + weights.COMMENT.to_bytes(2, "little")
    return body + weights.MARK + hashlib.sha256(body).hexdigest().encode("ascii")


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return sealed(buffer.getvalue())


def npy(array: np.ndarray, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array), allow_pickle=allow_pickle)
    return buffer.getvalue()


def header(shape: str, descr: str = "'<f4'", version: bytes = b"\x01\x00") -> bytes:
    """A .npy header that claims whatever it likes."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text.encode("latin1")


def members_of(net: nn.Sequential) -> dict[str, bytes]:
    return {f"{name}.npy": npy(array) for name, array in net.state().items()}


# -- what is right -------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", (np.float32, np.float64))
def test_what_was_saved_is_what_is_loaded(tmp_path, dtype):
    net, other = make_network(1, dtype), make_network(2, dtype)
    net.train().forward(np.random.default_rng(0).standard_normal((3, 4, 1)).astype(dtype))
    path = tmp_path / "a folder" / "wéights.npz"
    net.save(path)
    other.load(path)
    assert bits(other.state()) == bits(net.state())
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    net.save(str(path))  # over an older one, and as text
    with np.load(path) as plain:  # NumPy reads it too
        assert {name: plain[name].tobytes() for name in plain.files} == bits(net.state())


def test_the_same_weights_give_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        make_network(1).save(tmp_path / name)
    first, second = ((tmp_path / name).read_bytes() for name in ("a.npz", "b.npz"))
    assert first == second


@pytest.mark.parametrize(
    "array",
    (
        np.array(5, np.int64),
        np.zeros((0, 3)),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(10)[::2],
        np.array([True, False]),
        np.array([1 + 2j]),
        np.float16([1.5]),
        np.array([1, 2], ">i4"),
    ),
    ids=str,
)
def test_any_array_of_numbers_comes_back(tmp_path, array):
    nn.write_arrays(tmp_path / "x.npz", {"a/b.c": array, "ü": array})
    back = nn.read_arrays(tmp_path / "x.npz")
    assert list(back) == ["a/b.c", "ü"]
    for got in back.values():
        assert (got.shape, got.dtype) == (array.shape, array.dtype)
        assert (got == array).all()


# -- damage --------------------------------------------------------------------------------------


def test_cut_short_at_every_position(tmp_path, whole):
    path = tmp_path / "cut.npz"
    net = make_network(seed=2)
    before = bits(net.state())
    for length in range(len(whole)):
        write_anew(path, whole[:length])
        with pytest.raises(nn.WeightFileError, match=r"^cut.npz is damaged, cut short, or was not"):
            net.load(path)
    assert bits(net.state()) == before


def test_two_thousand_random_single_bytes(tmp_path, whole):
    path = tmp_path / "flip.npz"
    net = make_network(seed=2)
    before = bits(net.state())
    rng = np.random.default_rng(0)
    for _ in range(2000):
        at, change = int(rng.integers(len(whole))), int(rng.integers(1, 256))
        write_anew(path, whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :])
        with pytest.raises(
            nn.WeightFileError, match="is damaged, cut short, or was not written by"
        ):
            net.load(path)
    assert bits(net.state()) == before


def test_a_thousand_single_bytes_with_a_right_checksum(tmp_path, whole):
    """Somebody who can compute the checksum gets one clear error too, or harmless numbers."""
    path = tmp_path / "forged.npz"
    net = make_network(seed=2)
    like = {name: (a.shape, a.dtype) for name, a in net.state().items()}
    rng = np.random.default_rng(1)
    body = whole[: -weights.COMMENT]
    outcomes = {"refused": 0, "loaded": 0}
    for _ in range(1000):
        at, change = int(rng.integers(len(body))), int(rng.integers(1, 256))
        changed = body[:at] + bytes([body[at] ^ change]) + body[at + 1 :]
        digest = hashlib.sha256(changed).hexdigest().encode("ascii")
        write_anew(path, changed + weights.MARK + digest)
        before = bits(net.state())
        try:
            net.load(path)
            outcomes["loaded"] += 1
        except nn.WeightFileError as error:
            assert "forged.npz" in str(error)
            assert bits(net.state()) == before
            outcomes["refused"] += 1
        assert {name: (a.shape, a.dtype) for name, a in net.state().items()} == like
    assert outcomes["refused"] > 700, outcomes


@pytest.mark.parametrize(
    "data",
    (b"", b"\0" * 1000, b"PK\x03\x04", b"hello", pickle.dumps([1]), npy(np.ones(3))),
    ids=("empty", "zeros", "zip's head", "text", "pickle", "npy"),
)
def test_files_that_are_none(tmp_path, data):
    (tmp_path / "x.npz").write_bytes(data)
    refused(tmp_path / "x.npz", "is damaged, cut short, or was not written by minidl")


def test_numpys_own_npz_is_foreign(tmp_path):
    np.savez(tmp_path / "x.npz", **make_network().state())
    refused(tmp_path / "x.npz", "was not written by minidl")


def test_bytes_before_behind_or_in_between(tmp_path, whole):
    for number, data in enumerate((b"x" + whole, whole + b"x", whole[:50] + b"x" + whole[50:])):
        path = tmp_path / f"{number}.npz"
        path.write_bytes(data)
        refused(path, "its checksum does not agree")


# -- other contents ------------------------------------------------------------------------------

W = {"conv/w": np.zeros((2, 1, 2), np.float32)}
OTHERS = {
    "missing": ({"conv/w": None}, "lacks the array 'conv/w'"),
    "missing statistics": ({"norm/var": None}, "lacks the array 'norm/var'"),
    "extra": ({"conv/v": np.ones(3)}, "holds 'conv/v', which has no place here"),
    "empty": (dict.fromkeys(make_network().state()), "lacks the array 'conv/w'"),
    "misshaped": (
        {"conv/w": np.ones((2, 1, 3), np.float32)},
        "'conv/w' is float32 (2, 1, 3), float32 (2, 1, 2) is needed",
    ),
    "flat": ({"conv/w": np.ones(4, np.float32)}, "'conv/w' is float32 (4,)"),
    "mistyped": ({"out/b": np.ones(2)}, "'out/b' is float64 (2,), float32 (2,) is needed"),
    "of ints": ({"out/b": np.ones(2, np.int32)}, "'out/b' is int32 (2,)"),
    "big-endian": ({"out/b": np.ones(2, ">f4")}, "'out/b' is >f4 (2,)"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_arrays_of_another_network(tmp_path, name):
    changes, words = OTHERS[name]
    arrays = {k: v for k, v in (make_network().state() | changes).items() if v is not None}
    nn.write_arrays(tmp_path / "x.npz", arrays)
    refused(tmp_path / "x.npz", words)


def test_load_state_refuses_the_same(tmp_path):
    net = make_network()
    before = bits(net.state())
    for changes, words in OTHERS.values():
        arrays = {k: v for k, v in (make_network(3).state() | changes).items() if v is not None}
        with pytest.raises(nn.WeightFileError) as caught:
            net.load_state(arrays)
        assert words in str(caught.value)
    assert bits(net.state()) == before


def test_a_network_shares_no_array_with_the_state_that_it_took_over():
    net, other = make_network(1), make_network(2)
    net.load_state(other.state())
    before = bits(other.state())
    for array in net.state().values():
        array += 1
    assert bits(other.state()) == before


# -- made to do harm, with a right checksum ------------------------------------------------------


class Harmful:
    """Unpickling this would leave a mark."""

    def __reduce__(self):
        return os.mkdir, ("harm-was-done",)


def with_member(name: str, data: bytes) -> dict[str, bytes]:
    return members_of(make_network()) | {name: data}


HUGE = "(1000000, 1000000)"
HARMFUL = {
    "objects": (
        with_member("conv/w.npy", npy(np.array([Harmful()]), True)),
        "holds object, weight files hold numbers alone",
    ),
    "a pickle as member": (with_member("conv/w.npy", pickle.dumps(Harmful())), "cannot be read"),
    "text": (
        with_member("conv/w.npy", npy(np.array(["a"]))),
        "holds <U1, weight files hold numbers",
    ),
    "dates": (with_member("conv/w.npy", npy(np.array(["2020"], "M8[D]"))), "holds datetime64[D]"),
    "a record": (with_member("conv/w.npy", npy(np.zeros(2, "f4,f4"))), "weight files hold numbers"),
    "a huge shape": (
        with_member("conv/w.npy", header(HUGE)),
        "does not hold (1000000, 1000000) of float32",
    ),
    "a huge shape with few numbers": (
        with_member("conv/w.npy", header(HUGE) + b"\0" * 16),
        "does not hold",
    ),
    "a shape beyond all numbers": (
        with_member("conv/w.npy", header("(10**9,)".replace("10**9", "9" * 40))),
        "does not hold",
    ),
    "a huge shape of nothing": (
        with_member("conv/w.npy", header(HUGE, "'|V0'")),
        "weight files hold numbers",
    ),
    "a huge shape of empty text": (
        with_member("conv/w.npy", header(HUGE, "'<U0'")),
        "weight files hold numbers",
    ),
    "a huge shape times zero": (
        with_member("conv/w.npy", header("(1000000000000, 0)")),
        "'conv/w' is float32 (1000000000000, 0)",
    ),
    "negative sizes": (
        with_member("conv/w.npy", header("(-2, -2)") + b"\0" * 16),
        "does not hold (-2, -2)",
    ),
    "numbers missing": (
        with_member("conv/w.npy", npy(W["conv/w"])[:-4]),
        "does not hold (2, 1, 2) of float32",
    ),
    "numbers too many": (with_member("conv/w.npy", npy(W["conv/w"]) + b"\0" * 4), "does not hold"),
    "a header that calls": (
        with_member("conv/w.npy", header("__import__('os').mkdir('harm-was-done')")),
        "cannot be read",
    ),
    "a header of brackets": (with_member("conv/w.npy", header("(" * 5000)), "cannot be read"),
    "another version": (
        with_member("conv/w.npy", header("(1,)", version=b"\x03\x00")),
        "unknown version (3, 0)",
    ),
    "no header": (with_member("conv/w.npy", b"\x93NUMPY"), "cannot be read"),
    "nothing": (with_member("conv/w.npy", b""), "cannot be read"),
    "no .npy": (with_member("readme.txt", b"hello"), "'readme.txt' has no name of an array"),
    "a folder": (with_member("conv/", b""), "has no name of an array"),
    "the folder above": (
        with_member("../x.npy", npy(W["conv/w"])),
        "'../x.npy' has no name of an array",
    ),
    "an absolute path": (with_member("/etc/x.npy", npy(W["conv/w"])), "has no name of an array"),
    "a drive": (with_member("C:x.npy", npy(W["conv/w"])), "has no name of an array"),
    "a backslash": (with_member("..\\x.npy", npy(W["conv/w"])), "has no name of an array"),
    "no name": (with_member(".npy", npy(W["conv/w"])), "has no name of an array"),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_what_is_made_to_do_harm_does_none(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    members, words = HARMFUL[name]
    path = tmp_path / "x.npz"
    path.write_bytes(zipped(members))
    with bounded(2_000_000):
        refused(path, words)
    assert [p.name for p in tmp_path.iterdir()] == ["x.npz"]
    if "times zero" not in name:  # an array without numbers harms nobody
        with pytest.raises(nn.WeightFileError):
            nn.read_arrays(path)


@pytest.mark.parametrize("method", (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
def test_a_zip_bomb_is_never_unpacked(tmp_path, method):
    bomb = npy(np.zeros(4_000_000, np.float32))
    path = tmp_path / "bomb.npz"
    path.write_bytes(zipped(with_member("conv/w.npy", bomb), method))
    assert path.stat().st_size < 30_000
    del bomb
    with bounded(2_000_000):
        refused(path, "is compressed or encrypted")
        with pytest.raises(nn.WeightFileError, match="is compressed or encrypted"):
            nn.read_arrays(path)


def test_members_that_claim_one_anothers_bytes_are_not_multiplied(tmp_path):
    """A thousand entries for the same megabyte: their sizes add up to more than the file has."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.npy", npy(np.zeros(250_000, np.float32)))
        first = archive.infolist()[0]
        for number in range(1000):
            twin = zipfile.ZipInfo(f"{number}.npy")
            for key in ("CRC", "compress_size", "file_size", "header_offset"):
                setattr(twin, key, getattr(first, key))
            archive.filelist.append(twin)
            archive.NameToInfo[twin.filename] = twin
        archive._didModify = True
    path = tmp_path / "x.npz"
    path.write_bytes(sealed(buffer.getvalue()))
    words = r"members claim 1,001,\d{3},\d{3} bytes, it has"
    with bounded(10_000_000), pytest.raises(nn.WeightFileError, match=words):
        nn.read_arrays(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members_of(make_network()).items():
            archive.writestr(name, data)
        archive.writestr("conv/w.npy", npy(W["conv/w"]))
    path = tmp_path / "x.npz"
    path.write_bytes(sealed(buffer.getvalue()))
    refused(path, "'conv/w.npy' has no name of an array of its own")


def test_a_header_that_lies_about_the_members_size(tmp_path):
    """The zip's directory claims 4 GB for a member of 100 bytes."""
    data = bytearray(zipped(members_of(make_network())))
    entry = data.index(b"PK\x01\x02")
    data[entry + 20 : entry + 28] = (0xFFFFFFF0).to_bytes(4, "little") * 2
    path = tmp_path / "x.npz"
    path.write_bytes(sealed(bytes(data)))
    refused(path, "members claim 4,294,9")


def test_a_file_much_larger_than_the_network_is_not_even_read(tmp_path, monkeypatch):
    path = tmp_path / "large.npz"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)  # a hole: no disk is used
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("it was read"))
    refused(path, "10,000,000,000 bytes, more than the", "it belongs to another network")


# -- paths, disks --------------------------------------------------------------------------------


def test_a_path_that_is_no_file(tmp_path):
    refused(tmp_path / "none.npz", "there is no weight file at", kind=FileNotFoundError)
    (tmp_path / "folder.npz").mkdir()
    refused(tmp_path / "folder.npz", "is a folder: give the path of", kind=IsADirectoryError)
    with pytest.raises(IsADirectoryError, match="is a folder: give the path of a file to write"):
        make_network().save(tmp_path / "folder.npz")
    assert list((tmp_path / "folder.npz").iterdir()) == []


@pytest.mark.parametrize(
    ("arrays", "words"),
    (
        ({"a": np.array([None])}, "the array 'a' holds object, weight files hold numbers alone"),
        ({"a": np.array(["text"])}, "the array 'a' holds <U4"),
        ({"a": "text"}, "the array 'a' holds <U4"),
        ({"a": np.zeros(2, "f4,f4")}, "weight files hold numbers alone"),
        ({"": np.ones(1)}, "'' is no name for an array"),
        ({"../a": np.ones(1)}, "'../a' is no name for an array"),
        ({"a\\b": np.ones(1)}, "is no name for an array"),
        ({3: np.ones(1)}, "3 is no name for an array: use text such as 'conv1/w'"),
        ({"a\0b": np.ones(1)}, "is no name for an array"),
        ({"a\udcfc": np.ones(1)}, "is no name for an array"),
        ({"a" * 401: np.ones(1)}, "is no name for an array"),
    ),
    ids=str,
)
def test_what_cannot_be_read_again_is_not_written(tmp_path, arrays, words):
    with pytest.raises(TypeError) as caught:
        nn.write_arrays(tmp_path / "x.npz", arrays)
    assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_longest_names_are_read_again(tmp_path):
    net = nn.Sequential([nn.Dense(1, bias=False, name="界" * 398)], input_shape=(1,))
    net.save(tmp_path / "x.npz")
    net.load(tmp_path / "x.npz")


def test_a_damaged_file_is_told_apart_by_its_kind(tmp_path):
    (tmp_path / "x.npz").write_bytes(b"damaged")
    with pytest.raises(nn.WeightFileError, match=r"agree\): fetch it or train it again"):
        nn.read_arrays(tmp_path / "x.npz")
    kind = weights.Kind("recipe", "cook it again")
    with pytest.raises(nn.WeightFileError, match=r"agree\): cook it again"):
        nn.read_arrays(tmp_path / "x.npz", kind=kind)
    with pytest.raises(FileNotFoundError, match="there is no recipe at"):
        nn.read_arrays(tmp_path / "y.npz", kind=kind)
