"""The triplet loss."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Wrong


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


def _loop(a, p, n, margin):
    total = 0.0
    for i in range(len(a)):
        violation = np.sum((a[i] - p[i]) ** 2) - np.sum((a[i] - n[i]) ** 2) + margin
        if violation > 0:
            total += violation
    return total


def _by_norm(a, p, n, margin):
    v = np.linalg.norm(a - p, axis=1) ** 2 - np.linalg.norm(a - n, axis=1) ** 2 + margin
    return v[v > 0].sum()


def _by_einsum(a, p, n, margin):
    v = np.einsum("md,md->m", a - p, a - p) - np.einsum("md,md->m", a - n, a - n) + margin
    return np.clip(v, 0, None).sum()


def triplets(m, size, margin, spread=1.0):
    """Random triplets, active ones and satisfied ones, none of them at the kink."""

    def make(rng):
        a = rng.standard_normal((m, size))
        p = a + 0.6 * spread * rng.standard_normal((m, size))
        n = a + 0.8 * spread * rng.standard_normal((m, size))
        return {"a": a, "p": p, "n": n, "margin": margin}

    return make


EXERCISE = Exercise(
    solution=triplet_loss,
    points=3,
    cases=(
        Case("6 triplets, some of them satisfied", triplets(6, 4, 0.2)),
        Case("12 triplets and a margin of 1", triplets(12, 3, 1.0)),
        Case("a margin of 0", triplets(9, 5, 0.0)),
        Case(
            "encodings that are all equal",
            lambda rng: {
                "a": np.ones((3, 4)),
                "p": np.ones((3, 4)),
                "n": np.ones((3, 4)),
                "margin": 0.2,
            },
            edge=True,
        ),
        Case("a single triplet", triplets(1, 4, 2.0), edge=True),
        Case("no triplets at all", triplets(0, 4, 0.2), edge=True),
    ),
    hints=(
        "Two arrays of m numbers first: the squared distance from each anchor to its positive, and "
        "to its negative. Square, then add up over `axis=1`.",
        "A triplet that keeps its distance must cost 0, whatever the others cost: clip each "
        "triplet's number at zero *before* you add.",
        "Each triplet costs `np.maximum(near - far + margin, 0)`; add them up with `.sum()`.",
    ),
    wrong=(
        Wrong(
            "You added the triplets up before clipping at zero: satisfied triplets then pay for "
            "others. Clip each one first.",
            edit=(
                "np.maximum(near - far + margin, 0).sum()",
                "np.maximum((near - far + margin).sum(), 0)",
            ),
        ),
        Wrong(
            "You averaged; the lecture's cost is the sum over the m triplets.",
            edit=("margin, 0).sum()", "margin, 0).mean()"),
        ),
        Wrong(
            "Nothing is clipped: a satisfied triplet costs 0, not less.",
            edit=("np.maximum(near - far + margin, 0).sum()", "(near - far + margin).sum()"),
        ),
        Wrong(
            "The margin has the wrong sign: d(A,P) + α ≤ d(A,N) is wanted, so α is added.",
            edit=("+ margin", "- margin"),
        ),
        Wrong(
            "Positive and negative are exchanged: this pulls strangers together.",
            edit=("near - far", "far - near"),
        ),
        Wrong(
            "You took roots: the lecture's d is the squared distance.",
            edit=("near - far + margin", "np.sqrt(near) - np.sqrt(far) + margin"),
        ),
        Wrong("The margin is missing.", edit=(" + margin", "")),
        Wrong(
            "One cost for each triplet is returned; add them up to one number.",
            edit=("margin, 0).sum()", "margin, 0)"),
        ),
        Wrong(
            "The squared differences are added up over all triplets at once: sum over `axis=1`, so "
            "that each triplet keeps its own number.",
            edit=(".sum(axis=1)", ".sum()"),
        ),
    ),
    right=(_loop, _by_norm, _by_einsum),
)
