"""A student's endless loop ends, on the main thread and off it."""

import contextlib
import signal
import sys
import threading
import time

import numpy as np
import pytest

from minidl.course.timeout import OutOfTime, limited


def endless():
    while True:
        pass


def stubborn():
    while True:
        with contextlib.suppress(Exception):
            while True:
                pass


def deaf():
    for _ in range(30):
        with contextlib.suppress(BaseException):
            time.sleep(0.1)


def asleep():
    time.sleep(3)


def recursive():
    return recursive()


def alive():
    """The numbers of the threads that run: `is_alive` may be wrong after an interrupt."""
    return set(sys._current_frames())


def on_main(work):
    work()


def off_main(work):
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()


@pytest.mark.parametrize("thread", [on_main, off_main])
@pytest.mark.parametrize("function", [endless, stubborn, deaf, asleep])
def test_a_function_without_end_is_given_up(thread, function):
    seen = []

    def work():
        try:
            limited(function, 0.2)
        except OutOfTime:
            seen.append("given up")

    start = time.monotonic()
    thread(work)
    assert seen == ["given up"]
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("function", [endless, stubborn])
def test_a_loop_in_python_is_stopped_for_good(function):
    before = alive()
    with pytest.raises(OutOfTime):
        limited(function, 0.1)
    assert alive() <= before


def test_results_and_errors_come_through():
    assert limited(lambda: 5, 5.0) == 5
    assert limited(lambda: None, 5.0) is None
    with pytest.raises(KeyError, match="a"):
        limited(lambda: {}["a"], 5.0)
    with pytest.raises(RecursionError):
        limited(recursive, 5.0)


def test_an_interrupt_stops_the_function_and_comes_through():
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("interrupts reach the main thread only")
    before = alive()
    usual = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a job in the background has none
    try:
        timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            limited(endless, 20.0)
    finally:
        signal.signal(signal.SIGINT, usual)
    assert alive() <= before


def test_numpy_error_state_is_the_callers():
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        limited(lambda: np.ones(1) / np.zeros(1), 5.0)
