"""Normalisations: batch norm over a batch's channels, and vectors brought to unit length."""

from dataclasses import dataclass

import numpy as np

from minidl import kernels
from minidl.arguments import SMALLEST, check_number
from minidl.functional.arguments import (
    check_activation,
    check_arrays,
    check_cache,
    check_channels,
    check_gradient,
    check_need,
    check_vectors,
)


@dataclass(frozen=True, slots=True)
class BatchNormCache:
    """x, μ, 1/σ and γ for the derivative; ``mean`` and ``var``, the running statistics to keep.

    ``beta`` is there if a ReLU followed, whose derivative depends on the sign of y.
    """

    x: np.ndarray
    mu: np.ndarray
    inverse: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray | None
    training: bool
    mean: np.ndarray
    var: np.ndarray


@dataclass(frozen=True, slots=True)
class L2NormalizeCache:
    """The unit vectors and the lengths (float64) that they were divided by."""

    y: np.ndarray
    length: np.ndarray


def batch_norm(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    mean: np.ndarray,
    var: np.ndarray,
    *,
    training: bool = False,
    momentum: float = 0.9,
    epsilon: float = 1e-5,
    activation: str | None = None,
) -> tuple[np.ndarray, BatchNormCache]:
    """Return y = γ·x̂ + β with x̂ = (x − μ) / √(σ² + ε), for each channel (Ioffe & Szegedy, 2015).

    Args:
        x: input ``(N, *S, C)``.
        gamma, beta: scale γ and shift β ``(C,)``.
        mean, var: running mean and variance ``(C,)``; used for inference, updated in training.
        training: take μ and σ² from this batch (σ² divided by the count, not count − 1).
        momentum: new running value = momentum·old + (1 − momentum)·batch's.
        epsilon: in (0, 1], keeps the root away from zero.
        activation: ``"relu"`` applies max(y, 0) in the same pass over memory.

    Returns:
        y, and a cache whose ``mean`` and ``var`` are the running statistics to keep from now on
        (the arguments are not changed). An empty batch leaves them as they were.

    Raises:
        TypeError, ValueError: for arrays that do not fit, a negative or NaN variance, or settings
            out of range.
    """
    vectors = {"gamma": gamma, "beta": beta, "mean": mean, "var": var}
    check_arrays(x=x, **vectors)
    check_channels(x.shape)
    check_vectors(x.shape[-1], **{name: v.shape for name, v in vectors.items()})
    momentum = check_number(momentum, "momentum", 0, 1)
    epsilon = check_number(epsilon, "epsilon", SMALLEST, 1)
    check_activation(activation)
    if not (var >= 0).all():
        raise ValueError(f"var must not be negative or NaN, the smallest entry is {var.min()}.")
    mu, sigma2 = mean.astype(np.float64), var.astype(np.float64)
    if training and x.size:
        mu, sigma2 = kernels.channel_moments(x)
        mean = (momentum * mean + (1 - momentum) * mu).astype(x.dtype)
        var = (momentum * var + (1 - momentum) * sigma2).astype(x.dtype)
    inverse = 1 / np.sqrt(sigma2 + epsilon)
    relu = activation == "relu"
    y = kernels.affine(x, mu, gamma * inverse, beta, relu)
    gate = beta if relu else None
    return y, BatchNormCache(x, mu, inverse, gamma, gate, training, mean, var)


def batch_norm_backward(
    dy: np.ndarray, cache: BatchNormCache, need: tuple[str, ...] = ("x", "gamma", "beta")
) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """Return (dx, dγ, dβ) = (dx, Σ dy·x̂, Σ dy).

    With σ = √(σ² + ε) as the divisor: in inference μ and σ are constants and dx = γ/σ·dy. In
    training they move with every x of the batch. Adding a constant to a channel, or scaling it,
    does not change x̂ (but for ε); so the mean of dy and its component along x̂ are subtracted:

        dx = γ/σ · (dy − mean(dy) − x̂·mean(dy·x̂))        x̂ = (x − μ)/σ

    Every factor is a number per channel: dx is a multiple of dy, and one of x − μ, and a constant.
    If a ReLU followed, dy counts where γ·x̂ + β is positive, and is 0 elsewhere.
    """
    check_cache(cache, BatchNormCache, "batch_norm")
    x, mu, inverse = cache.x, cache.mu, cache.inverse
    check_gradient(dy, x.shape, x.dtype)
    ask = check_need(need, ("x", "gamma", "beta"))
    moves = cache.training and dy.size > 0 and "x" in ask
    scale = cache.gamma * inverse
    gate = None if cache.beta is None else (scale, cache.beta)
    dx = dgamma = dbeta = None
    if moves or "gamma" in ask or (gate and "beta" in ask):
        dbeta, products = kernels.channel_products(x, dy, mu, gate)
        dgamma = products * inverse
    elif "beta" in ask:
        dbeta = kernels.channel_sums(dy)
    if moves:
        count = dy.size // dy.shape[-1]
        stretch = -scale * inverse * dgamma / count
        dx = kernels.axpby(x, mu, stretch, dy, scale, -scale * dbeta / count, gate)
    elif "x" in ask:
        zero = np.zeros_like(scale)
        if gate:
            dx = kernels.axpby(x, mu, None, dy, scale, zero, gate)
        else:
            dx = kernels.affine(dy, zero, scale, zero)
    dgamma = dgamma.astype(x.dtype) if "gamma" in ask else None
    return dx, dgamma, dbeta.astype(x.dtype) if "beta" in ask else None


def l2_normalize(x: np.ndarray, epsilon: float = 1e-12) -> tuple[np.ndarray, L2NormalizeCache]:
    """Return x / √(‖x‖² + ε) over the last axis: vectors of length 1.

    ε keeps the root and its derivative finite at x = 0, which stays 0; vectors much shorter than
    √ε stay short.

    Raises:
        TypeError, ValueError: for x that is not a float array, or ε that is not in (0, 1].
    """
    check_arrays(x=x)
    check_channels(x.shape, axes=1)
    epsilon = check_number(epsilon, "epsilon", SMALLEST, 1)
    squares = np.square(x, dtype=np.float64).sum(axis=-1, keepdims=True)  # 1e20² needs float64
    length = np.sqrt(squares + epsilon)
    y = (x / length).astype(x.dtype, copy=False)
    return y, L2NormalizeCache(y, length)


def l2_normalize_backward(dy: np.ndarray, cache: L2NormalizeCache) -> np.ndarray:
    """Return dx = (dy − y·⟨y, dy⟩) / length: moving along y itself changes nothing."""
    check_cache(cache, L2NormalizeCache, "l2_normalize")
    y = cache.y
    check_gradient(dy, y.shape, y.dtype)
    along = (y * dy).sum(axis=-1, keepdims=True, dtype=np.float64)
    return ((dy - y * along) / cache.length).astype(y.dtype, copy=False)
