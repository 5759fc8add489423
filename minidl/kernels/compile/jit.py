"""Compiling kernels with Numba: once, said aloud, and kept on disk (see ``compile/code_cache``).

``AVAILABLE`` tells whether there is a compiler; without one (Numba is not installed, or
NUMBA_DISABLE_JIT=1) `minidl.kernels` uses the NumPy twins.
"""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

from minidl.console import quiet

try:
    import numba
    from numba.core import event

    AVAILABLE = not numba.config.DISABLE_JIT
except (ImportError, OSError):  # OSError: a library that it needs cannot be loaded
    AVAILABLE = False

if AVAILABLE:
    from minidl.kernels.compile.code_cache import FOLDER, CodeCache

LISTEN = 0.05  # seconds between two looks for an interrupt while another thread compiles

_kernels: set[Callable] = set()
# Kernels make no arrays, so they need not count who refers to them ("_nrt"): threads would fight
# over these counts at every slice.
SETTINGS = {"nogil": True, "error_model": "numpy", "_nrt": False}


def inner(function: Callable) -> Callable:
    """Make a function that kernels may call."""
    return numba.njit(**SETTINGS)(function)


def inlined(function: Callable) -> Callable:
    """Make one that becomes part of each caller: what it is handed may stay in registers."""
    return numba.njit(forceinline=True, **SETTINGS)(function)


def kernel(function: Callable) -> Callable:
    """Make a compiled function that Python may call; it is compiled when it is first called."""
    _kernels.add(function)
    compiled = numba.njit(**SETTINGS)(function)
    if FOLDER is not None and function.__closure__ is None:
        with suppress(OSError):  # no source: it was typed into a notebook
            compiled._cache = CodeCache(function)
    compiled.compile = _undisturbed(compiled.compile)
    return compiled


def _undisturbed(function: Callable) -> Callable:
    """Return a function that does its work on a thread of its own, while the caller waits.

    An exception thrown into the caller (Ctrl-C, a time limit) ends the waiting alone: Numba's locks
    and tables, which all kernels share, never see it.
    """

    def call(*arguments):
        outcome: SimpleQueue = SimpleQueue()

        def work():
            try:
                outcome.put((function(*arguments), None))
            except BaseException as error:
                outcome.put((None, error))

        try:
            threading.Thread(target=work, name="minidl compiler", daemon=False).start()
        except RuntimeError:  # the system gives no more threads
            work()
        while True:
            with suppress(Empty):
                value, error = outcome.get(timeout=LISTEN)
                break
        if error is not None:
            raise error
        return value

    return call


class _Announcer(event.Listener if AVAILABLE else object):
    """Says on stderr that a kernel is being compiled, and then how long it took."""

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


if AVAILABLE and not quiet():
    event.register("numba:compile", _Announcer())
