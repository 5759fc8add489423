"""The content cost of style transfer, with its gradient."""

import numpy as np

from minidl.course.exercise import Exercise, Gradient, mistakes, normal


def content_cost(a_C, a_G):
    """Return the content cost of one layer, and its gradient.

    J_content = ½ · ‖a_C − a_G‖² = ½ · Σᵢ Σⱼ Σₖ (a_C − a_G)²ᵢⱼₖ

    a_C, a_G: activations of the content picture and of the generated one, (1, H, W, C) each
    Returns (J_content, ∂J_content/∂a_G): a number, and an array of the shape and
    dtype of a_G: float32 stays float32
    """
    ### BEGIN SOLUTION
    difference = a_G - a_C
    return 0.5 * np.sum(difference**2), difference
    ### END SOLUTION


EXERCISE = Exercise(
    solution=content_cost,
    points=2,
    cases={
        "a layer of 3 × 4 positions with 2 channels": normal((1, 3, 4, 2), (1, 3, 4, 2)),
        "a layer of 5 × 2 positions with 7 channels": normal((1, 5, 2, 7), (1, 5, 2, 7)),
    },
    edges={
        "G with the content itself": lambda rng: np.tile(rng.standard_normal(6), (2, 1, 2, 3, 1)),
        "a single number": normal((1, 1, 1, 1), (1, 1, 1, 1)),
    },
    hints=(
        "Take the difference first: both results are made of it.",
        "½·d² has the derivative d. And d = a_G − a_C grows with a_G, so there is no minus sign.",
        "The cost is `0.5 * np.sum(difference**2)`, the gradient is `difference`.",
    ),
    wrong=mistakes("""
        The ½ in front of the sum is missing in the cost.
            0.5 * np.sum -> np.sum
        Your gradient is twice as long as it should be: the 2 from the square and the ½ in front
        cancel.
            **2), difference -> **2), 2 * difference
        The ½ is missing from the cost, and your gradient is that cost's: in the lecture's
        convention both are half as large.
            0.5 * np.sum(difference**2), difference -> np.sum(difference**2), 2 * difference
        Your gradient points the wrong way: it is for a_G, and J grows when a_G moves away from a_C.
            **2), difference -> **2), -difference
        You took the mean over positions and channels; the lecture's cost is a sum.
            np.sum(difference**2) -> np.mean(difference**2)
        That is the Coursera exercise's cost, divided by 4·n_H·n_W·n_C, and its gradient. The
        lecture has ½ in front of the sum.
            0.5 * np.sum(difference**2), difference ->
                np.sum(difference**2) / (4 * a_G.size), difference / (2 * a_G.size)
        Your cost is the Coursera exercise's, divided by 4·n_H·n_W·n_C. The lecture has ½ in front
        of the sum.
            0.5 * np.sum(difference**2) -> np.sum(difference**2) / (4 * a_G.size)
        Your gradient is for a_C: it has to be shaped and signed for a_G, and a step against it has
        to bring G closer to the content. The ½ is missing from the cost as well.
            0.5 * np.sum(difference**2), difference -> np.sum(difference**2), -2 * difference
        The differences are not squared.
            difference**2 -> difference
        You took the root: that is half the distance, where the cost has the square of the distance.
            np.sum(difference**2) -> np.sqrt(np.sum(difference**2))
    """),
    gradient=Gradient(
        loss=lambda a_C, a_G: 0.5 * ((a_C - a_G) ** 2).sum(), of=("a_G",), results=(1,)
    ),
)
