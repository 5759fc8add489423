"""Sums over all positions, and affine maps, for each channel by itself, in plain NumPy.

x stands for any array ``(…, C)``; results and factors are one number per channel, ``(C,)``.
"""

import numpy as np


def channel_sums(x: np.ndarray) -> np.ndarray:
    """Return Σ x over all axes but the last."""
    return x.sum(axis=tuple(range(x.ndim - 1)))


def channel_products(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return Σ x·y over all axes but the last."""
    return channel_sums(x * y)


def channel_moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance (divided by the count) of each channel."""
    axes = tuple(range(x.ndim - 1))
    return x.mean(axis=axes), x.var(axis=axes)


def affine(x: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return scale·x + shift."""
    y = x * scale
    y += shift
    return y


def mixed(
    x: np.ndarray, x_scale: np.ndarray, y: np.ndarray, y_scale: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """Return x_scale·x + y_scale·y + shift."""
    total = x * x_scale
    total += y * y_scale
    total += shift
    return total
