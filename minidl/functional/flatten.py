"""Flatten: the positions and channels of each example become one row."""

from dataclasses import dataclass
from math import prod

import numpy as np

from minidl.functional.arguments import check_arrays, check_cache, check_channels, check_gradient


@dataclass(frozen=True, slots=True)
class FlattenCache:
    """The input's shape."""

    shape: tuple[int, ...]
    dtype: np.dtype


def flatten(x: np.ndarray) -> tuple[np.ndarray, FlattenCache]:
    """Return x as ``(N, everything else)``, the last axis running fastest.

    Raises:
        TypeError, ValueError: for x that is not a float array with two axes or more.
    """
    check_arrays(x=x)
    check_channels(x.shape)
    return x.reshape(x.shape[0], prod(x.shape[1:])), FlattenCache(x.shape, x.dtype)


def flatten_backward(dy: np.ndarray, cache: FlattenCache) -> np.ndarray:
    """Return dx: the same numbers in the input's shape."""
    check_cache(cache, FlattenCache, "flatten")
    check_gradient(dy, (cache.shape[0], prod(cache.shape[1:])), cache.dtype)
    return dy.reshape(cache.shape)
