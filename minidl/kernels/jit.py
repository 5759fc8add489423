"""Compiling kernels with Numba: once, said aloud, kept on disk, and never a reason to fail.

``AVAILABLE`` tells whether there is a compiler; without one (Numba is not installed, or
NUMBA_DISABLE_JIT=1) `minidl.kernels` uses the NumPy twins.

Compiled code is kept in the first folder that can be written: NUMBA_CACHE_DIR, ``__pycache__``
beside this file, the user's cache folder. Numba notices a change of the processor or of the file
that a kernel stands in, but not of the files that it uses, so the folder is named after the
contents of all of them. If there is no such folder, every process compiles for itself.
"""

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import numba
    from numba.core import event

    AVAILABLE = not numba.config.DISABLE_JIT
except ImportError:
    AVAILABLE = False

_kernels: set[Callable] = set()
# Kernels make no arrays, so they need not count who refers to them ("_nrt"): threads would fight
# over these counts at every slice.
SETTINGS = {"nogil": True, "error_model": "numpy", "_nrt": False}


def _candidates():
    """Yield the folders that might keep compiled code, best first."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(os.environ["NUMBA_CACHE_DIR"])
    yield Path(__file__).parent / "__pycache__"
    if sys.platform == "win32":
        yield Path(os.environ.get("LOCALAPPDATA", "~/AppData/Local")).expanduser() / "minidl"
    elif sys.platform == "darwin":
        yield Path("~/Library/Caches/minidl").expanduser()
    else:
        yield Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "minidl"


def _fingerprint() -> str:
    """Return a short name for the kernels' sources and Numba's version, all together."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
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


FOLDER = _writable_folder() if AVAILABLE else None


@contextmanager
def _numba_keeps_code_here():
    """Point Numba to our folder while it decides where a function's code will be kept."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(FOLDER)
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


def inner(function: Callable) -> Callable:
    """Make a function that kernels may call."""
    return numba.njit(**SETTINGS)(function)


def inlined(function: Callable) -> Callable:
    """Make one that becomes part of each caller: what it is handed may stay in registers."""
    return numba.njit(forceinline=True, **SETTINGS)(function)


def kernel(function: Callable) -> Callable:
    """Make a compiled function that Python may call; it is compiled when it is first called."""
    _kernels.add(function)
    compiled = _with_cache(function)

    def call(*arguments):
        nonlocal compiled
        try:
            return compiled(*arguments)
        except Exception:
            if compiled is plain:
                raise
            compiled = plain  # what was kept is damaged, or its folder has gone: compile anew
            return compiled(*arguments)

    plain = numba.njit(**SETTINGS)(function)
    call.__doc__, call.__name__ = function.__doc__, function.__name__
    return call


def _with_cache(function):
    if FOLDER is None:
        return numba.njit(**SETTINGS)(function)
    try:
        with _numba_keeps_code_here():
            return numba.njit(cache=True, **SETTINGS)(function)
    except (OSError, RuntimeError):  # RuntimeError: Numba found no place for the cache
        return numba.njit(**SETTINGS)(function)


class _Announcer(event.Listener if AVAILABLE else object):
    """Says on stderr that a kernel is being compiled, and then how long it took.

    It is silent where MINIDL_QUIET is set: tests compare what notebooks print.
    """

    depth = 0

    def on_start(self, happening):
        """Begin the line, unless this is a function inside of one that is being compiled."""
        if self.depth or happening.data["dispatcher"].py_func in _kernels:
            self.depth += 1
        if self.depth == 1:
            name = happening.data["dispatcher"].py_func.__name__
            kept = "once" if FOLDER else "in each process: no folder to keep it in can be written"
            print(
                f"minidl: compiling {name} for this processor ({kept}) ... ",
                end="",
                file=sys.stderr,
                flush=True,
            )
            self.began = time.perf_counter()

    def on_end(self, happening):
        """End the line."""
        if self.depth == 1:
            print(f"{time.perf_counter() - self.began:.1f} s", file=sys.stderr, flush=True)
        self.depth = max(self.depth - 1, 0)


if AVAILABLE and not os.environ.get("MINIDL_QUIET"):
    event.register("numba:compile", _Announcer())
