"""Running a function that may never end.

It runs in a thread of its own, on every system alike. When its time is up an exception is thrown
into that thread, which stops a loop in Python where it stands; a thread that will not listen
(``except:`` in an endless loop, one huge matrix product) is left behind. Either way the caller
goes on.
"""

import contextvars
import ctypes
import threading
import time
from collections.abc import Callable
from typing import Any

WAIT = 0.05  # seconds between two looks at the thread, so that an interrupt comes through


class OutOfTime(BaseException):
    """The time is up; no Exception, so that a student's ``except Exception`` lets it through."""


def limited(function: Callable[[], Any], seconds: float) -> Any:
    """Return ``function()``, or raise what it raises; OutOfTime once it has run for ``seconds``."""
    outcome: dict[str, Any] = {}

    def work() -> None:
        try:
            outcome["value"] = function()
        except BaseException as error:
            outcome["error"] = error

    context = contextvars.copy_context()  # NumPy's error state, among others
    thread = threading.Thread(target=context.run, args=(work,), daemon=True)
    deadline = time.monotonic() + seconds
    thread.start()
    try:
        while thread.is_alive() and time.monotonic() < deadline:
            thread.join(WAIT)
    finally:
        if thread.is_alive():
            _stop(thread)
    if "error" in outcome:
        raise outcome["error"]
    if "value" not in outcome:
        raise OutOfTime
    return outcome["value"]


def _stop(thread: threading.Thread, tries: int = 10) -> None:
    """Throw into a thread until it ends: a throw may be caught, or reach a thread just started."""
    for _ in range(tries):
        ident = ctypes.c_ulong(thread.ident)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(OutOfTime))
        thread.join(WAIT)
        if not thread.is_alive():
            return
