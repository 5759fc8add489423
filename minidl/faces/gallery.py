"""The gallery: people's encodings, computed once and kept; the photos themselves are not needed.

A newcomer is enrolled with one picture and no training. Only the picture at the door runs through
the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from minidl.arguments import as_array, check_number, is_list, is_text
from minidl.faces.neighbors import nearest, squared_lengths
from minidl.nn.weights import (
    Kind,
    WeightFileError,
    from_json_array,
    json_array,
    read_arrays,
    write_arrays,
)

FORMAT = 1
GALLERY = Kind("gallery", "take a copy of it, or enrol everybody again")


@dataclass(frozen=True, slots=True)
class Match:
    """Who was found: ``name`` (None for a stranger), the nearest person and d."""

    name: str | None
    nearest: str
    distance: float


class Gallery:
    """Names and encodings ``(N, D)``, float32; a name may have several.

    Memory: 4·D bytes an encoding (512 MB for a million of 128 numbers) and its name; up to twice
    that after it has grown one by one, and about seven times while it is saved or loaded.

    Args:
        network: the fingerprint of the network that the encodings come from
            (``minidl.faces.fingerprint``). A file of another network's encodings is refused.
    """

    def __init__(self, network: str):
        if not is_text(network):
            raise TypeError(
                "a gallery belongs to one network: give its fingerprint, "
                f"Gallery(fingerprint(network)), got {network!r}."
            )
        self.network = network
        self._names: list[str] = []
        self._rows = np.zeros((0, 0), np.float32)
        self._squares: np.ndarray | None = None  # their squared lengths, once they are needed

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    @property
    def names(self) -> list[str]:
        """Everybody's name, once each, in the order of enrolment."""
        return list(dict.fromkeys(self._names))

    @property
    def encodings(self) -> np.ndarray:
        """The encodings ``(N, D)``, a view that cannot be written to."""
        view = self._rows[: len(self)]
        view.flags.writeable = False
        return view

    # -- who is in it ----------------------------------------------------------------------------

    def enrol(self, name: str, encoding: np.ndarray) -> None:
        """Add a person, or one more picture of a person: one encoding ``(D,)``."""
        self.enrol_all([name], as_array(encoding, "encoding")[None])

    def enrol_all(self, names: Sequence[str], encodings: np.ndarray) -> None:
        """Add many people at once: ``encodings`` is ``(N, D)``; all of them or, on an error, none.

        Raises:
            TypeError, ValueError: for names that are not text, or encodings that do not fit.
        """
        encodings = self._check(encodings)
        check_people(names, len(encodings))
        self._make_room(len(self) + len(names), encodings.shape[1])
        self._rows[len(self) : len(self) + len(names)] = encodings
        self._names += map(str, names)
        self._squares = None

    def _make_room(self, size: int, width: int) -> None:
        """Double the array when it is full, so that enrolling one by one copies little."""
        if not len(self):
            self._rows = np.empty((size, width), np.float32)
        elif size > len(self._rows):
            larger = np.empty((max(size, 2 * len(self)), width), np.float32)
            larger[: len(self)] = self._rows[: len(self)]
            self._rows = larger

    def remove(self, name: str) -> None:
        """Forget a person: no encoding of theirs is kept. Save, to forget on disk too.

        Raises:
            ValueError: if nobody is called so.
        """
        gone = set(self._rows_of(name))
        kept = [row for row in range(len(self)) if row not in gone]
        self._rows = self._rows[kept]
        self._names = [self._names[row] for row in kept]
        self._squares = None

    # -- who is it? ------------------------------------------------------------------------------

    def verify(self, name: str, encoding: np.ndarray, threshold: float) -> Match:
        """Answer 1:1: is this ``name``? Accepted if d to the closest of their pictures is below τ.

        Args:
            name: who the person claims to be; somebody enrolled.
            encoding: ``(D,)``.
            threshold: τ, a squared distance.

        Raises:
            ValueError: if nobody is called so, or the encoding does not fit.
        """
        query = self._check(as_array(encoding, "encoding")[None])
        threshold = check_number(threshold, "threshold", -np.inf, np.inf)
        distances, _ = nearest(query, self._rows[self._rows_of(name)])
        d = float(distances[0, 0])
        return Match(name if d < threshold else None, name, d)

    def identify(self, encoding: np.ndarray, threshold: float) -> Match:
        """Answer 1:K: who is this? The nearest person if d is below τ, a stranger otherwise.

        Raises:
            ValueError: if the gallery is empty, or the encoding does not fit.
        """
        return self.identify_all(as_array(encoding, "encoding")[None], threshold)[0]

    def identify_all(self, encodings: np.ndarray, threshold: float) -> list[Match]:
        """Identify many at once: ``encodings`` is ``(Q, D)``."""
        if not len(self):
            raise ValueError("nobody is enrolled in this gallery yet.")
        if self._squares is None:
            self._squares = squared_lengths(self.encodings)
        queries = self._check(encodings)
        threshold = check_number(threshold, "threshold", -np.inf, np.inf)
        distances, rows = nearest(queries, self.encodings, squares=self._squares)
        found = zip((self._names[row] for row in rows[:, 0]), distances[:, 0].tolist(), strict=True)
        return [Match(name if d < threshold else None, name, d) for name, d in found]

    def _rows_of(self, name: str) -> list[int]:
        rows = [row for row, other in enumerate(self._names) if other == name]
        if not rows:
            raise ValueError(f"nobody called {name!r} is enrolled; {len(self.names)} people are.")
        return rows

    def _check(self, encodings: np.ndarray) -> np.ndarray:
        return check_encodings(encodings, self._rows.shape[1] if len(self) else 0)

    # -- on disk ---------------------------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Write the gallery to one checked file, whole or not at all.

        If it is interrupted, the file holds the old gallery. An older
        file's permissions are kept: who must not read it cannot read the new one either.

        Raises:
            OSError: if the file cannot be written; the older one is then as it was.
        """
        about = {"format": FORMAT, "network": self.network, "names": self._names}
        write_arrays(path, {"about": json_array(about), "encodings": self._rows[: len(self)]})

    @classmethod
    def load(cls, path: str | Path, network: str) -> "Gallery":
        """Read what ``save`` wrote.

        Args:
            path: the file.
            network: the fingerprint of the network that will encode new pictures.

        Raises:
            FileNotFoundError: if there is none.
            ValueError: for a damaged file, or encodings of another network.
        """
        gallery = cls(network)
        arrays = read_arrays(path, kind=GALLERY)
        try:
            about = from_json_array(arrays["about"])
            if about["format"] != FORMAT:
                raise ValueError(f"its format is {about['format']}, this is minidl's {FORMAT}.")
            theirs, names, encodings = about["network"], about["names"], arrays["encodings"]
            if theirs == network and (names or len(encodings)):
                gallery.enrol_all(names, encodings)
        except (KeyError, TypeError, ValueError) as error:
            raise WeightFileError(f"{Path(path).name} is no gallery: {error}") from error
        if theirs != network:
            raise ValueError(
                f"{Path(path).name} holds encodings of the network {str(theirs)[:12]}…, yours is "
                f"{network[:12]}…: distances between the two mean nothing. Enrol everybody again."
            )
        return gallery


def check_encodings(encodings: np.ndarray, width: int) -> np.ndarray:
    """Return encodings as float32 ``(N, D)``; D is ``width`` unless that is 0."""
    encodings = as_array(encodings, "encodings")
    if encodings.ndim != 2 or (width and encodings.shape[1] != width) or not encodings.shape[1]:
        want = f"{width} numbers" if width else "one row of numbers each"
        raise ValueError(f"encodings must have {want}, got the shape {encodings.shape}.")
    if encodings.dtype.kind != "f" or not np.isfinite(encodings).all():
        raise ValueError("encodings must be finite floats: is this a network's output?")
    return encodings.astype(np.float32, copy=False)


def check_people(names: Sequence[str], count: int) -> None:
    """Refuse anything but one name for each of ``count`` encodings."""
    if not is_list(names):
        raise TypeError(f"names must be a list of names, got {names!r}.")
    if len(names) != count:
        raise ValueError(f"{len(names)} names for {count} encodings: give one each.")
    for name in names:
        if not is_text(name):
            raise TypeError(
                "a name must be text that is not empty and can be saved (no NUL, nothing that "
                f"is no Unicode, as in names of files in another encoding), got {name!r}."
            )
