"""What comes into a gallery on disk: collected, and written now and then."""

import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from minidl.faces.gallery import check_encodings, check_people
from minidl.faces.shards import Catalogue, Shard, extend, write_catalogue

EVERY = 10  # seconds between two commits


class Additions:
    """What has come in and is not written yet."""

    def __init__(self, folder: Path, catalogue: Catalogue):
        self.folder, self.catalogue = folder, catalogue
        self.waiting: list[tuple] = []
        self.count, self.began = 0, time.monotonic()

    def add(
        self, names: Sequence[str], encodings: np.ndarray, pictures: Sequence[str] = ()
    ) -> None:
        """Add encodings ``(N, D)``, their names, and the pictures that are done with them.

        Raises:
            TypeError, ValueError: for names that are not text, or encodings that do not fit;
                nothing of them is added then.
        """
        width = self.catalogue.width
        rows = check_encodings(encodings, width) if len(encodings) else np.zeros((0, width))
        check_people(names, len(rows))
        check_people(pictures, len(pictures))
        if len(rows):
            self.catalogue = self.catalogue._replace(width=rows.shape[1])
        self.waiting.append((names, rows, pictures))
        self.count += max(len(names), len(pictures))
        if self.count >= self.catalogue.shard_rows or time.monotonic() > self.began + EVERY:
            self.commit()

    def commit(self) -> None:
        """Write it: rows and names first, and then the catalogue that makes them count.

        Interrupted anywhere, it can be called again: what does not count yet is written over.
        """
        if self.waiting:
            names, rows, pictures = zip(*self.waiting, strict=True)
            rows = [np.zeros((0, self.catalogue.width), np.float32), *(r for r in rows if len(r))]
            catalogue = self._extended(
                list(chain(*names)), np.concatenate(rows), list(chain(*pictures))
            )
            write_catalogue(self.folder, catalogue)
            self.catalogue, self.waiting = catalogue, []
        self.count, self.began = 0, time.monotonic()

    def _extended(self, names: list[str], rows: np.ndarray, pictures: list[str]) -> Catalogue:
        """Write rows into the last shard, and into as many new ones as it takes."""
        catalogue = self.catalogue
        while names or pictures:
            *full, last = catalogue.shards or (Shard(0),)
            if last.size() >= catalogue.shard_rows:
                full, last = [*full, last], Shard(catalogue.next_number())
            room = catalogue.shard_rows - last.size()
            done = pictures[:room] if len(names) <= room else []
            last = extend(self.folder, last, names[:room], rows[:room], done)
            catalogue = catalogue._replace(shards=(*full, last))
            names, rows, pictures = names[room:], rows[room:], pictures[len(done) :]
        return catalogue
