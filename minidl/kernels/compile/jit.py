"""Compiling kernels with Numba: once, said aloud, and kept on disk (see ``compile/code_cache``).

``AVAILABLE`` tells whether there is a compiler; without one (Numba is not installed, or
NUMBA_DISABLE_JIT=1) `minidl.kernels` uses the NumPy twins.
"""

import atexit
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

from minidl.console import can_redraw, in_notebook, quiet

try:
    import numba
    from numba.core import event

    AVAILABLE = not numba.config.DISABLE_JIT
except (ImportError, OSError):  # OSError: a library that it needs cannot be loaded
    AVAILABLE = False

if AVAILABLE:
    from minidl.kernels.compile.code_cache import FOLDER, CodeCache
    from minidl.kernels.compile.parts import PartCompiler

LISTEN = 0.05  # seconds between two looks for an interrupt while another thread compiles

_kernels: set[Callable] = set()
# Kernels make no arrays, so they need not count who refers to them ("_nrt"): threads would fight
# over these counts at every slice.
SETTINGS = {"nogil": True, "error_model": "numpy", "_nrt": False}


def inner(function: Callable) -> Callable:
    """Make a function that kernels may call, and nobody else."""
    return numba.njit(pipeline_class=PartCompiler, **SETTINGS)(function)


def inlined(function: Callable) -> Callable:
    """Make one that becomes part of each caller: what it is handed may stay in registers."""
    return numba.njit(pipeline_class=PartCompiler, forceinline=True, **SETTINGS)(function)


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
    """Says on stderr how many kernels have been compiled, and how long that took: in one line.

    Where it can be redrawn it counts up, and makes room for others between two kernels; everywhere
    else it is written once, when the process ends.
    """

    depth = kernels = 0
    seconds = 0.0

    def on_start(self, happening):
        """Count a kernel, unless this is a function inside of one that is being compiled."""
        if self.depth or happening.data["dispatcher"].py_func in _kernels:
            self.depth += 1
        if self.depth == 1:
            self.began = time.perf_counter()
            self.kernels += 1
            if can_redraw():
                print(f"\r{self}", end="", file=sys.stderr, flush=True)

    def on_end(self, happening):
        """Add up the time."""
        if self.depth == 1:
            self.seconds += time.perf_counter() - self.began
            if can_redraw():
                blank = "" if in_notebook() else f"\r{' ' * len(str(self))}\r"
                print(f"\r{self}{blank}", end="", file=sys.stderr, flush=True)
        self.depth = max(self.depth - 1, 0)

    def close(self):
        """Say it for good, if there was anything to compile."""
        if self.kernels and not in_notebook():
            print(self, file=sys.stderr, flush=True)

    def __str__(self):
        kept = "once" if FOLDER else "in each process: no folder to keep it in can be written"
        kernels = f"{self.kernels} kernel{'s' * (self.kernels > 1)}"
        return f"minidl: compiling for this processor ({kept}): {kernels}, {self.seconds:.0f} s"


if AVAILABLE and not quiet():
    _announcer = _Announcer()
    event.register("numba:compile", _announcer)
    atexit.register(_announcer.close)
