"""Kernels that show what the threads of one run do, for tests of the threads."""

import numpy as np

from minidl.kernels.compile.jit import kernel
from minidl.kernels.threads import pool as threads
from minidl.kernels.threads.atomics import atomic_load, fetch_add, pause, tasks_of

LOOKS = 1 << 31  # most of a minute, which only a broken program waits


@kernel
def note(todo, slot, looks, done, slots, state):
    """Count how often each task is done and note by whom; state: tasks begun, tasks ended."""
    for task in tasks_of(todo):
        fetch_add(state, 0)
        for _ in range(looks):
            pause()
        fetch_add(done, task)
        slots[task] = slot
        fetch_add(state, 1)


@kernel
def meet(todo, state, count, looks):
    """Each task waits until ``count`` have begun; state: tasks begun, tasks that saw it."""
    for _ in tasks_of(todo):
        fetch_add(state, 0)
        for _ in range(looks):
            if atomic_load(state, 0) >= count:
                fetch_add(state, 1)
                break
            pause()


class Notes:
    """A run of `note`, and what it noted."""

    def __init__(self, tasks: int, looks: int = 100):
        self.looks, self.tasks = looks, tasks
        self.done, self.slots = np.zeros((2, tasks), np.int64)
        self.state = np.zeros(2, np.int64)

    def work(self, todo, slot):
        note(todo, slot, self.looks, self.done, self.slots, self.state)

    def run(self) -> "Notes":
        threads.run(self.work, self.tasks)
        return self

    @property
    def right(self) -> bool:
        return bool((self.done == 1).all()) and self.at_rest

    @property
    def at_rest(self) -> bool:
        return self.state[0] == self.state[1]


def all_meet(count: int) -> bool:
    """Whether so many threads work at the same time."""
    state = np.zeros(2, np.int64)
    threads.run(lambda todo, _: meet(todo, state, count, LOOKS), count)
    return state[1] == count
