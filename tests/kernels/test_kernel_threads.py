import os
import threading
import time
import weakref
from functools import partial

import numpy as np
import pytest

from minidl.kernels import threads
from minidl.kernels.jit import kernel
from minidl.kernels.turns import tasks_of


@kernel
def take(todo):
    """Return the next task's number, or −1: here tasks are Python's."""
    for task in tasks_of(todo):
        return task
    return -1


@kernel
def count(todo, taken):
    """Count how often each task is taken."""
    for task in tasks_of(todo):
        taken[task] += 1


@pytest.fixture
def three_threads():
    before = threads.thread_count()
    threads.set_threads(3)
    yield
    threads.set_threads(before)


def test_every_task_is_done_once_by_a_slot_of_its_own(three_threads):
    done, busy = [], set()

    def work(todo, slot):
        assert slot not in busy
        assert slot < 3
        busy.add(slot)
        while (task := take(todo)) >= 0:
            time.sleep(0.001)
            done.append(task)
        busy.remove(slot)

    for _ in range(20):
        done.clear()
        threads.run(work, 20)
        assert sorted(done) == list(range(20))


def test_threads_that_ask_in_the_same_moment_get_different_tasks(three_threads):
    taken = np.zeros(1_000_000, np.int64)
    threads.run(lambda todo, slot: count(todo, taken), taken.size)
    assert (taken == 1).all()


def test_tasks_run_at_the_same_time(three_threads):
    together = threading.Barrier(3, timeout=20)

    def work(todo, slot):
        assert take(todo) >= 0
        together.wait()

    threads.run(work, 3)


def test_helpers_that_slept_come_again(three_threads):
    for pause in (0, 0.05, 0, 0.05):
        test_tasks_run_at_the_same_time(None)
        time.sleep(pause)


@pytest.mark.parametrize("who", ["the caller", "a helper"])
def test_an_error_reaches_the_caller_and_stops_the_rest(three_threads, who):
    done = []

    def work(todo, slot):
        while (task := take(todo)) >= 0:
            if (slot == 0) == (who == "the caller"):
                raise RuntimeError(who)
            time.sleep(0.001)
            done.append(task)

    with pytest.raises(RuntimeError, match=who):
        threads.run(work, 1000)
    assert len(done) < 500
    done.clear()
    threads.run(lambda todo, slot: done.extend(iter(lambda: take(todo), -1)), 30)
    assert sorted(done) == list(range(30))


def test_an_interrupt_waits_for_the_helpers(three_threads):
    working = []

    def work(todo, slot):
        while take(todo) >= 0:
            if slot == 0:
                raise KeyboardInterrupt
            working.append(slot)
            time.sleep(0.02)
            working.remove(slot)

    with pytest.raises(KeyboardInterrupt):
        threads.run(work, 100)
    assert not working


def test_where_no_thread_can_be_had_the_caller_does_it_all(three_threads, monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(threads, "_team", threads._Team())
    done = []
    threads.run(lambda todo, slot: done.extend(iter(lambda: take(todo), -1)), 30)
    assert done == list(range(30))


def test_several_python_threads_at_once(three_threads):
    wrong = []

    def many():
        for _ in range(300):
            counts = [0] * 7

            def work(todo, slot, counts=counts):
                while (task := take(todo)) >= 0:
                    counts[task] += 1

            threads.run(work, 7)
            if counts != [1] * 7:
                wrong.append(counts)

    callers = [threading.Thread(target=many) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(timeout=60)
        assert not caller.is_alive()
    assert not wrong


def test_a_run_keeps_nothing_alive(three_threads):
    arrays = [np.zeros(10)]
    gone = weakref.ref(arrays[0])
    threads.run(
        partial(lambda array, todo, slot: list(iter(lambda: take(todo), -1)), arrays.pop()), 30
    )
    for _ in range(100):
        if gone() is None:
            break
        time.sleep(0.01)
    assert gone() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_finds_its_own_helpers(three_threads):
    threads.run(lambda todo, slot: list(iter(lambda: take(todo), -1)), 3)
    child = os.fork()
    if child == 0:
        done = []
        threads.run(lambda todo, slot: done.extend(iter(lambda: take(todo), -1)), 6)
        os._exit(0 if sorted(done) == list(range(6)) else 1)
    for _ in range(200):
        finished, status = os.waitpid(child, os.WNOHANG)
        if finished:
            break
        time.sleep(0.05)
    else:
        os.kill(child, 9)
        pytest.fail("the forked process hangs")
    assert status == 0


@pytest.mark.parametrize("count", [0, -1, 1.5, True, "2"])
def test_set_threads_says_what_it_wants(count):
    with pytest.raises(ValueError, match="positive int"):
        threads.set_threads(count)


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "NUMBA_NUM_THREADS"])
def test_the_environment_may_ask_for_fewer(monkeypatch, name):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    every = threads._allowed()
    for wish, count in (("1", 1), ("1,4", 1), (str(every + 1), every), ("0", every), ("no", every)):
        monkeypatch.setenv(name, wish)
        assert threads._allowed() == count
