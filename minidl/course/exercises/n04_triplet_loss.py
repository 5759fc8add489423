"""The triplet loss."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def triplet_loss(a, p, n, margin):
    """Return J = Σᵢ max(‖aᵢ − pᵢ‖² − ‖aᵢ − nᵢ‖² + α, 0), the sum over m triplets.

    a, p, n: encodings of anchors, positives and negatives, (m, D) each
    margin: α, in units of squared distance
    Returns J, one number.
    """
    ### BEGIN SOLUTION
    near = ((a - p) ** 2).sum(axis=1)
    far = ((a - n) ** 2).sum(axis=1)
    return np.maximum(near - far + margin, 0).sum()
    ### END SOLUTION


@maker
def triplets(rng, m, size, margin):
    """Random triplets, active ones and satisfied ones, none of them at the kink."""
    a = rng.standard_normal((m, size))
    p = a + 0.6 * rng.standard_normal((m, size))
    n = a + 0.8 * rng.standard_normal((m, size))
    return {"a": a, "p": p, "n": n, "margin": margin}


CASES = {
    "6 triplets, some of them satisfied": triplets(6, 4, 0.8),
    "12 triplets and a margin of 1": triplets(12, 3, 1.0),
    "a margin of 0": triplets(9, 5, 0.0),
}
ALL_EQUAL = {
    "encodings that are all equal": given(**dict.fromkeys("apn", np.ones((3, 4))), margin=0.2)
}

EXERCISE = Exercise(
    solution=triplet_loss,
    points=3,
    cases=CASES,
    edges={
        **ALL_EQUAL,
        "a single triplet": triplets(1, 4, 2.0),
        "no triplets at all": triplets(0, 4, 0.2),
    },
    hints=(
        "Two arrays of m numbers first: the squared distance from each anchor to its positive, and "
        "to its negative. Square, then add up over `axis=1`.",
        "A triplet that keeps its distance must cost 0, whatever the others cost: clip each "
        "triplet's number at zero *before* you add.",
        "Each triplet costs `np.maximum(near - far + margin, 0)`; add them up with `.sum()`.",
    ),
    wrong=mistakes("""
        You added the triplets up before clipping at zero: satisfied triplets then hide what others
        cost. Clip each one first.
            np.maximum(near -> np.maximum((near
            margin, 0).sum() -> margin).sum(), 0)
        You averaged; the lecture's cost is the sum over the m triplets.
            margin, 0).sum() -> margin, 0).mean()
        `np.max(x, 0)` takes the largest number along axis 0; the larger of each number and 0 is
        `np.maximum(x, 0)`.
            np.maximum(near - far + margin, 0).sum() -> np.max(near - far + margin, initial=0)
        The margin counts before the clipping: it decides whether a triplet costs anything.
            np.maximum(near - far + margin, 0) -> (np.maximum(near - far, 0) + margin)
        Nothing is clipped: a satisfied triplet costs 0, not less.
            np.maximum(near - far + margin, 0).sum() -> (near - far + margin).sum()
        The margin has the wrong sign: d(A,P) + α ≤ d(A,N) is wanted, so α is added.
            + margin -> - margin
        Positive and negative are swapped: this pulls strangers together.
            near - far -> far - near
        You took d(P,N) for the negative: both distances are measured from the anchor.
            ((a - n) ** 2) -> ((p - n) ** 2)
        You took roots: the lecture's d is the squared distance.
            near - far + margin -> np.sqrt(near) - np.sqrt(far) + margin
        The margin is missing.
            + margin ->
        You return one cost for each triplet; add them up to one number.
            margin, 0).sum() -> margin, 0)
        You added the squared differences up over all triplets at once: sum over `axis=1`, so that
        each triplet keeps its own number.
            (axis=1) -> ()
    """),
)
