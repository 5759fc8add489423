"""Weight files: NumPy's .npz with a checksum, never pickled, written whole or not at all.

A file is an uncompressed zip of .npy members. Its zip comment holds the SHA-256 of every byte
before it, so that any damage is noticed. Sizes in a header are checked, not trusted: nothing is
compressed, so all arrays together cannot be larger than the file itself.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minidl import files
from minidl.arguments import is_text

MARK = b"minidl sha256 "
COMMENT = len(MARK) + 64
PER_ARRAY, PER_FILE = 4096, 4096  # room for names and headers, bytes
LONGEST = 400  # letters in a name
KINDS = "biufc"  # dtypes that are numbers


class WeightFileError(ValueError):
    """A weight file is damaged, or holds something else than what was asked for."""


class Kind(NamedTuple):
    """What a file of arrays is for its reader: its name, and what to do if it is damaged."""

    name: str
    remedy: str


WEIGHTS = Kind("weight file", "fetch it or train it again")


def write_arrays(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays to ``path``, whole or not at all.

    Raises:
        TypeError: for an array of something else than numbers, or a name that is no text.
        OSError: if the folder cannot be written; an older file at ``path`` is then as it was.
    """
    data = pack_arrays(arrays)
    with files.saving(path) as file:
        file.write(data)


def read_arrays(
    path: str | Path, *, like: Mapping[str, np.ndarray] | None = None, kind: Kind = WEIGHTS
) -> dict[str, np.ndarray]:
    """Read the arrays of a file that ``write_arrays`` wrote.

    Args:
        path: the file.
        like: arrays that the file must agree with in names, shapes and dtypes; a file much larger
            than these is refused before it is read.
        kind: what errors call the file, and what they advise.

    Raises:
        WeightFileError: for a file that is damaged, foreign, or not like ``like``.
        FileNotFoundError, IsADirectoryError, OSError: if there is no ordinary file.
    """
    path = files.check_readable(path, kind.name)
    if like is not None:
        room = PER_FILE + sum(a.nbytes + PER_ARRAY for a in like.values())
        if path.stat().st_size > room:
            raise WeightFileError(
                f"{path.name} has {path.stat().st_size:,} bytes, more than the {room:,} that this "
                "network's weights can take: it belongs to another network."
            )
    arrays = unpack_arrays(path.read_bytes(), path.name, kind)
    if like is not None:
        compare_arrays(arrays, like, path.name)
    return arrays


def pack_arrays(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return the bytes of a weight file; the same arrays give the same bytes."""
    _check_mapping(arrays, "arrays")
    for name, array in arrays.items():
        if not is_plain(name):
            raise TypeError(f"{name!r} is no name for an array: use text such as 'conv1/w'.")
        if (kind := np.asarray(array).dtype).kind not in KINDS:
            raise TypeError(f"the array {name!r} holds {kind}, weight files hold numbers alone.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system = 3  # the same bytes on every system
            archive.writestr(info, member.getvalue())
        archive.comment = b" " * COMMENT
    data = buffer.getvalue()[:-COMMENT]
    return data + checksum(data)


def checksum(data: bytes | memoryview) -> bytes:
    """Return the comment of an archive whose bytes before it are these."""
    return MARK + hashlib.sha256(data).hexdigest().encode("ascii")


def unpack_arrays(
    data: bytes, source: str = "the file", kind: Kind = WEIGHTS
) -> dict[str, np.ndarray]:
    """Return the arrays in a weight file's bytes; ``source`` names it in errors."""
    body, comment = memoryview(data)[:-COMMENT], data[-COMMENT:]
    if comment != checksum(body):
        raise WeightFileError(
            f"{source} is damaged, cut short, or was not written by minidl (its checksum does not "
            f"agree): {kind.remedy}."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _members(archive, len(data))
            return {name: _array(archive.read(info), name) for name, info in members.items()}
    except WeightFileError as error:
        raise WeightFileError(f"{source}: {error}") from None
    except Exception as error:
        raise WeightFileError(f"{source} cannot be read as a {kind.name}: {error}") from error


def is_plain(name: object) -> bool:
    """True for names of one part or several with / between, none of which leads elsewhere."""
    if not is_text(name) or len(name) > LONGEST:
        return False
    return not {"", ".", ".."} & set(name.split("/")) and not set(name) & set("\\:")


def _check_mapping(arrays: object, what: str) -> None:
    if not isinstance(arrays, Mapping):
        raise TypeError(f"{what} must be {{name: array}}, got {type(arrays).__name__}.")


def _members(archive: zipfile.ZipFile, limit: int) -> dict[str, zipfile.ZipInfo]:
    """Return the members by name, refusing what minidl never writes."""
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        if name == info.filename or not is_plain(name) or name in members:
            raise WeightFileError(
                f"the member {info.filename!r} has no name of an array of its own."
            )
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise WeightFileError(f"the member {info.filename!r} is compressed or encrypted.")
        members[name] = info
    total = sum(info.file_size for info in members.values())
    if total > limit:
        raise WeightFileError(f"its members claim {total:,} bytes, it has {limit:,}.")
    return members


def _array(member: bytes, name: str) -> np.ndarray:
    """Return the array of a .npy member, after its header was held against its size."""
    file = io.BytesIO(member)
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        raise WeightFileError(f"the array {name!r} has an unknown version {version}.")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.kind not in KINDS:
        raise WeightFileError(f"the array {name!r} holds {dtype}, weight files hold numbers alone.")
    if min(shape, default=0) < 0 or file.tell() + dtype.itemsize * prod(shape) != len(member):
        raise WeightFileError(f"the array {name!r} does not hold {shape} of {dtype}.")
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)


def compare_arrays(
    arrays: Mapping[str, np.ndarray], like: Mapping[str, np.ndarray], source: str
) -> None:
    """Refuse arrays that differ from ``like`` in names, shapes or dtypes, naming the first."""
    _check_mapping(arrays, source)
    for name, want in like.items():
        if name not in arrays:
            raise WeightFileError(f"{source} lacks the array {name!r}.")
        got = np.asarray(arrays[name])
        if got.shape != want.shape or got.dtype != want.dtype:
            raise WeightFileError(
                f"{source}: the array {name!r} is {got.dtype} {got.shape}, "
                f"{want.dtype} {want.shape} is needed."
            )
    for name in arrays:
        if name not in like:
            raise WeightFileError(f"{source} holds {name!r}, which has no place here.")


def json_array(value: object) -> np.ndarray:
    """Return a value that JSON can hold as the bytes of its text, to be kept among arrays."""
    return np.frombuffer(json.dumps(value).encode("utf-8"), np.uint8)


def from_json_array(array: np.ndarray) -> object:
    """Return what ``json_array`` made an array of; ValueError for anything else."""
    return json.loads(array.tobytes().decode("utf-8"))
