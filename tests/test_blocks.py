"""Blocks of work: order, bounds, errors and interrupts, with executors that need no process."""

import threading
import time
import tracemalloc
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import count, islice

import numpy as np
import pytest

from minidl import blocks
from minidl.blocks import Shared, in_order


class Backwards(Executor):
    """Works on what it was given last first, when it is asked to."""

    def __init__(self):
        self.sent, self.most = [], 0
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def submit(self, function, /, *arguments):
        future = Future()
        self.sent.append((future, function, arguments))
        self.most = max(self.most, len(self.sent))
        return future

    def run(self):
        while True:
            time.sleep(0.001)
            if self.sent:
                future, function, arguments = self.sent.pop()
                if future.set_running_or_notify_cancel():
                    try:
                        future.set_result(function(*arguments))
                    except Exception as error:
                        future.set_exception(error)


def square(number):
    return number * number


def fails_at_seven(number):
    if number >= 7:
        raise ValueError(f"no {number}")
    return number


@pytest.fixture(params=["here", "threads", "backwards"])
def executor(request):
    if request.param == "here":
        yield None
    elif request.param == "backwards":
        yield Backwards()
    else:
        with ThreadPoolExecutor(3) as pool:
            yield pool


def test_results_come_in_the_order_of_the_blocks(executor):
    assert list(in_order(square, range(100), executor)) == [k * k for k in range(100)]
    assert list(in_order(square, [], executor)) == []
    assert list(islice(in_order(square, count(), executor), 5)) == [0, 1, 4, 9, 16]


def test_an_error_comes_when_its_turn_comes_and_names_the_block(executor):
    came = []
    with pytest.raises(ValueError, match="no 7") as caught:
        came.extend(in_order(fails_at_seven, range(20), executor))
    assert came == list(range(7))
    assert caught.value.__notes__ == ["This was block 7 (counted from 0): 7"]


def test_blocks_are_read_a_few_ahead(executor):
    read = []

    def stream():
        for number in range(200):
            read.append(number)
            yield number

    for number, result in enumerate(in_order(square, stream(), executor)):
        assert result == number**2
        assert len(read) <= number + 1 + (0 if executor is None else blocks.AHEAD * 4)
    assert len(read) == 200


@pytest.mark.parametrize("ends", ["closed", "interrupted", "failed"])
def test_what_is_out_is_cancelled(ends):
    release, executor, began = threading.Event(), ThreadPoolExecutor(1), []

    def work(number):
        began.append(number)
        if number:
            release.wait(20)
        return number

    def stream():
        yield from range(3)
        if ends == "interrupted":
            raise KeyboardInterrupt
        if ends == "failed":
            raise OSError("no more pictures")
        yield from count(3)

    results = in_order(work, stream(), executor)
    came = []
    if ends == "closed":
        came.append(next(results))
        results.close()
    else:
        with pytest.raises((KeyboardInterrupt, OSError)):
            came.extend(results)
    release.set()
    executor.shutdown()
    assert came == [0][: len(came)] and set(began) <= {0, 1}, "block 2 was still in the queue"


def test_threads_do_not_meet_in_what_is_shared():
    shared = Shared([])

    def work(number, thing):
        thing.append(threading.get_ident())
        time.sleep(0.001)
        assert len(set(thing)) == 1
        return id(thing)

    with ThreadPoolExecutor(4) as executor:
        things = list(in_order(work, range(60), executor, shared=shared))
    assert 2 <= len(set(things)) <= 4 and shared.value == []


class Remote(ThreadPoolExecutor):
    """Threads that pass for processes of another machine: everything is copied, and counted."""

    def submit(self, function, call, /):
        self.brought = getattr(self, "brought", 0) + len(call.values)
        return super().submit(function, call)


def test_what_is_shared_travels_about_once_to_each_worker():
    with Remote(4) as executor:
        work = sleepy_sum
        shared = Shared(np.arange(5))
        assert list(in_order(work, range(100), executor, shared=shared)) == [
            10 + k for k in range(100)
        ]
        assert (
            2 <= executor.brought <= 2 * blocks.AHEAD * (4 + 1)
        )  # of a hundred; on a busy machine
        before = executor.brought
        assert list(in_order(work, range(100), executor, shared=shared))[-1] == 109
        assert executor.brought <= before + blocks.AHEAD


def sleepy_sum(number, array):
    time.sleep(0.002)
    return int(array.sum()) + number


def test_workers_forget_what_was_shared_long_ago():
    with ThreadPoolExecutor(1) as executor:
        for k in range(10):
            assert list(in_order(add, [1, 2], executor, shared=Shared(k))) == [1 + k, 2 + k]
        kept = executor.submit(lambda: len(blocks._kept.__dict__)).result()
    assert kept == blocks.KEPT


def add(number, other):
    return number + other


def test_nothing_shared_is_not_none():
    assert list(in_order(lambda block, thing: thing, [1], shared=Shared(None))) == [None]
    with ThreadPoolExecutor(1) as executor:
        assert list(in_order(lambda b, thing: thing, [1], executor, shared=Shared(None))) == [None]


@pytest.mark.slow(20)
def test_memory_stays_bounded_over_100_000_blocks():
    def stream():
        for number in range(100_000):
            yield np.full(10_000, number, np.int32)  # 4 GB in all

    with ThreadPoolExecutor(2) as executor:
        list(in_order(square, range(10), executor))
        tracemalloc.start()
        last = -1
        for last, result in enumerate(in_order(np.max, stream(), executor)):
            assert result == last
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert last == 99_999 and peak < 2e6


def test_what_is_no_executor_is_refused_at_once():
    with pytest.raises(TypeError, match=r"client\.get_executor\(\)"):
        in_order(square, [1], "tcp://127.0.0.1:8786")


def test_a_bar_counts_the_blocks(terminal):
    assert list(in_order(square, range(3), progress=True, unit="picture")) == [0, 1, 4]
    assert "3/3" in terminal.readouterr().err
    list(in_order(square, range(3)))
    assert terminal.readouterr().err == ""
