"""Restating α and β from one convention in another."""

from minidl.course.exercise import Exercise, given, mistakes


def lecture_weights(alpha, beta, n_H, n_W, n_C):
    """Return the lecture's α and β that mean the same as the Coursera exercise's.

    The Coursera exercise minimises, for content and style in one layer of n_H × n_W × n_C numbers,
        α · Σ(a(C) − a(G))² / (4·n_H·n_W·n_C)  +  β · Σ(G(S) − G(G))² / (4·n_C²·(n_H·n_W)²)
    and the lecture
        α · ½·Σ(a(C) − a(G))²  +  β · Σ(G(S) − G(G))² / (2·n_H·n_W·n_C)²

    alpha, beta: weights for the first cost
    n_H, n_W, n_C: height, width and channels of the layer
    Returns (α, β) for the second cost, such that both are equal for every G
    """
    ### BEGIN SOLUTION
    return alpha / (2 * n_H * n_W * n_C), beta
    ### END SOLUTION


EXERCISE = Exercise(
    solution=lecture_weights,
    points=2,
    cases={
        "the Coursera exercise's own weights": given(10.0, 40.0, 25, 25, 512),
        "a layer that is no square": given(1.0, 3.0, 7, 2, 5),
    },
    edges={"no content at all": given(0.0, 2.0, 4, 5, 6)},
    hints=(
        "Compare the factors in front of the same sum, first of the content, then of the style.",
        "Look at the style first: (2·n_H·n_W·n_C)² is 4·n_C²·(n_H·n_W)².",
        "For the content, α′·½ has to equal α / (4·n_H·n_W·n_C). Solve for α′.",
    ),
    wrong=mistakes("""
        You forgot the ½ of the lecture's content cost: α′·½ has to equal α / (4·n_H·n_W·n_C).
            alpha / (2 * -> alpha / (4 *
        You went the other way: this turns the lecture's α into the Coursera exercise's.
            alpha / (2 * n_H * n_W * n_C) -> alpha * (2 * n_H * n_W * n_C)
        You multiplied by the ½ where you should divide by it: α′ = α / (4·n_H·n_W·n_C) / ½.
            alpha / (2 * -> alpha / (8 *
        You changed β: (2·n_H·n_W·n_C)² and 4·n_C²·(n_H·n_W)² are the same number, so it stays.
            n_C), beta -> n_C), beta / (2 * n_H * n_W * n_C)
        You left out the channels: the Coursera exercise divides its content cost by their number as
        well.
            n_W * n_C) -> n_W)
    """),
    float32=False,
)
