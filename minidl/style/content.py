"""The content cost: how far the activations of G are from those of the content picture."""

import numpy as np

from minidl.functional.arguments import check_same_dtype
from minidl.style.gram import check_activations


def content_cost(a_C: np.ndarray, a_G: np.ndarray) -> tuple[float, np.ndarray]:
    """Return J_content = ½‖a(C) − a(G)‖² and its gradient a(G) − a(C) (lecture 3.2).

    Args:
        a_C, a_G: activations of the content picture and of G in one layer, ``(1, H, W, C)``.

    Returns:
        The cost, a sum over positions and channels; and its gradient for a_G, of a_G's shape.

    Raises:
        TypeError, ValueError: for activations of other shapes, or of two sizes or dtypes.
    """
    check_activations(a_C, "a_C")
    check_activations(a_G, "a_G")
    check_same_dtype(a_G, a_C=a_C)
    if a_C.shape != a_G.shape:
        raise ValueError(
            f"content compares position by position, so a_C and a_G must have one shape, got "
            f"{a_C.shape} and {a_G.shape}: resize the content picture to G's size first."
        )
    difference = a_G - a_C
    return 0.5 * float(np.square(difference).sum(dtype=np.float64)), difference
