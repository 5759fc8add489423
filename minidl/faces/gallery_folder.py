"""A gallery on disk, in shards: encodings that need not fit into memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from minidl.arguments import as_array, check_int, check_path, is_text
from minidl.blocks import Executor, Shared, in_order
from minidl.faces import shards as disk
from minidl.faces.additions import Additions
from minidl.faces.neighbors import merge_nearest, nearest
from minidl.faces.shards import Catalogue, Shard
from minidl.files import only_writer

ROWS = 1 << 16  # of a shard: 34 MB for encodings of 128 numbers
KEPT = 8  # shards whose names are held in memory


class GalleryFolder:
    """Names and encodings ``(N, D)``, float32, in a folder; a name may have several.

    Memory: a shard or two, however many encodings there are, and some shards' names. One process
    at a time may write; what others read meanwhile is what counted when they opened it.

    Args:
        path: the folder; made when something is added.
        network: the fingerprint of the network that the encodings come from
            (``minidl.faces.fingerprint``). Another network's gallery is refused.
        shard_rows: encodings in a shard of a new gallery.

    Raises:
        ValueError: for a damaged gallery, or encodings of another network.
    """

    def __init__(self, path: str | Path, network: str, *, shard_rows: int = ROWS):
        self.path = check_path(path)
        if not is_text(network):
            raise TypeError(f"give the network's fingerprint, fingerprint(network), got {network}.")
        self._catalogue = Catalogue(network, 0, check_int(shard_rows, "shard_rows"))
        self._reload()

    def _reload(self) -> None:
        self._named: dict[Shard, list[str]] = {}
        if not (self.path / disk.CATALOGUE).exists():
            return
        found = disk.read_catalogue(self.path)
        if found.network != self._catalogue.network:
            raise ValueError(
                f"{self.path} holds encodings of the network {found.network[:12]}…, yours is "
                f"{self._catalogue.network[:12]}…: distances between the two mean nothing. "
                "Describe everything again, in a new folder."
            )
        self._catalogue = found

    def __len__(self) -> int:
        return sum(shard.rows for shard in self._catalogue.shards)

    # -- who is in it ----------------------------------------------------------------------------

    @contextmanager
    def adding(self) -> Iterator[Additions]:
        """Return a context whose ``add`` adds to the gallery.

        What has come is written every ten seconds, when a shard is full, and at the end, also after
        an error or Interrupt. Who is killed loses what came after the last time.

        Raises:
            OSError: if another process is adding, or nothing can be written.
        """
        with self._writing():
            additions = Additions(self.path, self._catalogue)
            try:
                yield additions
            finally:
                additions.commit()
                self._catalogue = additions.catalogue

    def add(self, names: Sequence[str], encodings: np.ndarray) -> None:
        """Add encodings ``(N, D)`` and their names: all of them or, on an error, none."""
        with self.adding() as additions:
            additions.add(names, encodings)

    def remove(self, name: str) -> None:
        """Forget a person: no encoding of theirs is kept, also on the disk.

        Raises:
            ValueError: if nobody is called so.
        """
        with self._writing():
            catalogue = before = self._catalogue
            for k, shard in enumerate(before.shards):
                names, pictures = disk.read_names(self.path, shard)
                kept = [row for row, other in enumerate(names) if other != name]
                if len(kept) < len(names):
                    rows = disk.map_rows(self.path, shard, before.width)[kept]
                    new = Shard(catalogue.next_number())
                    new = disk.extend(self.path, new, [names[i] for i in kept], rows, pictures)
                    shards = (*catalogue.shards[:k], new, *catalogue.shards[k + 1 :])
                    catalogue = catalogue._replace(shards=shards)
            if catalogue == before:
                raise ValueError(f"nobody called {name!r} is in this gallery.")
            disk.write_catalogue(self.path, catalogue)
            self._catalogue = catalogue
            disk.sweep(self.path, catalogue)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self.path.mkdir(parents=True, exist_ok=True)
        with only_writer(self.path):
            self._reload()
            disk.sweep(self.path, self._catalogue)
            yield

    # -- what is in it ---------------------------------------------------------------------------

    def pictures(self) -> set[str]:
        """Return the names of all pictures that were looked through."""
        done = (disk.read_names(self.path, shard)[1] for shard in self._catalogue.shards)
        return {name for names in done for name in names}

    def encodings(self) -> Iterator[np.ndarray]:
        """Yield the encodings of each shard ``(rows, D)``, mapped into memory, read only."""
        for shard in self._catalogue.shards:
            yield disk.map_rows(self.path, shard, self._catalogue.width)

    def names(self, rows: Sequence[int] | np.ndarray) -> list[str]:
        """Return the names of rows ``(M,)``."""
        rows = [check_int(row, "row", 0, len(self) - 1) for row in as_array(rows, "rows").tolist()]
        shards = self._catalogue.shards
        starts = np.cumsum([0, *(shard.rows for shard in shards)])
        places = np.searchsorted(starts, rows, side="right") - 1
        found = [""] * len(rows)
        for place in np.unique(places):
            names = self._names_in(shards[place])
            for k in np.flatnonzero(places == place):
                found[k] = names[rows[k] - starts[place]]
        return found

    def _names_in(self, shard: Shard) -> list[str]:
        if shard not in self._named:
            self._named[shard] = disk.read_names(self.path, shard)[0]
            for old in list(self._named)[:-KEPT]:
                del self._named[old]
        return self._named[shard]

    # -- who is it? ------------------------------------------------------------------------------

    def nearest(
        self,
        queries: np.ndarray,
        count: int = 1,
        *,
        executor: Executor | None = None,
        progress: bool = False,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the squared distances and rows of the nearest encodings, nearest first; exact.

        Args:
            queries: ``(Q, D)``, float32.
            count: how many for each query.
            executor: searches the shards, see ``minidl.blocks``; its workers must see the folder
                under the same path. None: this process.
            progress: whether to show a bar.

        Returns:
            (distances, rows), both ``(Q, min(count, N))``; equal distances in the order of rows.

        Raises:
            TypeError, ValueError: for queries that do not fit, or an empty or damaged gallery.
        """
        if not len(self):
            raise ValueError("nobody is in this gallery yet.")
        count, width = check_int(count, "count"), self._catalogue.width
        shards = [shard for shard in self._catalogue.shards if shard.rows]
        starts = np.cumsum([0, *(shard.rows for shard in shards)]).tolist()
        found = in_order(
            _nearest_in,
            list(zip(shards, starts[:-1], strict=True)),
            executor,
            shared=Shared((self.path.absolute(), width, queries, count)),
            progress=progress,
            unit="shard",
        )
        best = next(found)
        for new in found:
            best = merge_nearest(best, new, count)
        return best


def _nearest_in(block: tuple[Shard, int], asked: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest of one shard: distances, and rows counted over all shards."""
    (shard, start), (folder, width, queries, count) = block, asked
    distances, rows = nearest(queries, disk.map_rows(folder, shard, width), count)
    return distances, rows + start
