"""Operations on each number by itself, in plain NumPy."""

import numpy as np


def relu(x: np.ndarray) -> np.ndarray:
    """Return max(x, 0); NaN stays NaN."""
    return np.maximum(x, 0)


def relu_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pass the gradient where the output ``y = max(x, 0)`` is positive (elsewhere it is 0)."""
    return np.where(y > 0, dy, 0).astype(dy.dtype, copy=False)


def adam_update(
    gradient: np.ndarray,
    mean: np.ndarray,
    square: np.ndarray,
    betas: tuple[float, float],
    whole: tuple[float, float],
    epsilon: float,
) -> np.ndarray:
    """Update m and s in place, return (m / whole₁) / (√(s / whole₂) + ε); see ``nn.Adam``."""
    (beta1, beta2), (m_whole, s_whole) = betas, whole
    kind = mean.dtype.type
    mean *= kind(beta1)
    mean += kind(1 - beta1) * gradient
    square *= kind(beta2)
    square += kind(1 - beta2) * (gradient * gradient)
    return (mean / kind(m_whole)) / (np.sqrt(square / kind(s_whole)) + kind(epsilon))
