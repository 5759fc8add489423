"""Compiled code on disk: found again by later processes, and never a reason to fail.

It is kept in the first folder that can be written: NUMBA_CACHE_DIR, ``kernels/__pycache__``, the
user's cache folder. A kernel's code depends on all the files that it uses, so the folder is named
after the contents of all of them. If there is no such folder, every process compiles for itself.

Numba reads and writes the files, but its own cache (``cache=True``) is not enough: it fails at
damaged files, a flipped bit in one can end the process, its single index for all signatures of a
function lets two processes take each other's code for their own, and its paths are too long for
Windows.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import numba
from numba.core.caching import IndexDataCacheFile, NullCache
from numba.core.compiler import CompileResult
from numba.core.runtime import rtsys

KERNELS = Path(__file__).parents[1]


def _candidates():
    """Yield the folders that might keep compiled code, best first."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(os.environ["NUMBA_CACHE_DIR"])
    yield KERNELS / "__pycache__"
    if sys.platform == "win32":
        yield Path(os.environ.get("LOCALAPPDATA", "~/AppData/Local")).expanduser() / "minidl"
    elif sys.platform == "darwin":
        yield Path("~/Library/Caches/minidl").expanduser()
    else:
        yield Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "minidl"


def _fingerprint() -> str:
    """Return a short name for the kernels' sources, Numba's version and Python's, all together."""
    digest = hashlib.sha256(f"{numba.__version__} {EXTENSION_SUFFIXES[0]}".encode())
    for source in sorted(KERNELS.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def _writable_folder() -> Path | None:
    with suppress(OSError, RuntimeError):  # RuntimeError: there is no home folder
        name = f"kernels-{_fingerprint()}"
        for candidate in _candidates():
            with suppress(OSError):
                (candidate / name).mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=candidate / name):
                    return candidate / name
    return None


FOLDER = _writable_folder()


class _File(IndexDataCacheFile):
    """Numba's file of compiled code, with a digest at its end (where reading ignores it)."""

    def _dump(self, entry):
        data = super()._dump(entry)
        return data + hashlib.sha256(data).digest()

    def _load_data(self, name):
        data = Path(self._data_path(name)).read_bytes()
        if hashlib.sha256(data[:-32]).digest() != data[-32:]:
            raise ValueError(f"{name} is damaged.")
        return super()._load_data(name)


class CodeCache(NullCache):
    """The compiled code of one kernel, in files of its own for each signature.

    What cannot be read is compiled anew and written again; what cannot be written is not kept.
    """

    def __init__(self, function: Callable):
        source = Path(function.__code__.co_filename).read_bytes()
        self.name = function.__name__
        self.source = function.__qualname__, hashlib.sha256(source).hexdigest()

    def _find(self, signature, codegen):
        key = signature, codegen.magic_tuple(), self.source
        digest = hashlib.sha256(repr(key).encode()).hexdigest()
        return _File(str(FOLDER), f"{self.name}-{digest[:10]}", digest), key

    def load_overload(self, signature, target_context):
        """Return what was kept for this signature, or None."""
        rtsys.initialize(target_context)  # what is kept links to Numba's run time, and to no more
        file, key = self._find(signature, target_context.codegen())
        try:
            kept = file.load(key)
            return None if kept is None else CompileResult._rebuild(target_context, *kept)
        except Exception:  # a damaged file can raise anything
            with suppress(OSError):
                file.flush()
            return None

    def save_overload(self, signature, data):
        """Keep what was compiled for this signature."""
        if data.library.has_dynamic_globals:  # addresses of this process
            return
        file, key = self._find(signature, data.codegen)
        with suppress(Exception):  # a full disk, a damaged index that may not be written
            file.save(key, data._reduce())
