"""Which share of which block a task sums up, and their sum (for ``conv/weight_gradient``)."""

from minidl.kernels.compile.jit import inner
from minidl.kernels.compile.simd import lanes, load, store


@inner
def sum_of(task, sum_up, shares, size):
    """Return (sum up, finish, parts, block, share, where its sums begin).

    First the tasks ``sum_up`` the shares of each block, one after the other, each into ``size``
    numbers of its own. Then a task for each block adds these parts and can finish it. With one
    share all is done at once, in a place that the thread keeps for it.
    """
    if not sum_up:
        return False, True, shares, task, 0, task * shares * size
    if shares == 1:
        return True, True, 1, task, 0, 0
    return True, False, 1, task // shares, task % shares, task * size


@inner
def add_parts(sums, parts, size):
    """Add the sums of several shares, ``size`` numbers each, in order, to those of the first."""
    for part in range(1, parts):
        for i in range(0, size, lanes(sums)):
            store(sums, i, load(sums, i) + load(sums, part * size + i))
