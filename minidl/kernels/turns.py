"""Taking turns at tasks inside compiled code, where no thread has to wait for Python's lock.

``todo`` is a row of integers in memory that all threads see. A thread takes a task by counting up
one of them, which the processor does in one step that nobody else can come in between.
"""

import platform

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from minidl.kernels.jit import inner, kernel
from minidl.kernels.lanes import pointer

NEXT = 0  # the task that is taken next; 0 also means that the caller has not begun
STOP = 1  # how many there are
SEAT = 2  # the next helper's slot
SEATS = 3  # how many threads may take part, the caller included
CAME, LEFT = 4, 5  # how many times a helper did so, ever
SIZE = 6
ARM = platform.machine().lower() in ("arm64", "aarch64")


def new_todo(tasks: int = 0) -> np.ndarray:
    """Return a list of so many tasks, for one thread."""
    todo = np.zeros(SIZE, np.int64)
    todo[STOP], todo[SEATS] = tasks, 1
    return todo


@intrinsic
def count_up(typing, todo, place):
    """Add one, return what stood there before."""

    def emit(context, builder, signature, arguments):
        address = pointer(context, builder, signature.args[0], *arguments)
        one = ir.Constant(ir.IntType(64), 1)
        return builder.atomic_rmw("add", address, one, "seq_cst")

    return types.int64(todo, types.intp), emit


@intrinsic
def look(typing, todo, place):
    """Return what stands there now."""

    def emit(context, builder, signature, arguments):
        address = pointer(context, builder, signature.args[0], *arguments)
        return builder.load_atomic(address, "seq_cst", 8)

    return types.int64(todo, types.intp), emit


@intrinsic
def put(typing, todo, place, number):
    """Write a number, for all to see."""

    def emit(context, builder, signature, arguments):
        todo, place, number = arguments
        address = pointer(context, builder, signature.args[0], todo, place)
        builder.store_atomic(number, address, "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(todo, types.intp, types.int64), emit


@intrinsic
def rest(typing):
    """Tell the processor that this thread waits in a loop."""

    def emit(context, builder, signature, arguments):
        name, hint = "llvm.x86.sse2.pause", []
        if ARM:
            name, hint = "llvm.aarch64.hint", [ir.Constant(ir.IntType(32), 1)]
        kind = ir.FunctionType(ir.VoidType(), [value.type for value in hint])
        builder.call(cgutils.get_or_insert_function(builder.module, kind, name), hint)
        return context.get_dummy_value()

    return types.void(), emit


@inner
def tasks_of(todo):
    """Yield the numbers of tasks that nobody else has, until none are left."""
    while look(todo, NEXT) < look(todo, STOP):
        task = count_up(todo, NEXT)
        if task < look(todo, STOP):
            yield task


@inner
def under_way(todo):
    """Whether the caller has begun and tasks are left: now a helper is welcome."""
    return 0 < look(todo, NEXT) < look(todo, STOP)


@kernel
def announce(todo, tasks, seats):
    """Offer new tasks, or none: then whoever is at work stops after the present one."""
    put(todo, STOP, 0)
    put(todo, NEXT, 0)
    put(todo, SEAT, 1)
    put(todo, SEATS, seats)
    put(todo, STOP, tasks)


@kernel
def await_tasks(todo, was_there, patience):
    """Wait for tasks to be under way; return a slot, or 0 if none came within ``patience`` looks.

    A helper first says that it has come and then looks again, and the caller makes sure that there
    is nothing to do before it asks who is still there: so none is overlooked.
    """
    if was_there:
        count_up(todo, LEFT)
    for _ in range(patience):
        if under_way(todo) and look(todo, SEAT) < look(todo, SEATS):
            count_up(todo, CAME)
            if under_way(todo):
                seat = count_up(todo, SEAT)
                if seat < look(todo, SEATS):
                    return seat
            count_up(todo, LEFT)
        rest()
    return 0


@kernel
def await_helpers(todo, patience):
    """Wait until every helper that came has left; return whether they have."""
    for _ in range(patience):
        if look(todo, LEFT) == look(todo, CAME):
            return True
        rest()
    return False
