"""Total variation: the price of roughness between neighbouring pixels."""

import numpy as np

from minidl.style.gram import check_activations


def total_variation(image: np.ndarray) -> tuple[float, np.ndarray]:
    """Return Σ (xᵢ₊₁ⱼ − xᵢⱼ)² + (xᵢⱼ₊₁ − xᵢⱼ)² and its gradient: large for noisy pictures.

    Squared differences (Mahendran and Vedaldi, 2015, with β = 2) have a gradient everywhere; the
    absolute differences of the original total variation (Rudin, Osher and Fatemi, 1992) do not.

    Args:
        image: the pixels of one picture ``(1, H, W, C)``.

    Returns:
        The sum over all pairs of neighbours; and its gradient, of the image's shape.

    Raises:
        TypeError, ValueError: for anything else.
    """
    check_activations(image, "image")
    total, gradient = 0.0, np.zeros_like(image)
    for axis in range(1, image.ndim - 1):
        first = (slice(None),) * axis + (slice(None, -1),)
        second = (slice(None),) * axis + (slice(1, None),)
        step = image[second] - image[first]
        total += float(np.square(step).sum(dtype=np.float64))
        gradient[second] += 2 * step
        gradient[first] -= 2 * step
    return total, gradient
