"""Threads: how a kernel's tasks are shared out, and the only place that knows how many there are.

**The arrangement.** Compiled kernels let go of Python's lock while they run. `run` calls one on the
calling thread and on a few helper threads at once, and inside they take turns at the tasks (see
``atomics``). Nothing else in minidl starts threads: not Numba (no ``parallel=True``), and not the
BLAS library, since large products go through our own kernels.

**Waiting.** To wake a sleeping thread takes 10 to 100 microseconds, longer than many a layer. So a
helper that is done looks out for more for a millisecond, and only then goes to sleep.
It does so in compiled code as well: Python's lock is never asked for while somebody else holds it,
which would be a sleep, too.

**Interrupts.** Ctrl-C, the time limit of a check or a lack of memory may end `run` at any line, and
cleaning up after them could be interrupted as well. So there is nothing to clean up. Helpers work
only while the caller is in compiled code, where no exception arrives; no lock is held; and each run
has a list of tasks of its own, which a helper that comes too late finds empty.

**Why not the ready-made pools?** Measured on two cores (`tests/benchmarks/run.py --only threads`):

- BLAS threads, and Numba's OpenMP threads, keep looking out for many milliseconds, and take the
  cores from whoever comes next: two pools in turn are slower than one core alone.
- Numba's own "workqueue" ends the process if two Python threads enter it at once, and in a
  notebook a slider's callback is such a second thread.
- They cut the work into equal shares beforehand: if another program takes half a core, everybody
  waits for it. Here a thread that is done takes the next task.

**The same bits on any number of threads**: a task writes outputs that no other task touches, and
how the work is cut into tasks never depends on the number of threads.
"""

import atexit
import itertools
import os
import threading
import time
from collections.abc import Callable
from functools import cache
from queue import SimpleQueue

import numpy as np

from minidl.kernels.compile import jit
from minidl.kernels.threads.processors import processor_count

if jit.AVAILABLE:
    from minidl.kernels.threads.atomics import AT_WORK, CAME, await_bell, new_todo

PATIENCE = 1e-3  # seconds that a helper looks out for more


def _allowed() -> int:
    """Threads to use at first: our processors, or fewer if the environment says so."""
    count = processor_count()
    for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS"):
        wanted = os.environ.get(name, "").split(",")[0].strip()
        if wanted.isdigit() and int(wanted) > 0:
            count = min(count, int(wanted))
    return count


_count = _allowed()


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


class _Run:
    """What helpers need to know of a run."""

    def __init__(self, work: Callable, tasks: int, slots: int):
        self.number = next(_numbers)
        self.work = work
        self.todo = new_todo(tasks, slots, _BELL_AT)
        self.slots = iter(range(1, slots))  # one for each helper that comes
        self.error: BaseException | None = None


_numbers = itertools.count()  # of runs
_bell = np.zeros(1, np.int64)  # how often callers have rung
_BELL_AT = _bell.ctypes.data
_latest: _Run | None = None
_helpers: list["_Helper"] = []
_closing = False


def run(work: Callable, tasks: int) -> None:
    """Call ``work(todo, slot)`` on several threads at once, and return when all tasks are done.

    ``work`` calls one kernel that takes the numbers of tasks from ``todo`` until there are none.
    Two calls at the same time have different slots, which are smaller than `thread_count` was when
    the run began, so that each slot may own scratch memory. The caller's slot is 0.

    If several Python threads do so at once, helpers go to the latest run; the others work alone.
    """
    global _latest
    slots = min(_count, tasks)
    if slots < 2:
        work(new_todo(tasks), 0)
        return
    this = _Run(work, tasks, slots)
    try:
        _latest = this
        _wake(slots - 1)
        work(this.todo, 0)
    finally:
        if _latest is this:
            _latest = None  # nor keep what it refers to
    if this.error is not None:
        raise this.error


def _wake(count: int) -> None:
    """See to it that so many helpers are awake, or waking up."""
    while len(_helpers) < count:
        helper = _Helper(_looks_in(PATIENCE))
        try:
            helper.start()
        except RuntimeError:  # the system gives no more threads: fewer will do
            break
        _helpers.append(helper)
    for helper in _helpers[:count]:
        if helper.alarm.empty():
            helper.alarm.put(None)


class _Helper(threading.Thread):
    """A thread that takes part in runs, looks out for the next for a while, and then sleeps."""

    def __init__(self, patience: int):
        super().__init__(name="minidl helper", daemon=True)
        self.patience, self.heard, self.seen = patience, 0, -1
        self.alarm: SimpleQueue = SimpleQueue()
        self.todo, self.slot = new_todo(), 0

    def run(self):
        """Take part in one run after the other."""
        while not _closing:
            rung = await_bell(_bell, self.heard, self.patience, self.todo, self.slot)
            quiet, self.heard = rung == self.heard, rung
            self.look(_latest, quiet)

    def look(self, run: _Run | None, quiet: bool):
        """Work at the latest run, wait for its caller, or sleep if there is none to be seen.

        Who is awake gets no second alarm. So that no bell was heard is not enough for a sleep: it
        may be rung right now.
        """
        unseen = run is not None and run.number != self.seen
        if unseen and run.todo[CAME]:
            self.take_part(run)
        elif quiet and unseen:  # its kernel may still be compiled
            time.sleep(2 * PATIENCE)
        elif quiet:
            del run  # nor keep what it refers to
            self.alarm.get()

    def take_part(self, run: _Run):
        """Work at a run that its caller has begun, if there is a slot."""
        self.seen, self.todo, self.slot = run.number, run.todo, next(run.slots, 0)
        if self.slot:
            self.todo[AT_WORK + self.slot] = 1
            try:
                run.work(self.todo, self.slot)
            except BaseException as error:
                run.error = error


@cache
def _looks_in(seconds: float) -> int:
    """Return how many times a waiting thread looks in so many seconds."""
    looks, times = 1000, []
    for _ in range(4):
        begin = time.perf_counter()
        await_bell(np.zeros(1, np.int64), 0, looks, new_todo(), 0)
        times.append(time.perf_counter() - begin)
    return max(1, int(looks * seconds / min(times)))


def _close() -> None:
    """Send the helpers home: they must not run code that is being taken down."""
    global _closing
    _closing = True
    helpers = [thread for thread in threading.enumerate() if isinstance(thread, _Helper)]
    for helper in helpers:
        helper.alarm.put(None)
    for helper in helpers:
        helper.join(100 * PATIENCE)


atexit.register(_close)
if hasattr(os, "register_at_fork"):  # only the forking thread exists in the new process
    os.register_at_fork(after_in_child=_helpers.clear)
