"""Whatever a student's function does in the other process, the notebook goes on with a sentence."""

import ctypes
import itertools
import os
import re
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import psutil
import pytest

from minidl.course import find, worker

ROOT = Path(__file__).parents[2]
NAME = "output_size"


def solution(*args, **kwargs):
    return find(NAME).solution(*args, **kwargs)


def power(*args, **kwargs):
    return 9**9**9


def endless_sum(*args, **kwargs):
    return sum(itertools.count())


def endless_pattern(*args, **kwargs):
    return re.match(r"(a+)+$", "a" * 40 + "b")


def leaving(*args, **kwargs):
    os._exit(0)


def crashing(*args, **kwargs):
    ctypes.string_at(0)


def deep(*args, **kwargs):
    sys.setrecursionlimit(10**9)
    nested = []
    for _ in range(10**6):
        nested = [nested]
    return repr(nested)


def greedy(*args, **kwargs):
    kept = []
    while True:
        kept.append(np.ones(10**6))


def asking(*args, **kwargs):
    return int(input("how large?"))


def no_exception(*args, **kwargs):
    raise BaseException("no Exception")


def patching(*args, **kwargs):
    np.sum = np.mean
    return solution(*args, **kwargs)


WORDS = {
    power: "goes on and on",
    endless_sum: "goes on and on",
    endless_pattern: "goes on and on",
    leaving: "Python itself ended",
    crashing: "Python itself ended",
    deep: "Python itself ended|RecursionError",
    greedy: "GB of memory",
    asking: "input",
    no_exception: "no Exception",
    patching: "changed `numpy.sum`",
}


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(worker, "GRACE", 1.0)
    yield
    worker.stop()


def test_a_right_answer_is_right_and_quickly_so():
    assert worker.grade_apart(NAME, solution, 5.0).kind == "right"
    start = time.monotonic()
    assert worker.grade_apart(NAME, solution, 5.0).kind == "right"
    assert time.monotonic() - start < 2  # 0.03 s on a quiet machine


SLOW = (endless_sum, endless_pattern, deep)


@pytest.mark.parametrize(
    "function",
    [pytest.param(f, marks=pytest.mark.slow if f in SLOW else ()) for f in WORDS],
    ids=lambda function: function.__name__,
)
def test_misbehaviour_gets_a_sentence_and_the_next_answer_is_heard(function, monkeypatch):
    if function is greedy:
        monkeypatch.setattr(worker, "MEMORY", worker_memory() + (200 << 20))
    seconds = 20.0 if function in (greedy, deep) else 1.0
    feedback = worker.grade_apart(NAME, function, seconds)
    assert feedback.kind == "wrong"
    assert re.search(WORDS[function], str(feedback)), str(feedback)
    assert worker.grade_apart(NAME, solution, 5.0).kind == "right"


def printing(*args, **kwargs):
    print("x" * (5 << 20))
    return solution(*args, **kwargs)


def plotting(*args, **kwargs):
    import matplotlib.pyplot as plt

    plt.plot([1, 2])
    plt.show()
    return solution(*args, **kwargs)


def warning(*args, **kwargs):
    warnings.warn("a" * 100, stacklevel=1)
    np.log(np.zeros(3))
    return solution(*args, **kwargs)


@pytest.mark.parametrize("function", [printing, plotting, warning])
def test_what_is_only_noisy_is_right_and_quiet(function, capfd):
    assert worker.grade_apart(NAME, function, 5.0).kind == "right"
    out, err = capfd.readouterr()
    assert len(out) + len(err) == 0


def worker_memory():
    assert worker.grade_apart(NAME, solution, 5.0)
    return psutil.Process(worker.start().submit(os.getpid).result()).memory_info().rss


def unwritten(size, kernel, stride=1, padding=(0, 0), dilation=1):
    """Nothing yet."""
    pass


def failing(*args, **kwargs):
    return [][0]  # there is none


def test_the_text_of_a_function_travels_with_it():
    feedback = worker.grade_apart(NAME, unwritten, 5.0)
    assert feedback.kind == "open" and "not written yet" in str(feedback)
    feedback = worker.grade_apart(NAME, failing, 5.0)
    assert "return [][0]  # there is none" in str(feedback)


def test_a_thread_left_behind_does_not_outlive_the_check():
    def starting(*args, **kwargs):
        threading.Thread(target=time.sleep, args=(600,)).start()
        return solution(*args, **kwargs)

    worker.grade_apart(NAME, solution, 5.0)
    before = worker.start().submit(os.getpid).result()
    assert worker.grade_apart(NAME, starting, 5.0).kind == "right"
    assert worker.start().submit(os.getpid).result() != before


def test_what_cannot_be_sent_is_left_to_the_notebook(tmp_path):
    with (tmp_path / "text").open("w", encoding="utf-8") as file:

        def writing(*args, **kwargs):
            file.write("called")
            return solution(*args, **kwargs)

        assert worker.grade_apart(NAME, writing, 5.0) is None


def test_an_interrupt_comes_through_and_the_next_check_works(monkeypatch):
    def interrupt(pid):
        raise KeyboardInterrupt

    worker.grade_apart(NAME, solution, 5.0)
    monkeypatch.setattr(worker, "_memory", interrupt)
    with pytest.raises(KeyboardInterrupt):
        worker.grade_apart(NAME, endless_sum, 60.0)
    monkeypatch.undo()
    assert worker.grade_apart(NAME, solution, 5.0).kind == "right"


def test_the_process_ends_with_the_notebook():
    code = (
        "import os; from minidl.course import worker;"
        "print(worker.start().submit(os.getpid).result(), flush=True); os._exit(1)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    pid, deadline = int(run.stdout), time.monotonic() + 30
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the other process outlives the notebook"
        time.sleep(0.1)
