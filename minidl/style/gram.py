"""The style matrix: how strongly the channels of a layer fire together."""

import numpy as np

from minidl import kernels
from minidl.functional.arguments import check_array


def gram_matrix(a: np.ndarray) -> np.ndarray:
    """Return the Gram matrix G_kk′ = Σᵢ Σⱼ a_ijk · a_ijk′ of a layer (lecture 3.3).

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
    return kernels.matmul_tn(rows, rows)


def mean_gram_matrix(a: np.ndarray) -> np.ndarray:
    """Return Ḡ = G / (n_H·n_W), the Gram matrix per position: pictures of any size compare."""
    return gram_matrix(a) / a.dtype.type(positions(a))


def positions(a: np.ndarray) -> int:
    """Return n_H·n_W, the number of positions of activations ``(1, H, W, C)``."""
    return a.size // a.shape[-1]


def check_activations(a: np.ndarray, name: str) -> None:
    """Refuse anything but the activations of exactly one picture."""
    check_array(a, name)
    if a.ndim < 3 or a.shape[0] != 1:
        raise ValueError(
            f"{name} must be the activations of one picture, (1, H, W, C), got shape {a.shape}: "
            f"take one picture of a batch with {name}[i : i + 1]."
        )
    if a.size == 0:
        raise ValueError(f"{name} is empty, shape {a.shape}: the picture is too small.")
