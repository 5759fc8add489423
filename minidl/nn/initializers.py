"""How weights begin: random, with the spread that keeps activations the same size throughout."""

from collections.abc import Callable
from math import sqrt

import numpy as np

from minidl.arguments import check_choice

Fans = tuple[float, float]  # (fan in: numbers an output reads, fan out: outputs an input reaches)


def he(rng: np.random.Generator, shape: tuple[int, ...], fans: Fans, dtype: np.dtype) -> np.ndarray:
    """Draw from a normal distribution with variance 2 / fan in (He et al., 2015): before a ReLU.

    A ReLU throws half of the signal's power away; the 2 puts it back.
    """
    return (rng.standard_normal(shape) * sqrt(2 / fans[0])).astype(dtype)


def glorot(
    rng: np.random.Generator, shape: tuple[int, ...], fans: Fans, dtype: np.dtype
) -> np.ndarray:
    """Draw uniformly with variance 2 / (fan in + fan out) (Glorot & Bengio, 2010): no ReLU after.

    A compromise between keeping activations (1 / fan in) and gradients (1 / fan out) in size.
    """
    limit = sqrt(6 / sum(fans))
    return rng.uniform(-limit, limit, shape).astype(dtype)


def zeros(
    rng: np.random.Generator, shape: tuple[int, ...], fans: Fans, dtype: np.dtype
) -> np.ndarray:
    """Return zeros, the usual start of biases."""
    return np.zeros(shape, dtype)


INITIALIZERS = {"he": he, "glorot": glorot, "zeros": zeros}


def initializer(name: str) -> Callable[..., np.ndarray]:
    """Return the initialiser of this name, or say which there are."""
    return INITIALIZERS[check_choice(name, "init", INITIALIZERS)]
