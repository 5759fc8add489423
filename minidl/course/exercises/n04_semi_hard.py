"""Semi-hard triplets."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Wrong


def semi_hard(d, labels, margin):
    """Mark all semi-hard triplets of a batch: d(A,P) < d(A,N) < d(A,P) + α.

    A triplet needs an anchor and a *different* picture of the same person as positive, and a
    picture of somebody else as negative.

    d: squared distances between all pictures of the batch, (B, B)
    labels: whose picture each is, ints (B,)
    margin: α, in units of squared distance
    Returns booleans, (B, B, B): entry [A, P, N] is True for a semi-hard triplet
    """
    ### BEGIN SOLUTION
    same = labels[:, None] == labels[None, :]
    positive = same & ~np.eye(len(d), dtype=bool)
    valid = positive[:, :, None] & ~same[:, None, :]
    near, far = d[:, :, None], d[:, None, :]
    return valid & (near < far) & (far < near + margin)
    ### END SOLUTION


def _loop(d, labels, margin):
    count = len(d)
    found = np.zeros((count, count, count), bool)
    for a in range(count):
        for p in range(count):
            for n in range(count):
                if a != p and labels[a] == labels[p] and labels[a] != labels[n]:
                    found[a, p, n] = d[a, p] < d[a, n] < d[a, p] + margin
    return found


def _by_gap(d, labels, margin):
    gap = d[:, None, :] - d[:, :, None]
    a, p, n = np.ogrid[: len(d), : len(d), : len(d)]
    roles = (labels[a] == labels[p]) & (labels[a] != labels[n]) & (a != p)
    return roles & (gap > 0) & (gap < margin)


def _batch(labels, margin, size=3):
    def make(rng):
        f = rng.standard_normal((len(labels), size))
        d = ((f[:, None] - f) ** 2).sum(axis=2)
        return {"d": d, "labels": np.array(labels), "margin": margin}

    return make


EXERCISE = Exercise(
    solution=semi_hard,
    points=3,
    cases=(
        Case("3 people with 3 pictures each", _batch([0, 0, 0, 1, 1, 1, 2, 2, 2], 1.5)),
        Case("people in any order and a large margin", _batch([4, 1, 4, 2, 1, 2, 2], 5.0)),
        Case("a small margin", _batch([0, 1, 0, 1, 0, 2, 2, 1], 0.7)),
        Case("a person with a single picture", _batch([0, 0, 1, 2, 2], 3.0), edge=True),
        Case("a margin of 0, which leaves no room", _batch([0, 0, 1, 1], 0.0), edge=True),
    ),
    hints=(
        "Two questions: who may play which role, and are the distances right? Make a table of "
        "booleans for each and join them with `&`.",
        "`d[:, :, None]` is d(A,P) for every [A, P, N], and `d[:, None, :]` is d(A,N).",
        "The roles: `same[:, :, None]` for A and P, without the diagonal (A is no positive of "
        "itself: `~np.eye(len(d), dtype=bool)`), and `~same[:, None, :]` for A and N.",
    ),
    wrong=(
        Wrong(
            "The negative may be closer than the positive in yours: that is hard, not semi-hard. "
            "d(A,P) < d(A,N) is asked for.",
            edit=("(near < far) & (far < near + margin)", "(far < near + margin)"),
        ),
        Wrong(
            "The margin is no limit in yours: a negative farther than d(A,P) + α has nothing left "
            "to teach.",
            edit=("(near < far) & (far < near + margin)", "(near < far)"),
        ),
        Wrong(
            "A picture is its own positive in yours: with d(A,A) = 0 that teaches nothing. Leave "
            "out the diagonal.",
            edit=("same & ~np.eye(len(d), dtype=bool)", "same"),
        ),
        Wrong(
            "Pictures of the same person serve as negatives: N must show somebody else.",
            edit=("positive[:, :, None] & ~same[:, None, :]", "positive[:, :, None]"),
        ),
        Wrong(
            "Positive and negative have changed places: the entry is [A, P, N].",
            edit=(
                "near, far = d[:, :, None], d[:, None, :]",
                "far, near = d[:, :, None], d[:, None, :]",
            ),
        ),
        Wrong(
            "d(P,N) is not what is asked for: both distances are measured from the anchor.",
            edit=("d[:, :, None], d[:, None, :]", "d[:, :, None], d[None, :, :]"),
        ),
    ),
    right=(_loop, _by_gap),
)
