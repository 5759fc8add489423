"""Reading one file out of a wheel or a source distribution, without unpacking anything."""

import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def member(archive: Path, inner: str) -> Iterator[BinaryIO]:
    """Open the file ``inner`` of a ``.whl`` (zip) or ``.tar.gz`` archive for reading.

    Raises KeyError if it is not there, zipfile.BadZipFile or tarfile.TarError if the archive is
    damaged.
    """
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
