"""The ten-fold protocol of Labeled Faces in the Wild, on the reader's own copy of it.

The layout is that of the set's makers (Huang et al. 2007): ``lfw/Name/Name_0001.jpg``, and beside
or inside that folder ``pairs.txt``, whose first line says how many folds there are and how many
pairs of the same person, and then as many of different people, every fold has.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from minidl.arguments import check_path
from minidl.datasets.images import read_image
from minidl.faces.cross_validation import CrossValidation, cross_validate
from minidl.faces.distances import pair_distances
from minidl.files import read_text
from minidl.nn.progress import progress_bar

SUFFIXES = (".jpg", ".jpeg", ".png")
Photo = tuple[str, int]  # the person's name as in the folder, and the picture's number from 1
Pair = tuple[Photo, Photo]


def lfw_accuracy(
    folder: str | Path,
    encode: Callable[[np.ndarray], np.ndarray],
    *,
    pairs: str | Path | None = None,
    progress: bool = True,
) -> CrossValidation:
    """Verify LFW's pairs: each fold with the τ that is best on the others.

    Every picture is encoded once, however many pairs it stands in.

    Args:
        folder: the folder that holds ``lfw/`` and ``pairs.txt``.
        encode: takes a picture, uint8 ``(H, W, 3)``, and returns its encoding ``(D,)``.
        pairs: another list of pairs, with the layout of ``pairs.txt``.
        progress: whether to show a bar.

    Raises:
        ValueError: if folder or list are not as LFW has them, or hold fewer than two folds.
    """
    if not callable(encode):
        raise TypeError(f"encode must be a function of a picture, got {type(encode).__name__}.")
    folder = check_path(folder, "folder")
    root = folder / "lfw" if (folder / "lfw").is_dir() else folder
    files = find_photos(root)
    every, same, fold = read_pairs(_pairs_file(root) if pairs is None else pairs)
    photos = sorted({photo for pair in every for photo in pair})
    for name, number in photos:
        if (name, number) not in files:
            known = [n for other, n in sorted(files) if other == name]
            found = f"{name!r} has the numbers {known}" if known else f"nobody is named {name!r}"
            raise ValueError(f"no picture {number} of {name!r} in {str(root)!r}: {found}")
    with progress_bar(progress, photos, unit="picture") as bar:
        encodings = {p: np.asarray(encode(read_image(files[p])), np.float32) for p in bar}
    first, second = (
        np.stack([encodings[photo] for photo in side]) for side in zip(*every, strict=True)
    )
    return cross_validate(pair_distances(first, second), same, fold)


def find_photos(root: Path) -> dict[Photo, Path]:
    """Return the file of every picture root/Name/Name_0001.jpg; ValueError if there are none."""
    photos = {}
    for file in root.glob("*/*"):
        name, _, number = file.stem.rpartition("_")
        if name == file.parent.name and number.isdecimal() and file.suffix.lower() in SUFFIXES:
            photos[name, int(number)] = file
    if not photos:
        raise ValueError(
            f"{str(root)!r} holds no pictures named Name/Name_0001.jpg. Give the folder that holds "
            "lfw/, or lfw itself, with one subfolder for every person"
        )
    return photos


def _pairs_file(root: Path) -> Path:
    for folder in (root.parent, root):
        if (folder / "pairs.txt").is_file():
            return folder / "pairs.txt"
    raise ValueError(
        f"there is no pairs.txt in {str(root)!r} or beside it. "
        "Put it there, or give its place: pairs=…"
    )


def read_pairs(path: str | Path) -> tuple[list[Pair], np.ndarray, np.ndarray]:
    """Return the pairs of a list such as ``pairs.txt``, which are ``same``, and each one's fold.

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
    folds, size = _header(path, rows)
    if len(rows) - 1 != 2 * size * folds:
        raise ValueError(
            f"{path.name} promises {folds} folds of {size} same and {size} different "
            f"pairs, {2 * size * folds} lines, but {len(rows) - 1} follow"
        )
    same = np.arange(len(rows) - 1) // size % 2 == 0
    pairs = [_pair(path, *row, kind) for row, kind in zip(rows[1:], same, strict=True)]
    return pairs, same, np.repeat(np.arange(folds), 2 * size)


def _header(path: Path, rows: list[tuple[int, list[str]]]) -> tuple[int, int]:
    words = rows[0][1] if rows else []
    counts = [int(word) for word in words if word.isdecimal()]
    if len(counts) != len(words) or len(counts) not in (1, 2) or min(counts, default=0) < 1:
        raise ValueError(
            f"the first line of {path.name} must be '10 300' (folds, pairs of each kind in a fold) "
            f"or one number, got {' '.join(words)!r}"
        )
    return (1, counts[0]) if len(counts) == 1 else tuple(counts)


def _pair(path: Path, line: int, words: list[str], same: bool) -> Pair:
    expected = "name number number" if same else "name number name number"
    numbers = words[1:] if same else words[1::2]
    if len(words) != (3 if same else 4) or not all(word.isdecimal() for word in numbers):
        raise ValueError(
            f"line {line} of {path.name} must be {expected!r}, got {' '.join(words)!r}"
        )
    first, second = (int(number) for number in numbers)
    return (words[0], first), (words[0] if same else words[2], second)
