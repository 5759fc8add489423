"""How weights begin: random, with the spread that keeps activations the same size throughout."""

from math import prod, sqrt

import numpy as np


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan in, fan out) of a kernel ``(*K, C, F)``: numbers that each output reads, and
    outputs that each input reaches."""
    taps = prod(shape[:-2])
    return taps * shape[-2], taps * shape[-1]


def he(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Draw from a normal distribution with variance 2 / fan in (He et al., 2015): before a ReLU.

    A ReLU throws half of the signal's power away; the 2 puts it back.
    """
    return (rng.standard_normal(shape) * sqrt(2 / fans(shape)[0])).astype(dtype)


def glorot(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Draw uniformly with variance 2 / (fan in + fan out) (Glorot & Bengio, 2010): no ReLU after.

    A compromise between keeping activations (1 / fan in) and gradients (1 / fan out) in size.
    """
    limit = sqrt(6 / sum(fans(shape)))
    return rng.uniform(-limit, limit, shape).astype(dtype)


def zeros(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return zeros, the usual start of biases."""
    return np.zeros(shape, dtype)


INITIALIZERS = {"he": he, "glorot": glorot, "zeros": zeros}
