import ast
import os
import threading
import time
import weakref
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from minidl.kernels.compile import jit
from minidl.kernels.threads import pool as threads

if not jit.AVAILABLE:
    pytest.skip("needs Numba", allow_module_level=True)

from tests.kernels.thread_cases import Notes, all_meet


@pytest.fixture(autouse=True)
def three_threads():
    before = threads.thread_count()
    threads.set_threads(3)
    yield
    threads.set_threads(before)


def test_every_task_is_done_once_by_a_slot_that_there_is():
    for tasks in (1, 2, 3, 20) * 20:
        notes = Notes(tasks).run()
        assert notes.right
        assert set(notes.slots) <= {0, 1, 2}


def test_threads_that_ask_in_the_same_moment_get_different_tasks():
    assert Notes(1_000_000, looks=0).run().right


def test_slots_are_of_one_thread_each():
    threads_of = {}

    def work(todo, slot):
        threads_of.setdefault(slot, set()).add(threading.get_ident())
        notes.work(todo, slot)

    for _ in range(20):
        threads_of.clear()
        notes = Notes(50, 1000)
        threads.run(work, 50)
        assert all(len(found) == 1 for found in threads_of.values())
        assert threads_of[0] == {threading.get_ident()}


def test_tasks_run_at_the_same_time():
    assert all_meet(3)


def test_helpers_that_slept_come_again():
    for pause in (0, 0.05, 0, 0.05):
        assert all_meet(3)
        time.sleep(pause)


def test_a_run_that_begins_as_helpers_go_to_sleep_is_seen(monkeypatch):
    """Between a helper's last look at the bell and its sleep there is a moment, made long here."""
    await_bell = threads.await_bell

    def slowly(*arguments):
        rung = await_bell(*arguments)
        time.sleep(0.005)
        return rung

    monkeypatch.setattr(threads, "await_bell", slowly)
    for _ in range(10):
        threads._wake(2)  # as a run does that is interrupted before it begins
        assert all_meet(3)


@pytest.mark.parametrize("who", ["the caller", "a helper"])
def test_an_error_reaches_the_caller_and_spoils_nothing(who):
    came = threading.Event()
    notes = Notes(1000, 1000)

    def work(todo, slot):
        if who == "a helper" and slot:
            came.set()
            raise RuntimeError(who)
        notes.work(todo, slot)
        if who == "the caller":
            raise RuntimeError(who)

    with pytest.raises(RuntimeError, match=who):
        for _ in range(1000):
            threads.run(work, 1000)
    assert came.is_set() == (who == "a helper")
    assert notes.at_rest
    assert Notes(30).run().right
    assert all_meet(3)


def test_a_helper_that_comes_too_late_finds_nothing_to_do():
    late, done = threading.Event(), threading.Event()
    notes = Notes(30)

    def work(todo, slot):
        if slot:
            late.wait(20)
        notes.work(todo, slot)
        if slot:
            done.set()

    caller = threading.Thread(target=threads.run, args=(work, 30))
    caller.start()
    while not (notes.done == 1).all():
        time.sleep(0.001)
    late.set()
    caller.join(20)
    assert not caller.is_alive()
    assert notes.right


def test_where_no_thread_can_be_had_the_caller_does_it_all(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(threads, "_helpers", [])
    time.sleep(0.1)  # until the helpers of earlier tests are asleep
    notes = Notes(30).run()
    assert notes.right
    assert set(notes.slots) == {0}


def test_several_python_threads_at_once():
    wrong = []

    def many():
        for _ in range(300):
            if not Notes(7, 10).run().right:
                wrong.append(threading.get_ident())

    callers = [threading.Thread(target=many) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(timeout=60)
        assert not caller.is_alive()
    assert not wrong


def test_a_run_keeps_nothing_alive(monkeypatch):
    monkeypatch.setattr(threads, "PATIENCE", 3)  # its helpers are still awake in the end
    monkeypatch.setattr(threads, "_helpers", [])
    assert all_meet(3)
    arrays = [np.zeros(10)]
    gone, notes = weakref.ref(arrays[0]), Notes(30)
    threads.run(partial(lambda array, todo, slot: notes.work(todo, slot), arrays.pop()), 30)
    for _ in range(100):
        if gone() is None:
            break
        time.sleep(0.01)
    assert gone() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_process_finds_its_own_helpers():
    assert all_meet(3)
    child = os.fork()
    if child == 0:
        os._exit(0 if all_meet(3) and Notes(6).run().right else 1)
    for _ in range(200):
        finished, status = os.waitpid(child, os.WNOHANG)
        if finished:
            break
        time.sleep(0.05)
    else:
        os.kill(child, 9)
        pytest.fail("the forked process hangs")
    assert status == 0


def loops_over_tasks():
    for path in Path(threads.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.For) and "tasks_of" in ast.unparse(node.iter):
                yield path.name, node


def leaves(node, loops=0) -> bool:
    """Whether a statement may leave the loop around it."""
    loops += isinstance(node, ast.For | ast.While)
    return (
        isinstance(node, ast.Return | ast.Raise)
        or (isinstance(node, ast.Break) and not loops)
        or any(leaves(child, loops) for child in ast.iter_child_nodes(node))
    )


def test_no_kernel_leaves_its_tasks_early():
    """The caller waits for its helpers at the end of this loop."""
    loops = list(loops_over_tasks())
    assert len(loops) > 10
    for name, loop in loops:
        assert not any(map(leaves, loop.body)), f"{name}:{loop.lineno}"


@pytest.mark.parametrize("count", [0, -1, 1.5, True, "2"])
def test_set_threads_says_what_it_wants(count):
    with pytest.raises(ValueError, match="positive int"):
        threads.set_threads(count)


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "NUMBA_NUM_THREADS"])
@pytest.mark.parametrize(
    ("wanted", "count"),
    [("1", 1), ("2", 2), ("3,1", 3), (" 2 ", 2), ("9", 4), ("0", 4), ("-1", 4), ("two", 4)],
)
def test_the_environment_may_ask_for_fewer_than_there_are(monkeypatch, name, wanted, count):
    for other in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, wanted)
    with mock.patch.object(threads, "processor_count", return_value=4):
        assert threads._allowed() == count
