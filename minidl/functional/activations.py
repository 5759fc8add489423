"""Activations, each with its derivative, written with what the forward pass already knows."""

from dataclasses import dataclass

import numpy as np

from minidl import kernels
from minidl.arguments import check_number
from minidl.functional.arguments import check_array, check_cache, check_gradient


@dataclass(frozen=True, slots=True)
class ReluCache:
    """The output, whose sign is the derivative."""

    y: np.ndarray


@dataclass(frozen=True, slots=True)
class LeakyReluCache:
    """The input and the slope left of zero."""

    x: np.ndarray
    slope: float


@dataclass(frozen=True, slots=True)
class SigmoidCache:
    """The output σ(x)."""

    y: np.ndarray


@dataclass(frozen=True, slots=True)
class TanhCache:
    """The output tanh(x)."""

    y: np.ndarray


@dataclass(frozen=True, slots=True)
class SoftmaxCache:
    """The output, which is all that the derivative needs."""

    y: np.ndarray


def relu(x: np.ndarray) -> tuple[np.ndarray, ReluCache]:
    """Return max(x, 0), of any shape; NaN stays NaN. Integers are refused with a TypeError."""
    check_array(x, "x")
    y = kernels.relu(x)
    return y, ReluCache(y)


def relu_backward(dy: np.ndarray, cache: ReluCache) -> np.ndarray:
    """Return dx = dy where x > 0, else 0 (at x = 0, where there is no derivative, 0)."""
    check_cache(cache, ReluCache, "relu")
    check_gradient(dy, cache.y.shape, cache.y.dtype)
    return kernels.relu_backward(dy, cache.y)


def leaky_relu(x: np.ndarray, slope: float = 0.01) -> tuple[np.ndarray, LeakyReluCache]:
    """Return x where x > 0, else slope·x; slope in [0, 1]."""
    check_array(x, "x")
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
    check_array(x, "x")
    y = logistic(x)
    return y, SigmoidCache(y)


def logistic(x: np.ndarray) -> np.ndarray:
    """Return σ(x), of x's dtype."""
    from scipy.special import expit  # only now: importing it takes a tenth of a second

    return expit(x)


def sigmoid_backward(dy: np.ndarray, cache: SigmoidCache) -> np.ndarray:
    """Return dx = dy·σ·(1 − σ)."""
    check_cache(cache, SigmoidCache, "sigmoid")
    check_gradient(dy, cache.y.shape, cache.y.dtype)
    return dy * cache.y * (1 - cache.y)


def tanh(x: np.ndarray) -> tuple[np.ndarray, TanhCache]:
    """Return tanh(x)."""
    check_array(x, "x")
    y = np.tanh(x)
    return y, TanhCache(y)


def tanh_backward(dy: np.ndarray, cache: TanhCache) -> np.ndarray:
    """Return dx = dy·(1 − tanh²)."""
    check_cache(cache, TanhCache, "tanh")
    check_gradient(dy, cache.y.shape, cache.y.dtype)
    return dy * (1 - cache.y * cache.y)


def softmax(x: np.ndarray) -> tuple[np.ndarray, SoftmaxCache]:
    """Return eˣ / Σ eˣ over the last axis, shifted by the largest x so that nothing overflows.

    A score of −∞ has probability 0. A row with a NaN, with +∞, or of nothing but −∞ has no answer:
    all of it is NaN.

    Raises:
        ValueError: if the last axis is empty.
    """
    check_array(x, "x")
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"softmax needs at least one class on the last axis, got shape {x.shape}.")
    # A difference below −3e38 becomes −∞, whose exponential is 0; ∞ − ∞ is NaN.
    with np.errstate(over="ignore", invalid="ignore"):
        y = np.exp(x - x.max(axis=-1, keepdims=True))
    y /= y.sum(axis=-1, keepdims=True)
    return y, SoftmaxCache(y)


def softmax_backward(dy: np.ndarray, cache: SoftmaxCache) -> np.ndarray:
    """Return dx = y·(dy − ⟨dy, y⟩): raising one score lowers all other probabilities."""
    check_cache(cache, SoftmaxCache, "softmax")
    y = cache.y
    check_gradient(dy, y.shape, y.dtype)
    return y * (dy - (dy * y).sum(axis=-1, keepdims=True))
