"""What a real asset is: one file inside one released Python package, known by its sha256."""

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Package:
    """A released archive: exactly the one with this sha256, ``size`` bytes long.

    ``kind`` is ``"wheel"``, ``"sdist"``, or ``"installed"`` for a package that is here anyway. A
    ``platform`` is named for wheels that differ from one to the next: everybody takes that one.
    """

    name: str
    version: str = ""
    kind: str = "wheel"
    size: int = 0
    sha256: str = ""
    platform: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


@dataclass(frozen=True)
class Asset:
    """The file called ``inner`` in a package, with its sha256, ``size`` in bytes, and credit."""

    name: str
    package: Package
    inner: str
    sha256: str
    size: int
    licence: str
    credit: str

    @property
    def filename(self) -> str:
        """The file's name in the cache folder: its own, without the folders around it."""
        return PurePosixPath(self.inner).name


class AssetError(RuntimeError):
    """A real asset cannot be had; one sentence says what, from where, why, and what to do."""


class CannotFetch(AssetError):
    """No asset can be fetched at the moment: no network, no pip, a full disk."""


def in_words(size: int) -> str:
    """Write a number of bytes for people: ``"18.5 MB"``."""
    return f"{size / 1e6:.1f} MB" if size >= 50_000 else f"{size / 1e3:.1f} kB"
