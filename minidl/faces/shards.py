"""The files of a gallery on disk: shards of encodings and names, and a catalogue that counts.

A shard is a file of bare numbers, ``.f32``, which is mapped into memory to be searched, and a file
of its rows' names beside it. The catalogue says how many rows of each count. It is written last,
whole or not at all: what lies behind its counts, after a crash for instance, is not there.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minidl.arguments import check_int
from minidl.faces.gallery import GALLERY
from minidl.nn.weights import (
    WeightFileError,
    from_json_array,
    json_array,
    read_arrays,
    write_arrays,
)

FORMAT = 2
CATALOGUE = "catalogue.npz"
NUMBER = np.dtype("<f4")


class Shard(NamedTuple):
    """How much of a shard's files counts."""

    number: int  # in the files' names
    rows: int = 0
    pictures: int = 0

    def size(self) -> int:
        """Return how full it is: of rows, or of pictures without faces."""
        return max(self.rows, self.pictures)


class Catalogue(NamedTuple):
    """All that counts in a gallery's folder."""

    network: str
    width: int  # D
    shard_rows: int
    shards: tuple[Shard, ...] = ()

    def next_number(self) -> int:
        """Return a number that no shard has had."""
        return 1 + max((shard.number for shard in self.shards), default=-1)


def read_catalogue(folder: Path) -> Catalogue:
    """Return what counts in a folder.

    Raises:
        WeightFileError: if it is damaged, or no gallery's.
    """
    arrays = read_arrays(folder / CATALOGUE, kind=GALLERY)
    try:
        about = from_json_array(arrays["about"])
        if about["format"] != FORMAT:
            raise ValueError(f"it has format {about['format']}, this is minidl's {FORMAT}")
        width = check_int(about["width"], "width", 0)
        rows = check_int(about["shard_rows"], "shard_rows")
        shards = tuple(Shard(*map(int, row)) for row in arrays["shards"])
        if any(min(shard) < 0 or (shard.rows and not width) for shard in shards):
            raise ValueError("its shards have impossible sizes")
        return Catalogue(str(about["network"]), width, rows, shards)
    except (KeyError, TypeError, ValueError) as error:
        raise WeightFileError(f"{folder} holds no gallery: {error}") from error


def write_catalogue(folder: Path, catalogue: Catalogue) -> None:
    """Make everything count that the catalogue names, and nothing else."""
    *about, shards = catalogue
    about = dict(zip(Catalogue._fields, about, strict=False)) | {"format": FORMAT}
    table = np.array(shards, np.int64).reshape(-1, len(Shard._fields))
    write_arrays(folder / CATALOGUE, {"about": json_array(about), "shards": table})


def shard_file(folder: Path, number: int, kind: str) -> Path:
    """Return the path of a shard's numbers ("f32") or names ("npz")."""
    return folder / f"{number:06}.{kind}"


def extend(
    folder: Path, shard: Shard, names: list[str], rows: np.ndarray, pictures: list[str]
) -> Shard:
    """Write rows ``(M, D)`` behind those of a shard that count; return it with them.

    They count once a catalogue says so.
    """
    old_names, old_pictures = read_names(folder, shard)
    path = shard_file(folder, shard.number, "f32")
    if not shard.rows:
        path.write_bytes(b"")
    with path.open("r+b") as file:
        file.seek(shard.rows * rows.shape[1] * NUMBER.itemsize)
        file.write(np.ascontiguousarray(rows, NUMBER).tobytes())
        file.flush()
        os.fsync(file.fileno())
    names, pictures = [*old_names, *names], [*old_pictures, *pictures]
    about = json_array({"names": names, "pictures": pictures})
    write_arrays(shard_file(folder, shard.number, "npz"), {"about": about})
    return Shard(shard.number, len(names), len(pictures))


def read_names(folder: Path, shard: Shard) -> tuple[list[str], list[str]]:
    """Return the name of each row of a shard, and the pictures that were looked through."""
    if not shard.size():
        return [], []
    path = shard_file(folder, shard.number, "npz")
    try:
        about = from_json_array(read_arrays(path, kind=GALLERY)["about"])
        names, pictures = about["names"][: shard.rows], about["pictures"][: shard.pictures]
    except (KeyError, TypeError, ValueError) as error:
        raise WeightFileError(f"{path} holds no names: {error}") from error
    if (len(names), len(pictures)) != (shard.rows, shard.pictures):
        raise WeightFileError(f"{path} lacks names: {GALLERY.remedy}.")
    return names, pictures


def map_rows(folder: Path, shard: Shard, width: int) -> np.ndarray:
    """Return the rows ``(rows, width)`` of a shard, mapped into memory, read only.

    Raises:
        WeightFileError: if the file is missing or too short for them.
    """
    if not shard.rows:
        return np.zeros((0, width), np.float32)
    path, need = shard_file(folder, shard.number, "f32"), shard.rows * width * NUMBER.itemsize
    if not path.is_file() or path.stat().st_size < need:
        raise WeightFileError(f"{path} is missing or cut short: {GALLERY.remedy}.")
    return np.memmap(path, NUMBER, "r", shape=(shard.rows, width)).view(np.ndarray)


def sweep(folder: Path, catalogue: Catalogue) -> None:
    """Remove the files of shards that do not count, left by a crash or by ``remove``."""
    numbers = {shard.number for shard in catalogue.shards}
    for path in folder.iterdir():
        if re.fullmatch(r"\d{6,}\.(f32|npz)", path.name) and int(path.stem) not in numbers:
            path.unlink(missing_ok=True)
