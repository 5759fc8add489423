"""Running a function that may never end.

On the main thread of Linux and macOS an alarm signal stops it where it stands. Elsewhere (Windows,
a widget's thread) the function runs in a thread of its own, into which an exception is thrown.
Code that never comes back to Python, such as one huge matrix product, yields only to the second.
"""

import contextvars
import ctypes
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

AGAIN = 0.05  # seconds until the next try, for loops that catch what stops them


class OutOfTime(BaseException):
    """The time is up; no Exception, so that a student's ``except Exception`` lets it through."""


def limited(function: Callable[[], Any], seconds: float) -> Any:
    """Return ``function()``; raises OutOfTime once it has run for ``seconds``."""
    if seconds <= 0:
        raise OutOfTime
    on_main = threading.current_thread() is threading.main_thread()
    if on_main and hasattr(signal, "setitimer"):
        return _limited_by_alarm(function, seconds)
    return _limited_by_thread(function, seconds)


def _limited_by_alarm(function: Callable[[], Any], seconds: float) -> Any:
    running = True

    def ring(*_: Any) -> None:
        if running:
            raise OutOfTime

    handler = signal.signal(signal.SIGALRM, ring)
    start = time.monotonic()
    others, _ = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        return function()
    finally:
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
        if others:  # somebody else's alarm was set: let it ring when it should have
            left = others - (time.monotonic() - start)
            signal.setitimer(signal.ITIMER_REAL, max(left, 1e-3))


def _limited_by_thread(function: Callable[[], Any], seconds: float) -> Any:
    outcome: dict[str, Any] = {}

    def work() -> None:
        try:
            outcome["value"] = function()
        except BaseException as error:
            outcome["error"] = error

    context = contextvars.copy_context()  # NumPy's error state, among others
    thread = threading.Thread(target=context.run, args=(work,), daemon=True)
    thread.start()
    deadline = time.monotonic() + seconds
    try:
        while thread.is_alive() and time.monotonic() < deadline:
            thread.join(min(AGAIN, seconds))  # short waits: an interrupt comes through at once
    finally:
        if thread.is_alive():
            _stop(thread)
    if "error" in outcome:
        raise outcome["error"]
    if "value" not in outcome:
        raise OutOfTime
    return outcome["value"]


def _stop(thread: threading.Thread, tries: int = 20) -> None:
    """Throw OutOfTime into a thread until it ends; one that will not listen is left behind."""
    for _ in range(tries):
        ident = ctypes.c_ulong(thread.ident)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(OutOfTime))
        thread.join(AGAIN)
        if not thread.is_alive():
            return
