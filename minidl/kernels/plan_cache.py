"""What is kept between calls, in a few megabytes altogether, whatever the number of shapes.

Preparing a small convolution takes longer than doing it, so what was prepared is kept. Where room
lacks, what was not asked for the longest goes first.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock

import numpy as np

BYTES = 1 << 24  # of all results together
LARGEST = BYTES // 4  # of one that is kept: making it anew takes little beside what it is for

_results: OrderedDict[tuple, object] = OrderedDict()
_lock = Lock()
_bytes = 0


def cached(function: Callable) -> Callable:
    """Keep what a function returns for its arguments, which can be hashed."""

    @wraps(function)
    def call(*arguments):
        key = (function, *arguments)
        try:
            _results.move_to_end(key)
            return _results[key]
        except KeyError:
            result = function(*arguments)
            _insert(key, result)
            return result

    return call


def cached_bytes() -> int:
    """Return how much is kept at present."""
    return _bytes


def size_of(result: object) -> int:
    """Return about how many bytes arrays, numbers, and tuples of them take."""
    if isinstance(result, np.ndarray):
        return 100 + result.nbytes
    return 100 + sum(map(size_of, result)) if isinstance(result, tuple | list) else 50


def _insert(key, result):
    global _bytes
    size = size_of(key) + size_of(result)
    if size > LARGEST or not _lock.acquire(blocking=False):  # never wait: it need not be kept
        return
    try:
        if key not in _results:
            _results[key] = result
            _bytes += size
        while _bytes > BYTES:
            _bytes -= sum(map(size_of, _results.popitem(last=False)))
    finally:
        _lock.release()
