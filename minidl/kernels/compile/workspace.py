"""Memory for the kernels: arrays that begin at round addresses, and scratch that is kept.

A vector register is as long as a line of the cache. If an array begins in the middle of a line,
every load and store of a vector touches two lines; `aligned` avoids that.
"""

import threading
from math import prod

import numpy as np

LINE = 64  # bytes

_kept = threading.local()


def aligned(shape: tuple[int, ...], dtype) -> np.ndarray:
    """Return a new array with nothing in it yet that begins at the start of a cache line."""
    size = prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + LINE, np.uint8)
    start = -memory.ctypes.data % LINE
    return memory[start : start + size].view(dtype).reshape(shape)


def flat(array: np.ndarray) -> np.ndarray:
    """View an array that kernels only read as one axis.

    The view is read-only, whether the array is or not: so kernels are compiled for one case only.
    """
    view = np.ascontiguousarray(array).reshape(-1).view()
    view.flags.writeable = False
    return view


def workspace(name: str, shape: tuple[int, ...], dtype) -> np.ndarray:
    """Return scratch with anything in it; the same memory again for this name and Python thread."""
    size = prod(shape)
    own = _kept.__dict__
    key = (name, np.dtype(dtype).char)
    if key not in own or own[key].size < size:
        own.pop(key, None)
        own[key] = aligned((size,), dtype)
    return own[key][:size].reshape(shape)
