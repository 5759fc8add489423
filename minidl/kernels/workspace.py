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


def workspace(name: str, shape: tuple[int, ...], dtype) -> np.ndarray:
    """Return scratch with anything in it; the same memory again for this name and Python thread."""
    size = prod(shape)
    own = _kept.__dict__
    key = (name, np.dtype(dtype).char)
    if key not in own or own[key].size < size:
        own.pop(key, None)
        own[key] = aligned((size,), dtype)
    return own[key][:size].reshape(shape)
