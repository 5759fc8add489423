"""The triplet loss's gradient."""

import numpy as np

from minidl.course.exercise import Exercise, Gradient, given, mistakes
from minidl.course.exercises.n04_triplet_loss import ALL_EQUAL, CASES, triplet_loss, triplets


def triplet_gradient(a, p, n, margin):
    """Return the gradients of J = Σᵢ max(‖aᵢ − pᵢ‖² − ‖aᵢ − nᵢ‖² + α, 0) for a, p and n.

    Only active triplets, ‖a − p‖² − ‖a − n‖² + α > 0, have a gradient; for the others it is 0.

    a, p, n: encodings of anchors, positives and negatives, (m, D) each
    margin: α, in units of squared distance
    Returns (da, dp, dn), (m, D) each, of the dtype of a, p and n: float32 stays float32.
    """
    ### BEGIN SOLUTION
    near = ((a - p) ** 2).sum(axis=1)
    far = ((a - n) ** 2).sum(axis=1)
    active = (near - far + margin > 0)[:, None]
    return active * (2 * (n - p)), active * (2 * (p - a)), active * (2 * (a - n))
    ### END SOLUTION


EXERCISE = Exercise(
    solution=triplet_gradient,
    points=4,
    cases=CASES,
    edges={
        **ALL_EQUAL,
        "satisfied triplets only": triplets(4, 3, -50.0),
        "a triplet that is satisfied exactly": given(
            np.zeros((2, 2)), np.array([[1.0, 0], [1, 1]]), np.array([[0.0, 2], [1, 2]]), margin=3.0
        ),
    },
    hints=(
        "Take one active triplet and forget the max: J = ‖a − p‖² − ‖a − n‖² + α. The derivative "
        "of ‖u‖² is 2u. What is it for p? For n? For a, which stands in both terms?",
        "For a: 2(a − p) − 2(a − n). The a cancels, and 2(n − p) is left.",
        "`active` is True where near − far + α > 0. As a column, `active[:, None]`, it multiplies "
        "all D numbers of its triplet.",
    ),
    wrong=mistakes("""
        Satisfied triplets get a gradient too: where the max is 0, so is the slope.
            (near - far + margin > 0)[:, None] -> 1
        Your mask is turned round: a triplet is active where near − far + α is above 0.
            + margin > 0 -> + margin <= 0
        You multiplied by the cost: the slope of max(x, 0) is 1 where x is above 0, however large x
        is.
            (near - far + margin > 0) -> np.maximum(near - far + margin, 0)
        A triplet that is satisfied exactly, where ‖a − p‖² − ‖a − n‖² + α is 0, is not active: use
        `>`.
            + margin > 0 -> + margin >= 0
        The factor 2 is missing: the derivative of u² is 2u.
            (2 * ( -> ((
        Your anchor's gradient has only the part that pulls it towards the positive: the anchor
        stands in both distances.
            active * (2 * (n - p)) -> active * (2 * (a - p))
        The anchor's gradient has the wrong sign: a step against it would bring the anchor to the
        stranger.
            active * (2 * (n - p)) -> active * (2 * (p - n))
        The gradients for p and n are swapped: (da, dp, dn) is the order.
            p - a)), active * (2 * (a - n -> a - n)), active * (2 * (p - a
        The negative's gradient has the wrong sign: a step against it would bring the stranger
        closer.
            active * (2 * (a - n)) -> active * (2 * (n - a))
        The positive's gradient has the wrong sign: a step against it would push the same person
        away.
            active * (2 * (p - a)) -> active * (2 * (a - p))
        Every sign is wrong: these are the directions to move in, and the gradient points the other
        way.
            (n - p) -> (p - n)
            (p - a) -> (a - p)
            2 * (a - n) -> 2 * (n - a)
        The margin is missing where you ask which triplets are active.
            near - far + margin > 0 -> near - far > 0
        You divided by the number of triplets; the lecture's cost is a sum.
            [:, None] -> [:, None] / a.dtype.type(len(a))
        Satisfied triplets get a gradient in da: mask all three gradients.
            active * (2 * (n - p)) -> 2 * (n - p)
        Satisfied triplets get a gradient in dp: mask all three gradients.
            active * (2 * (p - a)) -> 2 * (p - a)
        Satisfied triplets get a gradient in dn: mask all three gradients.
            active * (2 * (a - n)) -> 2 * (a - n)
    """),
    gradient=Gradient(loss=triplet_loss, of=("a", "p", "n"), results=(0, 1, 2)),
)
