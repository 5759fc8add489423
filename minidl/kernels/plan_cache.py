"""Plans that are kept: preparing a small convolution takes longer than doing it.

What is kept is bounded, whatever the number and the size of the shapes: large results are made
anew each time (which takes little beside what they are for), and all go when there are too many.
"""

from collections.abc import Callable
from functools import wraps

import numpy as np

LARGEST = 1 << 15  # bytes of a result that is kept
MOST = 1 << 9  # results of a function


def cached(function: Callable) -> Callable:
    """Keep what a function returns for its arguments, which can be hashed."""
    kept: dict[tuple, object] = {}

    @wraps(function)
    def call(*arguments):
        result = kept.get(arguments)
        if result is None:
            result = function(*arguments)
            if len(kept) >= MOST:
                kept.clear()
            if size_of(result) <= LARGEST:
                kept[arguments] = result
        return result

    call.cache_clear = kept.clear
    return call


def size_of(result: object) -> int:
    """Return about how many bytes arrays, numbers, and tuples of them take."""
    if isinstance(result, np.ndarray):
        return 100 + result.nbytes
    return 100 + sum(map(size_of, result)) if isinstance(result, tuple | list) else 50
