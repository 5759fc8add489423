"""Getting a real asset: from the cache, from an installed package, or with pip."""

import tarfile
import zipfile
import zlib
from importlib.util import find_spec
from pathlib import Path

from minidl.arguments import check_choice
from minidl.files import temporary_folder
from minidl.zoo.archive import member
from minidl.zoo.asset import Asset, AssetError, in_words
from minidl.zoo.assets import ASSETS
from minidl.zoo.cache import cache_folder, cached, is_right, prepare, store
from minidl.zoo.pip_download import download

DAMAGED = (KeyError, OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError)


def fetch(asset: str | Asset, *, progress: bool = True) -> Path:
    """Return the path of a real asset's file, verified, after fetching it if need be.

    ``asset`` is a name of the table in ``minidl.zoo.assets``. Raises ValueError for a name that is
    not there, and AssetError (what, from where, why, what to do) if the file cannot be had.
    """
    asset = _find(asset)
    path = cached(asset) or _installed(asset)
    if path is None:
        prepare()
        _download(asset, progress)
        path = cached(asset)
    if path is None:
        raise AssetError(f"{asset.name} vanished from the cache folder {cache_folder()}; try again")
    return path


def missing() -> list[Asset]:
    """Return the assets that would have to be fetched: they need a network and a cache folder."""
    return [a for a in ASSETS.values() if a.package.kind != "installed" and cached(a) is None]


def _find(asset: str | Asset) -> Asset:
    if isinstance(asset, Asset):
        return asset
    return ASSETS[check_choice(asset, "asset", ASSETS)]


def _installed(asset: Asset) -> Path | None:
    """Find the file in a package that is installed anyway."""
    if asset.package.kind != "installed":
        return None
    spec = find_spec(asset.package.name)
    for root in (spec and spec.submodule_search_locations) or ():
        path = Path(root, asset.inner)
        if is_right(path, asset):
            return path
    raise AssetError(_sentence(asset, f"the installed {asset.package} does not hold it"))


def _download(asset: Asset, progress: bool) -> None:
    """Fetch the asset's archive, and keep every file of the table that it holds."""
    try:
        with temporary_folder() as folder:
            archive = download(asset.package, folder, asset.name, progress)
            for found in {asset.name: asset, **_siblings(asset)}.values():
                with member(archive, found.inner) as source:
                    store(found, source)
    except AssetError as error:
        raise AssetError(_sentence(asset, str(error))) from error
    except DAMAGED as error:
        raise AssetError(_sentence(asset, f"{type(error).__name__}: {error}")) from error


def _siblings(asset: Asset) -> dict[str, Asset]:
    same = (a for a in ASSETS.values() if a.package == asset.package)
    return {a.name: a for a in same if cached(a) is None}


def _sentence(asset: Asset, why: str) -> str:
    size = f", {in_words(asset.package.size)}" if asset.package.size else ""
    return (
        f"minidl cannot get {asset.name!r} from the Python package {asset.package}{size}: {why}; "
        f"mend that and try again, or put its file {asset.filename} "
        f"(sha256 {asset.sha256}) into {cache_folder()} by hand"
    )
