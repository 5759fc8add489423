"""Drawn faces: as many invented people as wanted, with every trait known."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from minidl.arguments import check_int, check_ints, check_seed, is_int
from minidl.datasets.drawn_faces.drawing import draw
from minidl.datasets.drawn_faces.people import traits
from minidl.datasets.drawn_faces.pictures import pictures

_PIXELS = 1 << 16  # drawn together: the planes then stay in the processor's cache


class FaceParameters(NamedTuple):
    """What was drawn: two structured arrays, one row a person and one row a picture."""

    people: np.ndarray
    pictures: np.ndarray


def faces(
    people: int | Iterable[int], per_person: int, *, size: int = 48, seed: int
) -> tuple[np.ndarray, np.ndarray, FaceParameters]:
    """Draw faces: uint8 images (n, size, size, 3), labels (n,) and the parameters of the drawing.

    ``people`` is how many, or their own numbers: ``range(1000, 1200)`` are 200 others than
    ``range(1000)``. n is people · per_person, and a label is the person's number. Picture i of
    person p depends on (seed, p, i) and size alone, so that a larger set extends a smaller one.
    Raises ValueError for empty sets, negative numbers or a size below 16.
    """
    numbers = _numbers(people)
    per_person, seed = check_int(per_person, "per_person"), check_seed(seed)
    size = check_int(size, "size", 16)
    person = traits(seed, numbers)
    rows = np.repeat(np.arange(len(numbers)), per_person)
    labels = numbers[rows]
    which = np.tile(np.arange(per_person), len(numbers))
    picture = pictures(seed, labels, which)
    images = np.empty((len(rows), size, size, 3), np.uint8)
    batch = max(1, _PIXELS // size**2)
    for start in range(0, len(rows), batch):
        part = slice(start, start + batch)
        grain = _grain(seed, labels[part], which[part], size)
        images[part] = draw(person[rows[part]], picture[part], grain)
    return images, labels, FaceParameters(person, picture)


def _numbers(people):
    numbers = range(check_int(people, "people")) if is_int(people) else people
    numbers = check_ints(numbers, "people", 0)
    if not numbers:
        raise ValueError("people must be how many, or their numbers: there are none.")
    return np.array(numbers, np.int64)


def _grain(seed, people, numbers, size):
    """Film grain of spread 1 for every picture, float32 (n, size, size)."""
    keys = zip(people.tolist(), numbers.tolist(), strict=True)
    generators = (
        np.random.default_rng((seed, person, number + 1, size)) for person, number in keys
    )
    return np.stack([rng.standard_normal((size, size), np.float32) for rng in generators])


__all__ = ["FaceParameters", "faces"]
