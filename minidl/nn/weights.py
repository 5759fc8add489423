"""Weight files: NumPy's .npz with a checksum, never pickled, written whole or not at all.

A file is an uncompressed zip of .npy members. Its zip comment holds the SHA-256 of every byte
before it, so that any damage is noticed. Sizes that a file claims are never believed: nothing is
compressed, so nothing in it can be larger than the file itself.
"""

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

MARK = b"minidl sha256 "
COMMENT = len(MARK) + 64
PER_ARRAY, PER_FILE = 4096, 4096  # room for names and headers, bytes


class WeightFileError(ValueError):
    """A weight file is damaged, or holds something else than what was asked for."""


def write_arrays(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays to ``path``: a temporary file beside it first, then renamed.

    Raises:
        TypeError: for an array of Python objects.
        OSError: if the folder cannot be written; an older file at ``path`` is then as it was.
    """
    write_atomically(path, pack_arrays(arrays))


def read_arrays(
    path: str | Path, *, like: Mapping[str, np.ndarray] | None = None
) -> dict[str, np.ndarray]:
    """Read the arrays of a file that ``write_arrays`` wrote.

    Args:
        path: the file.
        like: arrays that the file must agree with in names, shapes and dtypes; a file much larger
            than these is refused before it is read.

    Raises:
        WeightFileError: for a file that is damaged, foreign, or not like ``like``.
        FileNotFoundError: if there is none.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no weight file at {path}.")
    if like is not None:
        room = PER_FILE + sum(a.nbytes + PER_ARRAY for a in like.values())
        if path.stat().st_size > room:
            raise WeightFileError(
                f"{path.name} has {path.stat().st_size:,} bytes, more than the {room:,} that this "
                "network's weights can take: it belongs to another network."
            )
    arrays = unpack_arrays(path.read_bytes(), path.name)
    if like is not None:
        compare_arrays(arrays, like, path.name)
    return arrays


def write_atomically(path: str | Path, data: bytes) -> None:
    """Write a whole file or nothing: to a temporary name in the same folder, then rename."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def pack_arrays(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return the bytes of a weight file; the same arrays give the same bytes."""
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise TypeError(f"the array {name!r} holds Python objects, which files never do.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(info, member.getvalue())
        archive.comment = b" " * COMMENT
    data = buffer.getvalue()[:-COMMENT]
    return data + MARK + hashlib.sha256(data).hexdigest().encode("ascii")


def unpack_arrays(data: bytes, source: str = "the file") -> dict[str, np.ndarray]:
    """Return the arrays in a weight file's bytes; ``source`` names it in errors."""
    body, comment = data[:-COMMENT], data[-COMMENT:]
    if comment != MARK + hashlib.sha256(body).hexdigest().encode("ascii"):
        raise WeightFileError(
            f"{source} is damaged, cut short, or was not written by minidl (its checksum does not "
            "agree): fetch it or train it again."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {
                info.filename.removesuffix(".npy"): _member(archive, info, len(data))
                for info in archive.infolist()
            }
    except WeightFileError as error:
        raise WeightFileError(f"{source}: {error}") from None
    except Exception as error:
        raise WeightFileError(f"{source} cannot be read as a weight file: {error}") from error


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> np.ndarray:
    if info.compress_type != zipfile.ZIP_STORED or info.file_size > limit:
        raise WeightFileError(
            f"the member {info.filename!r} is compressed, which minidl never does."
        )
    file = io.BytesIO(archive.read(info))
    version = np.lib.format.read_magic(file)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else None
    if header is None:
        raise WeightFileError(f"the member {info.filename!r} has an unknown version {version}.")
    shape, _, dtype = header(file)
    if dtype.hasobject:
        raise WeightFileError(f"the member {info.filename!r} holds Python objects: refused.")
    if file.tell() + dtype.itemsize * int(np.prod(shape, dtype=object)) != info.file_size:
        raise WeightFileError(f"the member {info.filename!r} does not hold {shape} of {dtype}.")
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)


def compare_arrays(
    arrays: Mapping[str, np.ndarray], like: Mapping[str, np.ndarray], source: str
) -> None:
    """Refuse arrays that differ from ``like`` in names, shapes or dtypes, naming the first."""
    for name, want in like.items():
        if name not in arrays:
            raise WeightFileError(f"{source} lacks the array {name!r}.")
        got = arrays[name]
        if got.shape != want.shape or got.dtype != want.dtype:
            raise WeightFileError(
                f"{source}: the array {name!r} is {got.dtype} {got.shape}, "
                f"this network needs {want.dtype} {want.shape}."
            )
    for name in arrays:
        if name not in like:
            raise WeightFileError(f"{source} holds {name!r}, which this network does not have.")
