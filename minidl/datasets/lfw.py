"""The reader's own copy of Labeled Faces in the Wild: pictures by name, and the ten-fold pairs.

The layout is that of the set's makers (Huang et al. 2007): ``lfw/Name/Name_0001.jpg``, and beside
or inside that folder ``pairs.txt``, whose first line says how many folds there are and how many
pairs of the same person, and then as many of different people, every fold has.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from minidl.arguments import check_path, is_list
from minidl.datasets.images import read_image
from minidl.files import read_text

SUFFIXES = (".jpg", ".jpeg", ".png")


class Photo(NamedTuple):
    """One picture: the person's name as in the folder, and the picture's number from 1."""

    name: str
    number: int


class Pair(NamedTuple):
    """Two pictures, and whether they show the same person."""

    first: Photo
    second: Photo
    same: bool


class LFW:
    """A folder of people, one subfolder each; raises ValueError if there is none in ``folder``.

    ``people`` maps each name, in sorted order, to the sorted numbers of its pictures.
    """

    def __init__(self, folder: str | Path) -> None:
        folder = check_path(folder, "folder")
        self.root = folder / "lfw" if (folder / "lfw").is_dir() else folder
        if not self.root.is_dir():
            raise ValueError(
                f"{str(folder)!r} is not a folder. Give the folder that holds lfw/, or lfw itself"
            )
        self._paths = _photos(self.root)
        if not self._paths:
            raise ValueError(
                f"{str(self.root)!r} holds no pictures named Name/Name_0001.jpg. "
                "Give the folder that holds one subfolder for every person"
            )
        self.people: dict[str, tuple[int, ...]] = {}
        for name, number in sorted(self._paths):
            self.people[name] = (*self.people.get(name, ()), number)

    def path(self, photo: Photo) -> Path:
        """The file of a picture; ValueError if there is none."""
        if not is_list(photo) or len(photo) != 2:
            raise ValueError(f"a photo must be (name, number), got {photo!r}.")
        name, number = photo
        if (name, number) not in self._paths:
            known = self.people.get(name)
            found = f"{name!r} has the numbers {known}" if known else f"nobody is named {name!r}"
            raise ValueError(f"no picture {number} of {name!r} in {str(self.root)!r}: {found}")
        return self._paths[name, number]

    def image(self, photo: Photo, *, max_size: int | None = None) -> np.ndarray:
        """A picture as uint8 RGB (H, W, 3), see ``read_image``."""
        return read_image(self.path(photo), max_size=max_size)

    def folds(self, pairs: str | Path | None = None) -> list[list[Pair]]:
        """The folds of ``pairs.txt``, all of whose pictures must be there (else ValueError)."""
        folds = read_pairs(self._pairs_file() if pairs is None else pairs)
        for fold in folds:
            for pair in fold:
                for photo in (pair.first, pair.second):
                    self.path(photo)
        return folds

    def _pairs_file(self):
        for folder in (self.root.parent, self.root):
            if (folder / "pairs.txt").is_file():
                return folder / "pairs.txt"
        raise ValueError(
            f"there is no pairs.txt in {str(self.root)!r} or beside it. "
            "Put it there, or give its place: folds(pairs=…)"
        )


def read_pairs(path: str | Path) -> list[list[Pair]]:
    """Read a list of pairs such as ``pairs.txt``: one list for every fold.

    A same pair is a line ``name number number``, a different pair ``name number name number``. A
    first line of one number, as in ``pairsDevTest.txt``, means a single fold. Raises ValueError,
    naming the line, for anything else.
    """
    path = check_path(path, "pairs")
    try:
        text = read_text(path, "list of pairs")
    except (OSError, ValueError) as error:
        raise ValueError(f"cannot read the pairs in {str(path)!r}: {error}") from error
    rows = [(n, line.split()) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    number_of_folds, size = _header(path, rows)
    if len(rows) - 1 != 2 * size * number_of_folds:
        raise ValueError(
            f"{path.name} promises {number_of_folds} folds of {size} same and {size} different "
            f"pairs, {2 * size * number_of_folds} lines, but {len(rows) - 1} follow"
        )
    pairs = [
        _pair(path, line, words, same=(k // size) % 2 == 0)
        for k, (line, words) in enumerate(rows[1:])
    ]
    return [pairs[k : k + 2 * size] for k in range(0, len(pairs), 2 * size)]


def _header(path, rows):
    words = rows[0][1] if rows else []
    counts = [int(word) for word in words if word.isdecimal()]
    if len(counts) != len(words) or len(counts) not in (1, 2) or min(counts, default=0) < 1:
        raise ValueError(
            f"the first line of {path.name} must be '10 300' (folds, pairs of each kind in a fold) "
            f"or one number, got {' '.join(words)!r}"
        )
    return (1, counts[0]) if len(counts) == 1 else tuple(counts)


def _pair(path, line, words, same):
    expected = "name number number" if same else "name number name number"
    numbers = words[1:] if same else words[1::2]
    if len(words) != (3 if same else 4) or not all(word.isdecimal() for word in numbers):
        raise ValueError(
            f"line {line} of {path.name} must be {expected!r}, got {' '.join(words)!r}"
        )
    first, second = (int(number) for number in numbers)
    other = words[0] if same else words[2]
    return Pair(Photo(words[0], first), Photo(other, second), same)


def _photos(root):
    """(name, number) → file, for every file root/Name/Name_0001.jpg."""
    photos = {}
    for file in root.glob("*/*"):
        name, _, number = file.stem.rpartition("_")
        if name == file.parent.name and number.isdecimal() and file.suffix.lower() in SUFFIXES:
            photos[name, int(number)] = file
    return photos
