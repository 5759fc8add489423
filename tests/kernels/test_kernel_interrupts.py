"""Exceptions that arrive anywhere in the kernels' machinery: nothing that follows is wrong."""

import ctypes
import itertools
import os
import random
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import minidl.functional as F
from minidl.course.timeout import OutOfTime
from minidl.kernels.compile import jit
from minidl.kernels.threads import pool as threads

if not jit.AVAILABLE:
    pytest.skip("needs Numba", allow_module_level=True)

from tests.generated import FACTOR
from tests.kernels.thread_cases import Notes, all_meet

KINDS = [KeyboardInterrupt, OutOfTime, MemoryError]
KERNELS = str(Path(threads.__file__).parents[1])


@pytest.fixture(autouse=True)
def three_threads():
    before = threads.thread_count()
    threads.set_threads(3)
    yield
    threads.set_threads(before)


class Thrower:
    """While it is entered, it throws once: after so many lines that this thread runs of some files.

    where: how the names of these files begin.
    """

    def __init__(self, kind, lines: int, where: str = threads.__file__):
        self.kind, self.left, self.where = kind, lines, where

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self.enter)
        return self

    def __exit__(self, *_):
        sys.settrace(self.before)

    def enter(self, frame, event, _):
        return self.pass_line if frame.f_code.co_filename.startswith(self.where) else None

    def pass_line(self, frame, event, _):
        if event == "line":
            self.left -= 1
            if self.left == -1:
                raise self.kind
        return self.pass_line


def threw(thrower, function) -> bool:
    """Call a function, in which RuntimeErrors are expected; return whether the thrower threw."""
    try:
        with thrower:
            function()
    except (thrower.kind, RuntimeError):
        pass
    return thrower.left < 0


def assert_nobody_is_at_work(notes):
    state = notes.state.copy()
    assert notes.at_rest
    time.sleep(0.0005)
    assert (notes.state == state).all()
    assert (notes.done <= 1).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", [None, "before the kernel", "after the kernel"])
def test_an_exception_at_every_line_of_a_run_or_while_another_passes(kind, first):
    def work(todo, slot):
        if first == "before the kernel":
            raise RuntimeError(first)
        notes.work(todo, slot)
        if first == "after the kernel" and slot == 0:
            raise RuntimeError(first)

    assert all_meet(3)
    for lines in range(1000):
        notes = Notes(20, 200)
        if not threw(Thrower(kind, lines), lambda: threads.run(work, 20)):
            break
        assert_nobody_is_at_work(notes)
        assert Notes(10).run().right
        assert all_meet(3)
    assert 10 < lines < 1000


def test_an_exception_at_every_line_that_finds_helpers(monkeypatch):
    for lines in range(1000):
        monkeypatch.setattr(threads, "_helpers", [])
        threads._looks_in.cache_clear()
        notes = Notes(20, 200)
        if not threw(Thrower(KeyboardInterrupt, lines), notes.run):
            break
        assert_nobody_is_at_work(notes)
        assert all_meet(3)
    assert 20 < lines < 1000


def caches():
    """Every cache of a function in the kernels."""
    modules = [m for name, m in sys.modules.items() if name.startswith("minidl.kernels.")]
    return [f for m in modules for f in vars(m).values() if hasattr(f, "cache_clear")]


CONVOLUTIONS = {
    "winograd": ((1, 14, 14, 16), (3, 3, 16, 24), 1),
    "strips": ((2, 20, 24, 4), (3, 5, 4, 6), 2),
}


@pytest.fixture(params=CONVOLUTIONS)
def convolution(request):
    """A convolution with its gradients, as a function, and two inputs for it."""
    x, w, stride = CONVOLUTIONS[request.param]
    rng = np.random.default_rng(0)
    x, w, other = (rng.standard_normal(shape, np.float32) for shape in (x, w, x))

    def convolve(x):
        y, cache = F.conv(x, w, stride=stride, padding="same")
        gradients = F.conv_backward(np.ones_like(y), cache, need=("x", "w"))
        return [a.tobytes() for a in (y, *gradients[:2])]

    return convolve, x, other


def stop_at(lines, convolve, x) -> bool:
    """Let a convolution that has to plan anew run so many lines; return whether it was stopped."""
    for cached in caches():
        cached.cache_clear()
    return threw(Thrower(KeyboardInterrupt, lines, KERNELS), lambda: convolve(x))


def test_a_convolution_after_one_that_was_stopped(convolution):
    convolve, x, other = convolution
    right = convolve(other)
    places = random.Random(0).sample(range(400), 20)
    for lines in places:
        assert stop_at(lines, convolve, x)
        assert convolve(other) == right
    assert all_meet(3)


