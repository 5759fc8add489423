"""A student's function runs in a process of its own, so that it cannot stop the notebook.

A thread can be stopped between two steps of Python only. ``9**9**9``, ``sum(itertools.count())``
or an endless loop in compiled code is a single step; ``os._exit`` ends the process; a list that
grows takes the notebook's memory. So the notebook sends the function to a process that it started
for this, and starts another where that one had to be stopped. The function travels with what it
refers to by cloudpickle, through loky, the executor below joblib and scikit-learn.
"""

import builtins
import faulthandler
import linecache
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from concurrent.futures import TimeoutError as Unfinished
from contextlib import suppress
from functools import cache
from typing import Any

import cloudpickle
import numpy as np
import psutil
from loky import ProcessPoolExecutor

from minidl.course.execution import execute, quiet, trials
from minidl.course.feedback import Feedback
from minidl.course.grade import grade, not_right
from minidl.course.registry import find

LOOK = 0.05  # seconds between two looks at the process
GRACE = 3.0  # seconds beyond the time limit: the thread inside is stopped, the mistake looked for
ORPHANED = 60.0  # seconds beyond the time limit, after which it ends itself
PREPARING = 600.0  # seconds for minidl's own solution, which may have to be compiled
MEMORY = 4 << 30  # bytes that a function may take; half of what is free, if that is less
RECURSION = sys.getrecursionlimit()
SHARED = (builtins, math, np, np.linalg, np.random)

_executor: ProcessPoolExecutor | None = None


class Stopped(Exception):
    """The process died or had to be stopped; the words complete "The function was run, but …"."""


def start() -> ProcessPoolExecutor:
    """Return the process, a new one if there is none; it gets ready while the notebook goes on."""
    global _executor
    if _executor is None:
        _executor = ProcessPoolExecutor(
            max_workers=1,
            initializer=_begin,
            initargs=(os.getpid(),),
            env={"MPLBACKEND": "Agg"},
        )
        _executor.submit(os.getpid)
    return _executor


def stop() -> None:
    """End the process at once."""
    global _executor
    if _executor is not None:
        _executor.shutdown(wait=False, kill_workers=True)
        _executor = None


def grade_apart(name: str, function: Callable, seconds: float) -> Feedback | None:
    """Return `grade`'s feedback on a function that runs in the other process.

    None if it cannot be sent there: it refers to an open file, say, or no process can be started.
    """
    try:
        parcel = _pack(function)
        executor = start()
        pid = _wait(executor.submit(_prepare, name), PREPARING)
    except Exception:  # pickling raises whatever a part of the function raises
        stop()
        return None
    clean = False
    try:
        feedback, clean = _wait(
            executor.submit(_grade, name, parcel, seconds), seconds + GRACE, pid
        )
    except Stopped as stopped:
        feedback = not_right(find(name), [f"The function was run, but {stopped}."])
    finally:  # after an Interrupt too
        if not clean:
            stop()
            start()
    return feedback


def _wait(future: Future, seconds: float, pid: int | None = None) -> Any:
    """Return a result of the process ``pid``, or raise Stopped."""
    room = min(MEMORY, psutil.virtual_memory().available / 2)
    deadline = time.monotonic() + seconds
    while True:
        with suppress(Unfinished):
            try:
                return future.result(LOOK)
            except BrokenExecutor:
                raise Stopped(
                    "Python itself ended in it: by `os._exit`, by a recursion deeper than its "
                    "stack, or by a crash of compiled code"
                ) from None
        if time.monotonic() > deadline:
            raise Stopped(
                f"it had not ended after {seconds - GRACE:g} s, where a moment is enough: a single "
                "step of it goes on and on, a sum or a power without end, or a loop in compiled "
                "code"
            )
        if pid is not None and _memory(pid) > room:
            raise Stopped(
                f"it took more than {room / 2**30:.1f} GB of memory, where a few megabytes are "
                "enough, and was stopped"
            )


def _memory(pid: int) -> int:
    with suppress(psutil.Error):
        return psutil.Process(pid).memory_info().rss
    return 0


def _pack(function: Callable) -> bytes:
    """A function with all that it refers to, and the text of the cell or file that defines it."""
    code = getattr(function, "__code__", None)
    lines = linecache.getlines(code.co_filename) if code else []
    home = sys.modules.get(getattr(function, "__module__", None) or "")
    own = home is not None and _is_students(home)
    if own:  # it may be edited and loaded again, so what counts is what the notebook has
        cloudpickle.register_pickle_by_value(home)
    try:
        return cloudpickle.dumps((function, lines))
    finally:
        if own:
            cloudpickle.unregister_pickle_by_value(home)


def _is_students(module: Any) -> bool:
    file = getattr(module, "__file__", None) or ""
    ours = module.__name__ in ("__main__", "builtins") or module.__name__.startswith("minidl.")
    return not ours and file.endswith(".py") and "site-packages" not in file


# -- in the other process ------------------------------------------------------------------------


def _begin(notebook: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Interrupt is for the notebook
    builtins.input = _no_input
    threading.Thread(target=_end_with, args=(notebook,), name="minidl end", daemon=True).start()


def _end_with(notebook: int) -> None:
    """End this process when the notebook's is gone, also by a kill."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(notebook)
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            time.sleep(1)
    os._exit(0)


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("input() asks a person, and a check runs alone: use the arguments")


@cache
def _prepare(name: str) -> int:
    """Compile what minidl's own solution needs, since that is not the student's time: once."""
    exercise = find(name)
    execute(exercise, exercise.solution, trials(exercise))
    return os.getpid()


def _grade(name: str, parcel: bytes, seconds: float) -> tuple[Feedback | None, bool]:
    """The feedback, and whether the process is as it was before."""
    before, threads = _state(), set(threading.enumerate())
    try:
        function, lines = cloudpickle.loads(parcel)
    except Exception:  # a module that it refers to is not found from here
        return None, True
    if lines:  # under the name that the code has here: cloudpickle may give it another
        file = function.__code__.co_filename
        linecache.cache[file] = (sum(map(len, lines)), None, lines, file)
    # should the notebook be killed just now, a single endless step still ends
    faulthandler.dump_traceback_later(seconds + ORPHANED, exit=True, file=sys.__stderr__)
    with quiet():
        feedback = grade(find(name), function, seconds)
    faulthandler.cancel_dump_traceback_later()
    changed = [key for key, value in _state().items() if before.get(key, value) is not value]
    if changed and feedback.kind != "open":
        words = f"It changed `{changed[0]}` for everybody who uses it: leave it as it is."
        feedback = not_right(find(name), [words])
    left = [t for t in threading.enumerate() if not t.name.startswith("minidl")]
    sys.setrecursionlimit(RECURSION)
    return feedback, not changed and threads.issuperset(left)


def _state() -> dict[str, Any]:
    """What a function could change for all others: by name, what the usual modules hold."""
    return {f"{m.__name__}.{n}": v for m in SHARED for n, v in list(vars(m).items())}
