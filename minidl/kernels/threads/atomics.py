"""Taking turns at tasks inside compiled code, where no thread has to wait for Python's lock.

``todo`` is a row of integers in memory that the threads of one run share. A thread takes a task by
counting up one of them, which the processor does in one step that nobody else can come in between.

The thread that comes first is the caller of the run, who rings for helpers; and it comes back from
compiled code only when no helper is at work any more. No exception of Python's can arrive in
between: so whatever interrupts a caller, nobody works on its arrays behind its back.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from minidl.kernels.compile.jit import inner, kernel
from minidl.kernels.compile.simd import PROCESSOR, pointer

CAME = 0  # how many threads have begun to take tasks
NEXT = 1  # the task that is taken next
STOP = 2  # how many there are
BELL = 3  # where the number stands that the caller counts up to be heard; 0: it wants no helpers
AT_WORK = 4  # from here on, for each thread's slot: whether it is a helper at work

HINTS = {"x86": ("llvm.x86.sse2.pause", []), "arm": ("llvm.aarch64.hint", [1])}


def new_todo(tasks: int = 0, slots: int = 1, bell: int = 0) -> np.ndarray:
    """Return a list of so many tasks for the threads of one run."""
    todo = np.zeros(AT_WORK + slots, np.int64)
    todo[STOP], todo[BELL] = tasks, bell
    return todo


@intrinsic
def fetch_add(typing, todo, place):
    """Add one, return what stood there before."""

    def emit(context, builder, signature, arguments):
        address = pointer(context, builder, signature.args[0], *arguments)
        return _emit_fetch_add(builder, address)

    return types.int64(todo, types.intp), emit


@intrinsic
def ring(typing, address):
    """Add one to the number at an address, and return it."""

    def emit(context, builder, signature, arguments):
        return _emit_fetch_add(builder, builder.inttoptr(arguments[0], ir.IntType(64).as_pointer()))

    return types.int64(types.int64), emit


def _emit_fetch_add(builder, address):
    one = ir.Constant(ir.IntType(64), 1)
    return builder.atomic_rmw("add", address, one, "seq_cst")


@intrinsic
def atomic_load(typing, todo, place):
    """Return what stands there now."""

    def emit(context, builder, signature, arguments):
        address = pointer(context, builder, signature.args[0], *arguments)
        return builder.load_atomic(address, "seq_cst", 8)

    return types.int64(todo, types.intp), emit


@intrinsic
def atomic_store(typing, todo, place, number):
    """Write a number, for all to see."""

    def emit(context, builder, signature, arguments):
        todo, place, number = arguments
        address = pointer(context, builder, signature.args[0], todo, place)
        builder.store_atomic(number, address, "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(todo, types.intp, types.int64), emit


@intrinsic
def pause(typing):
    """Tell the processor that this thread waits in a loop."""

    def emit(context, builder, signature, arguments):
        if PROCESSOR in HINTS:
            name, values = HINTS[PROCESSOR]
            hint = [ir.Constant(ir.IntType(32), value) for value in values]
            kind = ir.FunctionType(ir.VoidType(), [value.type for value in hint])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, name), hint)
        return context.get_dummy_value()

    return types.void(), emit


@inner
def tasks_of(todo):
    """Yield the numbers of tasks that nobody else has, until none are left.

    Whoever comes late finds none: a list is never filled again. A loop over this must not be left
    early, since the caller waits at its end.
    """
    caller = fetch_add(todo, CAME) == 0
    if caller and todo[BELL]:
        ring(todo[BELL])
    while atomic_load(todo, NEXT) < todo[STOP]:
        task = fetch_add(todo, NEXT)
        if task < todo[STOP]:
            yield task
    if caller:
        for slot in range(AT_WORK, todo.size):
            while atomic_load(todo, slot):
                pause()


@kernel
def await_bell(bell, heard, patience, todo, slot):
    """Stop work at ``todo``, then wait until the bell has been rung more often than ``heard``.

    Returns how often it has; no more than ``heard`` after ``patience`` looks.
    """
    atomic_store(todo, AT_WORK + slot, 0)
    for _ in range(patience):
        if atomic_load(bell, 0) != heard:
            break
        pause()
    return atomic_load(bell, 0)
