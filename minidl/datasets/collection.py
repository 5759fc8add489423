"""Hundreds of pictures of every kind that the course has, to show to hidden units."""

from typing import NamedTuple

import numpy as np

from minidl import zoo
from minidl.arguments import check_int, check_seed
from minidl.datasets.drawn_body import phantom
from minidl.datasets.drawn_faces import faces
from minidl.datasets.images import resize
from minidl.datasets.paintings import names, painting
from minidl.datasets.shapes import shapes

PHOTOGRAPHS = (
    *("astronaut", "cat", "coffee", "hubble", "rocket", "retina", "tissue"),
    *("camera", "coins", "brick", "grass", "gravel", "china", "flower"),
)
CROPS = 4  # of a photograph, at different places and scales


class Collection(NamedTuple):
    """Pictures in the order in which they were made.

    Attributes:
        pictures: ``(N, size, size, 3)``, uint8.
        source: ``(N,)``, a number for each photograph, painter, person and shape, and one for all
            bodies: a painter's paintings are nearly copies of one another, and so are the bodies.
        kind: ``(N,)``, one of ``photograph``, a painter's name, ``person``, ``shape``, ``body``.
    """

    pictures: np.ndarray
    source: np.ndarray
    kind: np.ndarray


def collection(
    size: int = 192,
    *,
    people: int = 150,
    paintings: int = 8,
    drawn_shapes: int = 50,
    bodies: int = 8,
    seed: int = 0,
) -> Collection:
    """Put together photographs, paintings, drawn people, shapes, and slices through bodies.

    size: the side of each picture. people, drawn_shapes, bodies: how many of each.
    paintings: how many of each painter. Raises ValueError for sizes below 32 or negative numbers.
    """
    size, seed = check_int(size, "size", 32), check_seed(seed)
    rng = np.random.default_rng(seed)
    found: list[tuple[str, list[np.ndarray]]] = []
    for name in PHOTOGRAPHS:
        photo = zoo.photo(name)
        found.append(("photograph", [_crop(photo, size, rng) for _ in range(CROPS)]))
    seeds = range(seed, seed + check_int(paintings, "paintings", 0))
    for painter in names():
        found.append((painter, [painting(painter, size=(size, size), seed=k) for k in seeds]))
    if check_int(people, "people", 0):
        drawn, _, _ = faces(people, 1, size=size, seed=seed)
        found += [("person", [face]) for face in drawn]
    drawn, _ = shapes(drawn_shapes, size=size, seed=seed)
    found += [("shape", [picture]) for picture in drawn]
    seeds = range(seed, seed + check_int(bodies, "bodies", 0))
    found.append(("body", [cut for k in seeds for cut in _slices(size, k)]))
    pictures = np.stack([picture for _, several in found for picture in several])
    counts = [len(several) for _, several in found]
    source = np.repeat(np.arange(len(found)), counts)
    return Collection(pictures, source, np.repeat([kind for kind, _ in found], counts))


def _crop(photo: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """A square of random place, between a third and the whole of the shorter side."""
    side = int(min(photo.shape[:2]) * rng.uniform(1 / 3, 1))
    y, x = (int(rng.integers(0, n - side + 1)) for n in photo.shape[:2])
    return resize(photo[y : y + side, x : x + side], (size, size))


def _slices(size: int, seed: int, count: int = 3) -> list[np.ndarray]:
    """Slices through one drawn chest, as a radiologist sees soft tissue: −160 … 240 HU."""
    volume = phantom((32, size, size), seed=seed).volume
    levels = np.linspace(0.25, 0.75, count) * len(volume)
    grey = np.clip((volume[levels.astype(int)] + 160) / 400 * 255, 0, 255)
    return [np.repeat(slice_[..., None], 3, axis=2) for slice_ in np.rint(grey).astype(np.uint8)]
