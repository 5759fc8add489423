"""Keeping the content's colours: paint with the style's hand, but the photograph's palette."""

import numpy as np


def recolour(picture: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Return a picture with the mean colour and the covariance of colours of another one.

    The colours p become A·(p − mean) + mean′ with A = Σ′^½·Σ^−½, the symmetric map that takes one
    covariance Σ to the other Σ′ (Gatys and others, 2017, "Controlling perceptual factors").

    Args:
        picture, like: pixels 0…255 ``(1, H, W, 3)``, of any two sizes.

    Returns:
        The recoloured picture, within 0…255.
    """
    p, q = (image.reshape(-1, 3).astype(np.float64) for image in (picture, like))
    change = _power(np.cov(q.T), 0.5) @ _power(np.cov(p.T), -0.5)
    colours = (p - p.mean(axis=0)) @ change.T + q.mean(axis=0)
    return np.clip(colours, 0, 255).astype(picture.dtype).reshape(picture.shape)


def _power(covariance: np.ndarray, exponent: float) -> np.ndarray:
    """A power of a covariance matrix; variances below one grey level count as one."""
    variances, axes = np.linalg.eigh(covariance)
    return axes * np.maximum(variances, 1.0) ** exponent @ axes.T
