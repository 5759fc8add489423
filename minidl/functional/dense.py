"""The dense (fully connected) layer's operation, y = x·W + b, and the affine map per channel."""

from dataclasses import dataclass

import numpy as np

from minidl import kernels
from minidl.functional.arguments import (
    check_arrays,
    check_axes,
    check_cache,
    check_channels,
    check_gradient,
    check_need,
    check_vectors,
)
from minidl.functional.conv import sum_to_channels


@dataclass(frozen=True, slots=True)
class DenseCache:
    """The arguments."""

    x: np.ndarray
    w: np.ndarray
    b: np.ndarray | None


@dataclass(frozen=True, slots=True)
class AffineCache:
    """The arguments that the derivative needs."""

    x: np.ndarray
    gamma: np.ndarray


def dense(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None
) -> tuple[np.ndarray, DenseCache]:
    """Return y = x·w + b: ``(…, D), (D, F), (F,) → (…, F)``.

    Raises:
        TypeError: for arrays that are not float32 or float64, or of different dtypes.
        ValueError: for shapes that do not fit together.
    """
    check_arrays(x=x, w=w, b=b, optional="b")
    check_channels(x.shape)
    check_axes(w.shape, "w", 2, "(D, F)")
    if 0 in w.shape:
        raise ValueError(f"w must not be empty, got shape {w.shape}.")
    if x.shape[-1] != w.shape[0]:
        raise ValueError(
            f"x {x.shape} must have as many numbers per row as w {w.shape} has rows ({w.shape[0]})."
        )
    if b is not None:
        check_vectors(w.shape[1], b=b.shape)
    y = kernels.matmul(x.reshape(-1, w.shape[0]), w)  # one product, however many axes x has
    if b is not None:
        y += b
    return y.reshape(*x.shape[:-1], w.shape[1]), DenseCache(x, w, b)


def dense_backward(
    dy: np.ndarray, cache: DenseCache, need: tuple[str, ...] = ("x", "w", "b")
) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """Return (dx, dw, db) = (dy·wᵀ, xᵀ·dy, Σ dy); None for what is not needed."""
    check_cache(cache, DenseCache, "dense")
    x, w = cache.x, cache.w
    check_gradient(dy, (*x.shape[:-1], w.shape[1]), x.dtype)
    ask = check_need(need, ("x", "w", "b"))
    rows = dy.reshape(-1, w.shape[1])
    dx = kernels.matmul(rows, w.T).reshape(x.shape) if "x" in ask else None
    dw = kernels.matmul(x.reshape(-1, w.shape[0]).T, rows) if "w" in ask else None
    db = sum_to_channels(dy) if "b" in ask and cache.b is not None else None
    return dx, dw, db


def affine(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, AffineCache]:
    """Return y = γ·x + β for each channel: ``(N, *S, C), (C,), (C,) → (N, *S, C)``.

    Raises:
        TypeError, ValueError: for arrays whose kinds or shapes do not fit together.
    """
    check_arrays(x=x, gamma=gamma, beta=beta)
    check_channels(x.shape)
    check_vectors(x.shape[-1], gamma=gamma.shape, beta=beta.shape)
    y = kernels.affine(x, np.zeros(gamma.shape), gamma, beta)
    return y, AffineCache(x, gamma)


def affine_backward(
    dy: np.ndarray, cache: AffineCache, need: tuple[str, ...] = ("x", "gamma", "beta")
) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """Return (dx, dγ, dβ) = (γ·dy, Σ x·dy, Σ dy); None for what is not needed."""
    check_cache(cache, AffineCache, "affine")
    check_gradient(dy, cache.x.shape, cache.x.dtype)
    ask = check_need(need, ("x", "gamma", "beta"))
    zero = np.zeros(cache.gamma.shape)
    dx = kernels.affine(dy, zero, cache.gamma, zero) if "x" in ask else None
    if ask <= {"x"}:
        return dx, None, None
    dbeta, dgamma = kernels.channel_products(cache.x, dy, zero)
    dgamma = dgamma.astype(dy.dtype) if "gamma" in ask else None
    return dx, dgamma, dbeta.astype(dy.dtype) if "beta" in ask else None
