"""Activations, each with its derivative, written with what the forward pass already knows."""

from dataclasses import dataclass

import numpy as np

from minidl import kernels
from minidl.arguments import check_number
from minidl.functional.arguments import check_arrays, check_cache, check_gradient


@dataclass(frozen=True, slots=True)
class OutputCache:
    """The output y, with which these derivatives are written; a class of its own for each."""

    y: np.ndarray


class ReluCache(OutputCache):
    """max(x, 0), whose sign is the derivative."""


class SigmoidCache(OutputCache):
    """σ(x)."""


class TanhCache(OutputCache):
    """tanh(x)."""


class SoftmaxCache(OutputCache):
    """The probabilities."""


@dataclass(frozen=True, slots=True)
class LeakyReluCache:
    """The input and the slope left of zero."""

    x: np.ndarray
    slope: float


def relu(x: np.ndarray) -> tuple[np.ndarray, ReluCache]:
    """Return max(x, 0), of any shape; NaN stays NaN. Integers are refused with a TypeError."""
    check_arrays(x=x)
    y = kernels.relu(x)
    return y, ReluCache(y)


def relu_backward(dy: np.ndarray, cache: ReluCache) -> np.ndarray:
    """Return dx = dy where x > 0, else 0 (at x = 0, where there is no derivative, 0)."""
    y = _output(dy, cache, ReluCache, "relu")
    return kernels.relu_backward(dy, y)


def leaky_relu(x: np.ndarray, slope: float = 0.01) -> tuple[np.ndarray, LeakyReluCache]:
    """Return x where x > 0, else slope·x; slope in [0, 1]."""
    check_arrays(x=x)
    slope = check_number(slope, "slope", 0, 1)
    y = x.copy()
    np.multiply(x, x.dtype.type(slope), out=y, where=x <= 0)  # 0·∞ would be NaN
    return y, LeakyReluCache(x, slope)


def leaky_relu_backward(dy: np.ndarray, cache: LeakyReluCache) -> np.ndarray:
    """Return dx = dy where x > 0, else slope·dy."""
    check_cache(cache, LeakyReluCache, "leaky_relu")
    check_gradient(dy, cache.x.shape, cache.x.dtype)
    return np.where(cache.x > 0, dy, dy * dy.dtype.type(cache.slope))


def sigmoid(x: np.ndarray) -> tuple[np.ndarray, SigmoidCache]:
    """Return σ(x) = 1 / (1 + e⁻ˣ), without overflow for any x."""
    check_arrays(x=x)
    y = logistic(x)
    return y, SigmoidCache(y)


def logistic(x: np.ndarray) -> np.ndarray:
    """Return σ(x), of x's dtype."""
    from scipy.special import expit  # only now: importing it takes a tenth of a second

    return expit(x)


def sigmoid_backward(dy: np.ndarray, cache: SigmoidCache) -> np.ndarray:
    """Return dx = dy·σ·(1 − σ)."""
    y = _output(dy, cache, SigmoidCache, "sigmoid")
    return dy * y * (1 - y)


def tanh(x: np.ndarray) -> tuple[np.ndarray, TanhCache]:
    """Return tanh(x)."""
    check_arrays(x=x)
    y = np.tanh(x)
    return y, TanhCache(y)


def tanh_backward(dy: np.ndarray, cache: TanhCache) -> np.ndarray:
    """Return dx = dy·(1 − tanh²)."""
    y = _output(dy, cache, TanhCache, "tanh")
    return dy * (1 - y * y)


def softmax(x: np.ndarray) -> tuple[np.ndarray, SoftmaxCache]:
    """Return eˣ / Σ eˣ over the last axis, shifted by the largest x so that nothing overflows.

    A score of −∞ has probability 0. A row with a NaN, with +∞, or of nothing but −∞ has no answer:
    all of it is NaN.

    Raises:
        ValueError: if the last axis is empty.
    """
    check_arrays(x=x)
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"softmax needs at least one class on the last axis, got shape {x.shape}.")
    # A difference below −3e38 becomes −∞, whose exponential is 0; ∞ − ∞ is NaN.
    with np.errstate(over="ignore", invalid="ignore"):
        y = np.exp(x - x.max(axis=-1, keepdims=True))
    y /= y.sum(axis=-1, keepdims=True)
    return y, SoftmaxCache(y)


def softmax_backward(dy: np.ndarray, cache: SoftmaxCache) -> np.ndarray:
    """Return dx = y·(dy − ⟨dy, y⟩): raising one score lowers all other probabilities."""
    y = _output(dy, cache, SoftmaxCache, "softmax")
    return y * (dy - (dy * y).sum(axis=-1, keepdims=True))


def _output(dy: np.ndarray, cache: OutputCache, kind: type, function: str) -> np.ndarray:
    """Return the cached output, after checking that cache and gradient belong to it."""
    check_cache(cache, kind, function)
    check_gradient(dy, cache.y.shape, cache.y.dtype)
    return cache.y
