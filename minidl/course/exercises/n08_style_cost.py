"""The style cost of one layer, with its gradient."""

import numpy as np

from minidl.course.exercise import Exercise, Gradient, mistakes, normal
from minidl.course.exercises.n08_gram_matrix import gram_matrix


def style_cost(a_S, a_G):
    """Return the style cost of one layer, and its gradient.

    J_style = Σₖ Σₖ′ (Ḡ(S)ₖₖ′ − Ḡ(G)ₖₖ′)² / (4·n_C²),   Ḡ = style matrix / (n_H·n_W)

    Each style matrix is divided by the number of positions of its own picture.

    a_S, a_G: activations of the style picture, (1, H_S, W_S, C), and of G, (1, H, W, C)
    Returns (J_style, ∂J_style/∂a_G): a number, and an array of the shape and
    dtype of a_G: float32 stays float32
    """
    ### BEGIN SOLUTION
    channels = a_G.shape[-1]
    positions_S = a_S.shape[1] * a_S.shape[2]
    positions_G = a_G.shape[1] * a_G.shape[2]
    difference = gram_matrix(a_G) / positions_G - gram_matrix(a_S) / positions_S
    cost = np.sum(difference**2) / (4 * channels**2)
    return cost, a_G @ difference / (channels**2 * positions_G)
    ### END SOLUTION


def _repeated(rng):
    a = rng.standard_normal((1, 2, 3, 2))
    return {"a_S": a, "a_G": np.concatenate([a, a], axis=1)}


EXERCISE = Exercise(
    solution=style_cost,
    points=4,
    cases={
        "pictures of one size, 3 × 4 positions, 2 channels": normal((1, 3, 4, 2), (1, 3, 4, 2)),
        "a style picture larger than G, 5 channels": normal((1, 4, 5, 5), (1, 2, 3, 5)),
        "a style picture smaller than G": normal((1, 2, 2, 3), (1, 3, 5, 3)),
    },
    edges={
        "G made of the style picture twice": _repeated,
        "a single position and a single channel": normal((1, 1, 1, 1), (1, 1, 1, 1)),
    },
    hints=(
        "Three lines: both style matrices per position, their difference, the sum of its squares. "
        "Then the gradient.",
        "With D = Ḡ(G) − Ḡ(S), ∂J/∂Ḡ(G) = 2·D / (4·n_C²). And Ḡ = aᵀa / n holds a twice, so for a "
        "symmetric matrix M, the gradient M for Ḡ becomes 2·a·M / n for a.",
        "Put together: the gradient is `a_G @ D / (n_C**2 * n)`, with the n of G. `@` takes care "
        "of all positions at once.",
    ),
    wrong=mistakes("""
        The square is missing, as in the lecture's first formula: without it, positive and negative
        differences cancel, and J can fall forever.
            difference**2 -> difference
        You squared the sum of the differences, in which they cancel: square each of them.
            np.sum(difference**2) -> np.sum(difference) ** 2
        You divided by n_C where the square of n_C is meant, in the cost and in the gradient.
            channels**2 -> channels
        You summed absolute differences instead of squares.
            np.sum(difference**2) -> np.sum(np.abs(difference))
        You divided both style matrices by the number of positions of G; the style picture has its
        own.
            gram_matrix(a_S) / positions_S -> gram_matrix(a_S) / positions_G
        The style matrices are not divided by their numbers of positions, so a larger picture has a
        larger style.
            gram_matrix(a_G) / positions_G -> gram_matrix(a_G)
            gram_matrix(a_S) / positions_S -> gram_matrix(a_S)
            channels**2 * positions_G -> channels**2
        Your gradient is half of what it should be: G = aᵀa holds a twice, and both factors
        contribute.
            / (channels**2 * positions_G) -> / (2 * channels**2 * positions_G)
        The gradient lacks the division by the number of positions that Ḡ has.
            / (channels**2 * positions_G) -> / channels**2
        The gradient has the wrong sign: it is for a_G, so the difference that goes into it is Ḡ(G)
        − Ḡ(S).
            cost, a_G @ -> cost, -a_G @
        The cost is not divided by 4·n_C².
            / (4 * channels**2) ->
        You multiplied the difference by a_S. J is to be lowered by changing G, and what ∂Ḡ(G)/∂a_G
        leaves behind is a_G.
            a_G @ difference -> a_S @ difference
    """),
    gradient=Gradient(loss=lambda a_S, a_G: style_cost(a_S, a_G)[0], of=("a_G",), results=(1,)),
)
