"""Dropout: in training each number is set to 0 with probability ``rate``, the rest scaled up."""

from dataclasses import dataclass

import numpy as np

from minidl.arguments import check_number, check_rng
from minidl.functional.arguments import check_arrays, check_cache, check_gradient


@dataclass(frozen=True, slots=True)
class DropoutCache:
    """What each number was multiplied by: 0 or 1 / (1 − rate)."""

    mask: np.ndarray


def dropout(
    x: np.ndarray, rate: float, rng: np.random.Generator
) -> tuple[np.ndarray, DropoutCache]:
    """Return x with each number zeroed with probability ``rate``, the others over (1 − rate).

    The scale keeps the expected value, so that inference needs no change (Srivastava et al., 2014,
    in its inverted form).

    Args:
        x: any shape, float32 or float64.
        rate: probability in [0, 1).
        rng: the generator that draws; the same state gives the same bits.

    Raises:
        TypeError: if x is not a float array or rng is not a Generator.
        ValueError: if rate is not in [0, 1).
    """
    check_arrays(x=x)
    rate = check_number(rate, "rate", 0, 1, open_high=True)
    check_rng(rng)
    mask = (rng.random(x.shape, np.float32) >= rate).astype(x.dtype) / x.dtype.type(1 - rate)
    return _masked(x, mask), DropoutCache(mask)


def dropout_backward(dy: np.ndarray, cache: DropoutCache) -> np.ndarray:
    """Return dx = dy·mask: no gradient reaches what was set to 0."""
    check_cache(cache, DropoutCache, "dropout")
    check_gradient(dy, cache.mask.shape, cache.mask.dtype)
    return _masked(dy, cache.mask)


def _masked(x, mask):
    """Return x·mask, and 0 where the mask is 0, whatever x is (0·∞ would be NaN)."""
    y = np.zeros_like(x)
    return np.multiply(x, mask, out=y, where=mask > 0)
