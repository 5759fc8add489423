"""Sums over all positions, and affine maps, for each channel by itself, in plain NumPy.

x and y stand for arrays ``(…, C)``; results and factors are one number per channel, ``(C,)``, in
float64. A ``gate`` (scale, shift) lets y count only where scale·(x − middle) + shift is positive:
that is where a ReLU after `affine` passes a gradient.
"""

import numpy as np

from minidl.kernels.numpy.direct import quiet

Gate = tuple[np.ndarray, np.ndarray] | None


def channel_sums(x: np.ndarray) -> np.ndarray:
    """Return Σ x over all axes but the last."""
    return x.sum(axis=tuple(range(x.ndim - 1)), dtype=np.float64)


@quiet
def channel_products(
    x: np.ndarray, y: np.ndarray, middle: np.ndarray, gate: Gate = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return Σ y and Σ (x − middle)·y over all axes but the last."""
    y = _through(gate, x, y, middle)
    return channel_sums(y), channel_sums((x - middle) * y)


@quiet
def channel_moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance (divided by the count) of each channel."""
    axes = tuple(range(x.ndim - 1))
    return x.mean(axis=axes, dtype=np.float64), x.var(axis=axes, dtype=np.float64)


@quiet
def affine(
    x: np.ndarray, middle: np.ndarray, scale: np.ndarray, shift: np.ndarray, relu: bool = False
) -> np.ndarray:
    """Return scale·(x − middle) + shift, clipped at 0 if ``relu``."""
    y = ((x - middle) * scale + shift).astype(x.dtype)
    return np.maximum(y, 0) if relu else y


@quiet
def axpby(
    x: np.ndarray,
    middle: np.ndarray,
    x_scale: np.ndarray | None,
    y: np.ndarray,
    y_scale: np.ndarray,
    shift: np.ndarray,
    gate: Gate = None,
) -> np.ndarray:
    """Return x_scale·(x − middle) + y_scale·y + shift; without an x_scale x does not count."""
    total = _through(gate, x, y, middle) * y_scale + shift
    return (total if x_scale is None else (x - middle) * x_scale + total).astype(x.dtype)


def _through(gate, x, y, middle):
    if gate is None:
        return y
    scale, shift = gate
    return np.where(((x - middle) * scale + shift).astype(x.dtype) > 0, y, 0)
