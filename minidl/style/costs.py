"""The costs of style transfer, each with its gradient: content, style, total variation.

The lecture's J_content, style matrix G = aᵀa and J_style, as Gatys, Ecker and
Bethge (2015, 2016) defined them; and the total variation, as Johnson, Alahi and Fei-Fei (2016)
added it to the sum.
"""

import numpy as np

from minidl import kernels
from minidl.arguments import check_number
from minidl.functional.arguments import check_array


def gram_matrix(a: np.ndarray) -> np.ndarray:
    """Return the Gram matrix G_kk′ = Σᵢ Σⱼ a_ijk · a_ijk′ of a layer.

    It is neither centred nor divided by anything, so it is no correlation: it grows with the
    number of positions and with the strength of the channels.

    Args:
        a: activations of one picture ``(1, H, W, C)``.

    Returns:
        The matrix ``(C, C)``, symmetric, of a's dtype.

    Raises:
        TypeError, ValueError: for anything that is not the activations of one picture.
    """
    check_activations(a, "a")
    rows = a.reshape(-1, a.shape[-1])
    return kernels.matmul(rows.T, rows)


def mean_gram_matrix(a: np.ndarray) -> np.ndarray:
    """Return Ḡ = G / (n_H·n_W), the Gram matrix per position: pictures of any size compare."""
    check_activations(a, "a")
    return _mean_gram_matrix(a.reshape(-1, a.shape[-1]))


def _mean_gram_matrix(rows: np.ndarray) -> np.ndarray:
    """Return Ḡ of ``(n_H·n_W, n_C)``; nothing is checked, since this runs in every step."""
    return kernels.matmul(rows.T, rows) / rows.dtype.type(len(rows))


def check_activations(a: np.ndarray, name: str, like: np.ndarray | None = None) -> None:
    """Refuse anything but the activations of exactly one picture, of the dtype of ``like``."""
    check_array(a, name, like=like)
    if a.ndim < 3 or a.shape[0] != 1:
        raise ValueError(
            f"{name} must be the activations of one picture, (1, H, W, C), got shape {a.shape}: "
            f"take one picture of a batch with {name}[i : i + 1]."
        )
    if a.size == 0:
        raise ValueError(f"{name} is empty, shape {a.shape}: the picture is too small.")


def content_cost(a_C: np.ndarray, a_G: np.ndarray) -> tuple[float, np.ndarray]:
    """Return J_content = ½‖a(C) − a(G)‖² and its gradient a(G) − a(C).

    Args:
        a_C, a_G: activations of the content picture and of G in one layer, ``(1, H, W, C)``.

    Returns:
        The cost, a sum over positions and channels; and its gradient for a_G, of a_G's shape.

    Raises:
        TypeError, ValueError: for activations of other shapes, or of two sizes or dtypes.
    """
    check_activations(a_G, "a_G")
    check_activations(a_C, "a_C", like=a_G)
    if a_C.shape != a_G.shape:
        raise ValueError(
            f"content compares position by position, so a_C and a_G must have one shape, got "
            f"{a_C.shape} and {a_G.shape}: resize the content picture to G's size first."
        )
    difference = a_G - a_C
    return 0.5 * float(np.square(difference).sum(dtype=np.float64)), difference


def style_cost(a_S: np.ndarray, a_G: np.ndarray) -> tuple[float, np.ndarray]:
    """Return J_style of one layer and its gradient for a_G.

        J = ‖G(S) − G(G)‖² / (2·n_H·n_W·n_C)² = ‖Ḡ(S) − Ḡ(G)‖² / (4·n_C²),   Ḡ = G / (n_H·n_W)

    ‖·‖ is the Frobenius norm. The second form has each picture's own number of positions, so S and
    G may differ in size.

    Args:
        a_S, a_G: activations of the style picture and of G in one layer, ``(1, H, W, C)`` with
            one C.

    Returns:
        The cost, and its gradient for a_G, of a_G's shape.

    Raises:
        TypeError, ValueError: for activations of other shapes, channel counts or dtypes.
    """
    check_activations(a_G, "a_G")
    check_activations(a_S, "a_S", like=a_G)
    if a_S.shape[-1] != a_G.shape[-1]:
        raise ValueError(
            f"a_S has {a_S.shape[-1]} channels and a_G has {a_G.shape[-1]}: both must come from "
            "the same layer."
        )
    return style_cost_to(mean_gram_matrix(a_S), a_G)


def style_cost_to(
    target: np.ndarray, a_G: np.ndarray, weight: float = 1.0
) -> tuple[float, np.ndarray]:
    """Return the style cost, and ``weight`` times its gradient, for a known target matrix Ḡ(S).

    With D = Ḡ(G) − Ḡ(S), J = Σ D² / (4·n_C²). As both factors of Ḡ(G) = aᵀa / n depend on a
    (n = n_H·n_W), dJ/da = a·(dḠ + dḠᵀ) / n with dḠ = D / (2·n_C²); D is symmetric.
    """
    channels = a_G.shape[-1]
    a = a_G.reshape(-1, channels)
    difference = _mean_gram_matrix(a) - target
    cost = float(np.square(difference).sum(dtype=np.float64)) / (4 * channels**2)
    scale = a.dtype.type(weight / (channels**2 * len(a)))
    gradient = kernels.matmul(a, difference * scale)
    return cost, gradient.reshape(a_G.shape)


def total_variation(image: np.ndarray) -> tuple[float, np.ndarray]:
    """Return Σ (xᵢ₊₁,ⱼ − xᵢ,ⱼ)² + (xᵢ,ⱼ₊₁ − xᵢ,ⱼ)² and its gradient: large for noisy pictures.

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


def as_weight(weight: float, name: str) -> float:
    """Return a weight as Python's float; refuse one that is negative, infinite or NaN."""
    return check_number(weight, name, 0, np.inf, open_high=True)
