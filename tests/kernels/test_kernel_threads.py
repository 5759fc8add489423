import os
import threading
import time

import pytest

from minidl.kernels import threads


@pytest.fixture
def three_threads():
    before = threads.thread_count()
    threads.set_threads(3)
    yield
    threads.set_threads(before)


def test_every_task_is_done_once_by_a_slot_of_its_own(three_threads):
    done, busy = [], set()

    def work(task, slot):
        assert slot not in busy
        busy.add(slot)
        time.sleep(0.001)
        done.append(task)
        busy.remove(slot)

    threads.run(work, 20)
    assert sorted(done) == list(range(20))


def test_tasks_run_at_the_same_time(three_threads):
    together = threading.Barrier(3, timeout=20)
    threads.run(lambda task, slot: together.wait(), 3)


def test_an_error_reaches_the_caller_and_stops_the_rest(three_threads):
    done = []

    def work(task, slot):
        if task == 2:
            raise RuntimeError("two")
        time.sleep(0.001)
        done.append(task)

    with pytest.raises(RuntimeError, match="two"):
        threads.run(work, 1000)
    assert len(done) < 100
    threads.run(lambda task, slot: done.append(task), 3)


def test_several_python_threads_at_once(three_threads):
    wrong = []

    def many():
        for _ in range(300):
            counts = [0] * 7

            def work(task, slot, counts=counts):
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


def test_a_task_may_run_tasks(three_threads):
    done = []
    threads.run(lambda a, _: threads.run(lambda b, _: done.append((a, b)), 4), 4)
    assert len(set(done)) == 16


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_finds_its_own_helpers(three_threads):
    threads.run(lambda task, slot: None, 3)
    child = os.fork()
    if child == 0:
        done = []
        threads.run(lambda task, slot: done.append(task), 6)
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
    monkeypatch.setenv(name, "1")
    assert threads._allowed() == 1
    monkeypatch.setenv(name, "nonsense")
    assert threads._allowed() >= 1