@pytest.mark.slow(15)
def test_a_convolution_after_one_that_was_stopped_at_any_line(convolution):
    convolve, x, other = convolution
    right, lines = convolve(other), 0
    while stop_at(lines, convolve, x):
        assert convolve(other) == right
        lines += 1
    assert lines > 400
    assert all_meet(3)


def throw_into(thread, kind):
    """Have an exception arrive in another thread, wherever in Python it is."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(kind))


class Worker(threading.Thread):
    """Calls a function again and again, whatever is thrown into it."""

    def __init__(self, function):
        super().__init__(daemon=True)
        self.function, self.over = function, False
        self.ready, self.stopped = threading.Event(), threading.Event()
        self.start()

    def run(self):
        while not self.over:
            try:
                self.ready.set()
                while not self.over:
                    self.function()
            except tuple(KINDS):
                self.stopped.set()

    def throw(self, kind):
        """Throw once the one before was caught; wait until this one is."""
        assert self.ready.wait(60)
        self.ready.clear()
        self.stopped.clear()
        throw_into(self, kind)
        assert self.stopped.wait(60)


def test_convolutions_in_a_hail_of_exceptions(convolution):
    """For a second; MINIDL_EXAMPLES=20 makes it twenty."""
    convolve, x, other = convolution
    pairs = itertools.cycle([(x, convolve(x)), (other, convolve(other))])
    wrong, notes = [], Notes(20, 200)

    def work():
        if not notes.at_rest:
            wrong.append("a helper is still at work")
        x, right = next(pairs)
        if convolve(x) != right:
            wrong.append("a convolution")
        notes.run()

    # Every thread is started beforehand: CPython 3.11 lets a new thread go by its parent's number
    # until it runs, and an exception for the parent would arrive in the child.
    work()
    worker, rng, thrown = Worker(work), random.Random(0), 0
    end = time.monotonic() + FACTOR
    while time.monotonic() < end:
        time.sleep(rng.uniform(0, 0.004))
        worker.throw(rng.choice(KINDS))
        thrown += 1
    worker.over = True
    worker.join(60)
    assert not worker.is_alive()
    assert thrown > 5
    assert not wrong
    work()
    assert not wrong
    assert all_meet(3)


# -- compiling ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_undisturbed_is_finished(kind):
    begun, finished = [], []

    def slowly(number):
        begun.append(number)
        time.sleep(0.01)
        finished.append(number)
        return -number

    for lines in range(1000):
        work = partial(jit._undisturbed(slowly), lines)
        if not threw(Thrower(kind, lines, jit.__file__), work):
            break
        assert jit._undisturbed(slowly)(1000) == -1000
    time.sleep(0.1)
    assert 5 < lines < 1000
    assert sorted(begun) == sorted(finished)
    assert 1 <= len(set(range(lines)) & set(begun)) < lines


def test_what_is_undisturbed_fails_as_it_would():
    def fail():
        raise LookupError("on purpose")

    with pytest.raises(LookupError, match="on purpose"):
        jit._undisturbed(fail)()


def test_without_another_thread_the_caller_does_it(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert jit._undisturbed(abs)(-1) == 1


def double(numbers):
    numbers[0] *= 2


class Begun(jit.event.Listener):
    """Remembers that a compilation has begun."""

    def __init__(self):
        self.begun = threading.Event()

    def on_start(self, _):
        self.begun.set()

    def on_end(self, _):
        pass


@pytest.mark.parametrize("kind", KINDS)
def test_a_kernel_whose_compilation_was_stopped(monkeypatch, capsys, kind):
    monkeypatch.setattr(jit, "FOLDER", None)
    monkeypatch.setattr(jit, "can_redraw", lambda: True)
    numbers, doubled = np.ones(1), jit.kernel(double)
    announcer, begun = jit._Announcer(), Begun()
    with (
        jit.event.install_listener("numba:compile", announcer),
        jit.event.install_listener("numba:compile", begun),
    ):
        worker = Worker(lambda: doubled(numbers))
        assert begun.begun.wait(60)
        worker.over = True
        worker.throw(kind)
        worker.join(60)
        assert not worker.is_alive()
        assert numbers[0] == 1
        doubled(numbers)
    assert numbers[0] == 2
    assert len(doubled.overloads) == 1
    assert (announcer.depth, announcer.kernels) == (0, 1)
    listeners = 1 if os.environ.get("MINIDL_QUIET") else 2  # minidl's own says it as well
    said = capsys.readouterr().err
    assert said.count("compiling") == 2 * listeners  # when it begins, and with the time it took
    assert said.count("\n") == 0
