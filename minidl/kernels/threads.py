"""Threads: how a kernel's tasks are shared out, and the only place that knows how many there are.

**The arrangement.** Compiled kernels let go of Python's lock while they run. `run` calls one on the
calling thread and on a few helper threads at once, and inside they take turns at the tasks (see
``turns``). Nothing else in minidl starts threads: not Numba (no ``parallel=True``), and not the
BLAS library, since large products go through our own kernels.

**Waiting.** To wake a sleeping thread takes 10 to 100 microseconds, longer than many a layer. So a
helper that is done looks out for more for a millisecond, and only then goes to sleep.
It does so in compiled code as well: Python's lock is never asked for while somebody else holds it,
which would be a sleep, too.

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
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

from minidl.kernels import jit

if jit.AVAILABLE:
    from minidl.kernels.turns import NEXT, STOP, announce, await_helpers, await_tasks, new_todo

PATIENCE = 1e-3  # seconds that a helper looks out for more


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


def run(work: Callable, tasks: int) -> None:
    """Call ``work(todo, slot)`` on several threads at once, and return when all tasks are done.

    ``work`` calls a kernel that takes the numbers of tasks from ``todo`` until there are none. Two
    calls at the same time have different slots, which are smaller than `thread_count` was when the
    run began, so that each slot may own scratch memory. The caller's slot is 0.

    While the helpers are busy for another Python thread, this one works alone.
    """
    helpers = min(_count, tasks) - 1
    team = _team
    if helpers < 1 or not team.free.acquire(blocking=False):
        work(new_todo(tasks), 0)
        return
    try:
        team.run(work, tasks, helpers)
    finally:
        team.free.release()


def run_all(works: list[tuple[Callable, int]]) -> None:
    """`run` several (work, tasks) that do not wait for one another: a thread goes from one on to
    the next, and all meet at the end only.
    """
    works = sorted(works, key=lambda item: -item[1])  # helpers come while the first is under way
    others = [new_todo(tasks) for _, tasks in works[1:]]

    def all_of_them(todo, slot):
        for (work, _), own in zip(works, [todo, *others], strict=True):
            work(own, slot)

    run(all_of_them, works[0][1])


class _Team:
    """The helper threads, and what they share with whoever leads them."""

    def __init__(self):
        self.free = threading.Lock()
        self.todo = new_todo() if jit.AVAILABLE else None
        self.hired, self.patience = 0, 1000
        self.asleep: deque[SimpleQueue] = deque()  # a bell for each helper
        self.work: Callable | None = None
        self.error: BaseException | None = None

    def run(self, work, tasks, helpers):
        """Lead a run: the caller of `run` has made sure that the team is free."""
        self.work, self.error = work, None
        try:
            announce(self.todo, tasks, helpers + 1)
            self.call(helpers)
            work(self.todo, 0)
        except BaseException as error:
            self.stop(error)
        while not self.all_left():
            pass
        self.work = None
        error, self.error = self.error, None
        if error is not None:
            raise error

    def call(self, helpers):
        """See to it that so many helpers are awake, or waking up."""
        if not self.hired:
            self.patience = _looks_in(PATIENCE)
        while self.hired < helpers:
            try:
                threading.Thread(target=self.help, name="minidl helper", daemon=True).start()
            except RuntimeError:  # the system gives no more threads: fewer will do
                break
            self.hired += 1
        for _ in range(min(helpers, len(self.asleep))):
            self.asleep.pop().put(None)

    def help(self):
        """Live the life of a helper."""
        bell, slot = SimpleQueue(), 0
        while True:
            slot = await_tasks(self.todo, slot > 0, self.patience)
            if slot:
                self.take_part(slot)
                continue
            self.asleep.append(bell)
            if self.todo[NEXT] < self.todo[STOP] and self.stay_awake(bell):
                time.sleep(0.002)  # the caller is late: it may be compiling
                continue
            bell.get()

    def stay_awake(self, bell) -> bool:
        """Take a bell back, unless it was rung already."""
        try:
            self.asleep.remove(bell)
        except ValueError:
            return False
        return True

    def take_part(self, slot):
        """Work as a helper."""
        try:
            self.work(self.todo, slot)
        except BaseException as error:
            self.stop(error)

    def stop(self, error):
        """Note the first error, leave the other tasks undone."""
        self.error = self.error or error
        announce(self.todo, 0, 0)

    def all_left(self) -> bool:
        """Wait a little for the helpers; an interrupt waits too, scratch memory is still in use."""
        try:
            if await_helpers(self.todo, self.patience):
                return True
            time.sleep(0)  # there may be fewer cores than threads
        except KeyboardInterrupt as interrupt:
            self.stop(interrupt)
        return False

    def rest(self):
        """Return when all helpers sleep: they must not run code that is being taken down."""
        for _ in range(100):
            if len(self.asleep) == self.hired:
                break
            time.sleep(PATIENCE)


def _looks_in(seconds: float) -> int:
    """Return how many times a waiting thread looks in so many seconds."""
    looks, times = 1000, []
    for _ in range(4):
        begin = time.perf_counter()
        await_tasks(new_todo(), False, looks)
        times.append(time.perf_counter() - begin)
    return max(1, int(looks * seconds / min(times)))


_team = _Team()


def _begin_anew() -> None:
    """Form a new team in a forked process, where no thread but the forking one exists."""
    global _team
    _team = _Team()


atexit.register(lambda: _team.rest())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
