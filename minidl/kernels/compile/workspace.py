"""Memory for the kernels: arrays that begin at round addresses, and scratch that is kept.

A vector register is as long as a line of the cache. If an array begins in the middle of a line,
every load and store of a vector touches two lines; `aligned` avoids that.
"""

import threading
from math import prod

import numpy as np

LINE = 64  # bytes
NOTHING = np.empty(0, np.uint8)
INT = np.dtype(np.int64)

_kept = threading.local()


def aligned(shape: tuple[int, ...], dtype) -> np.ndarray:
    """Return a new array with nothing in it yet that begins at the start of a cache line."""
    size = prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + LINE, np.uint8)
    start = -memory.__array_interface__["data"][0] % LINE
    return memory[start : start + size].view(dtype).reshape(shape)


def flat(array: np.ndarray) -> np.ndarray:
    """View an array that kernels only read as one axis.

    The view is read-only, whether the array is or not: so kernels are compiled for one case only.
    """
    view = np.ascontiguousarray(array).reshape(-1).view()
    view.flags.writeable = False
    return view


def workspace(*arrays: tuple[tuple[int, ...], np.dtype]) -> list[np.ndarray]:
    """Return scratch arrays of these (shape, dtype), with anything in them.

    A Python thread gets the same memory at each call: what it had before is overwritten.
    """
    needed = LINE * len(arrays)
    for shape, dtype in arrays:
        needed += prod(shape) * dtype.itemsize
    if getattr(_kept, "memory", NOTHING).size < needed:
        _kept.memory = NOTHING  # let go of the old before there is a new one
        _kept.memory = aligned((needed,), np.uint8)
    scratch, begin = [], 0
    for shape, dtype in arrays:
        end = begin + prod(shape) * dtype.itemsize
        scratch.append(_kept.memory[begin:end].view(dtype).reshape(shape))
        begin = -(-end // LINE) * LINE
    return scratch
