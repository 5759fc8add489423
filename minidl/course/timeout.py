"""Running a function that may never end.

It runs in a thread of its own, on every system alike. When its time is up an exception is thrown
into that thread, which stops a loop in Python where it stands; a thread that
cannot be stopped so (``except:`` in an endless loop, one huge matrix product) is left running. The
caller goes on in both cases.
"""

import contextvars
import ctypes
import threading
import time
from collections.abc import Callable
from typing import Any

WAIT = 0.05  # seconds between two looks at the thread, so that an interrupt comes through
TRIES = 10  # an exception may be caught by the function


class OutOfTime(BaseException):
    """The time is up; no Exception, so that a student's ``except Exception`` lets it through."""


def limited(function: Callable[[], Any], seconds: float) -> Any:
    """Return ``function()``, or raise what it raises; OutOfTime once it has run for ``seconds``."""
    outcome: dict[str, Any] = {}
    done = threading.Event()  # not `Thread.join`: interrupted, it may call a living thread dead

    def work() -> None:
        try:
            outcome["value"] = function()
        except BaseException as error:
            outcome["error"] = error
        done.set()

    context = contextvars.copy_context()  # NumPy's error state, among others
    thread = threading.Thread(target=context.run, args=(work,), daemon=True)
    deadline = time.monotonic() + seconds
    thread.start()
    try:
        while not outcome and time.monotonic() < deadline:
            done.wait(WAIT)
    finally:
        for _ in range(TRIES):
            if outcome:
                thread.join(WAIT)
                break
            _throw_into(thread)
            done.wait(WAIT)
    if "error" in outcome:
        raise outcome["error"]
    if "value" not in outcome:
        raise OutOfTime
    return outcome["value"]


def _throw_into(thread: threading.Thread) -> None:
    """Let OutOfTime arrive there (or, while it starts another thread, in that one)."""
    ident = ctypes.c_ulong(thread.ident)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(OutOfTime))
