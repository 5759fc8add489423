"""The style cost of one layer: how far apart two style matrices are."""

import numpy as np

from minidl import kernels
from minidl.functional.arguments import check_same_dtype
from minidl.style.gram import check_activations, mean_gram_matrix, positions


def style_cost(a_S: np.ndarray, a_G: np.ndarray) -> tuple[float, np.ndarray]:
    """Return J_style of one layer and its gradient for a_G (lecture 3.4, with the square).

        J = ‖G(S) − G(G)‖² / (2·n_H·n_W·n_C)² = ‖Ḡ(S) − Ḡ(G)‖² / (4·n_C²),   Ḡ = G / (n_H·n_W)

    The second form has each picture's own number of positions, so S and G may differ in size.

    Args:
        a_S, a_G: activations of the style picture and of G in one layer, ``(1, H, W, C)`` with
            one C.

    Raises:
        TypeError, ValueError: for activations of other shapes, channel counts or dtypes.
    """
    check_activations(a_S, "a_S")
    check_activations(a_G, "a_G")
    check_same_dtype(a_G, a_S=a_S)
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

    With D = Ḡ(G) − Ḡ(S), J = Σ D² / (4·n_C²). As Ḡ(G) = aᵀa / n has both its factors depend on a,
    dJ/da = a·(dḠ + dḠᵀ) / n with dḠ = D / (2·n_C²); D is symmetric.
    """
    channels = a_G.shape[-1]
    difference = mean_gram_matrix(a_G) - target
    cost = float(np.square(difference).sum(dtype=np.float64)) / (4 * channels**2)
    scale = a_G.dtype.type(weight / (channels**2 * positions(a_G)))
    gradient = kernels.matmul(a_G.reshape(-1, channels), difference * scale)
    return cost, gradient.reshape(a_G.shape)
