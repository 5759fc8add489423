"""Threads: how a kernel's tasks are shared out, and the only place that knows how many there are.

**The arrangement.** Compiled kernels are serial and let go of Python's lock while they run. `run`
hands their tasks, one at a time, to the calling thread and to a few helper threads that sleep when
there is nothing to do. Nothing else in minidl starts threads: not Numba (no ``parallel=True``), and
not the BLAS library, since large products go through our own kernels.

**Why not the ready-made pools?** Measured on two cores (`tests/benchmarks/run.py --only threads`):

- BLAS threads, and Numba's OpenMP threads, keep spinning for milliseconds after their work is done,
  and take the cores from whoever comes next: two pools in turn are slower than one core alone.
- Numba's own "workqueue" sleeps instead, but ends the process if two Python threads enter it at
  once, and in a notebook a slider's callback is such a second thread.
- Both cut the work into equal shares beforehand: if another program takes half a core, everybody
  waits for it. Here a thread that is done takes the next task.

Waking a helper costs about ten microseconds.

**The same bits on any number of threads**: a task writes outputs that no other task touches, and
how the work is cut into tasks never depends on the number of threads.
"""

import os
import queue
import threading
from collections.abc import Callable


def _allowed() -> int:
    """Threads to use at first: our processors, or fewer if the environment says so."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # Windows and macOS
        count = os.cpu_count() or 1
    for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS"):
        wanted = os.environ.get(name, "").split(",")[0].strip()
        if wanted.isdigit() and int(wanted) > 0:
            count = min(count, int(wanted))
    return count


_count = _allowed()
_jobs: queue.SimpleQueue = queue.SimpleQueue()
_helpers = 0
_starting = threading.Lock()


def thread_count() -> int:
    """Return how many threads the kernels use."""
    return _count


def set_threads(count: int) -> None:
    """Use this many threads from now on; results do not change by it.

    Raises:
        ValueError: if count is not a positive int.
    """
    global _count
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError(f"The number of threads must be a positive int, got {count!r}.")
    _count = count


def run(work: Callable[[int, int], None], tasks: int) -> None:
    """Call ``work(task, slot)`` for every task from 0 to tasks − 1, and return when all are done.

    Tasks run in any order, several at once; two that run at once have different slots, which are
    smaller than `thread_count` was when the call began, so that each slot may own scratch memory.
    """
    helpers = min(_count, tasks) - 1
    if helpers < 1:
        for task in range(tasks):
            work(task, 0)
        return
    _hire(helpers)
    job = _Job(work, tasks, helpers)
    for _ in range(helpers):
        _jobs.put(job)
    job.lead()


class _Job:
    """Tasks that the caller and its helpers take turns at."""

    def __init__(self, work, tasks, helpers):
        self.work, self.tasks, self.taken = work, tasks, 0
        self.invited, self.joined, self.left = helpers, 0, 0
        self.error: BaseException | None = None
        self.lock, self.all_left = threading.Lock(), threading.Event()

    def lead(self):
        """Work as slot 0, send away helpers that have not come yet, wait for those that have."""
        self.serve(0)
        with self.lock:
            self.invited = 0
            if self.joined == self.left:
                self.all_left.set()
        while not self.all_left.is_set():
            try:
                self.all_left.wait()
            except KeyboardInterrupt as interrupt:  # scratch memory is still in use: wait on
                self.stop(interrupt)
        if self.error is not None:
            raise self.error

    def help(self):
        """Work as a helper, if still invited."""
        with self.lock:
            if not self.invited:
                return
            self.invited -= 1
            self.joined += 1
            slot = self.joined
        self.serve(slot)
        with self.lock:
            self.left += 1
            if not self.invited and self.joined == self.left:
                self.all_left.set()

    def serve(self, slot):
        """Take tasks until there are none; after an error nobody takes any more."""
        try:
            while (task := self.take()) is not None:
                self.work(task, slot)
        except BaseException as error:
            self.stop(error)

    def take(self):
        with self.lock:
            task = self.taken
            self.taken += 1
        return task if task < self.tasks else None

    def stop(self, error):
        self.error = self.error or error
        self.taken = self.tasks


def _hire(wanted: int) -> None:
    """Start helper threads until there are as many as wanted."""
    global _helpers
    with _starting:
        while _helpers < wanted:
            _helpers += 1
            threading.Thread(target=_wait_for_jobs, name="minidl helper", daemon=True).start()


def _wait_for_jobs() -> None:
    while True:
        _jobs.get().help()


def _forget_helpers() -> None:
    """Begin anew in a forked process, where no thread but the forking one exists."""
    global _helpers, _jobs, _starting
    _helpers, _jobs, _starting = 0, queue.SimpleQueue(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_helpers)
