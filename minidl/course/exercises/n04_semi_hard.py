"""Semi-hard triplets."""

import numpy as np

from minidl.course.exercise import Exercise, given, mistakes
from minidl.course.exercises.n04_batch_hard import batch


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


def _on_a_line(places, labels, margin):
    """Encodings of one whole number each, so that distances are equal, or exactly α apart."""
    places = np.array(places, float)
    d = (places[:, None] - places) ** 2
    return given(d=d, labels=np.array(labels), margin=margin)


EXERCISE = Exercise(
    solution=semi_hard,
    points=3,
    cases={
        "3 people with 3 pictures each": batch([0, 0, 0, 1, 1, 1, 2, 2, 2], margin=1.5),
        "people in any order and a large margin": batch([4, 1, 4, 2, 1, 2, 2], margin=5.0),
        "a small margin": batch([0, 1, 0, 1, 0, 2, 2, 1], margin=0.7),
    },
    edges={
        "negatives exactly as far as the positive, and exactly α farther": _on_a_line(
            [0, -1, 1, 2, 3, 1.5], [0, 1, 0, 1, 0, 1], 3.0
        ),
        "two pictures that are equal": _on_a_line([0, 0, 1, 3], [0, 0, 1, 1], 2.0),
        "a person with a single picture": batch([0, 0, 1, 2, 2], margin=3.0),
        "a margin of 0, which leaves no room": batch([0, 0, 1, 1], margin=0.0),
    },
    hints=(
        "Two questions: who may play which role, and are the distances right? Make a table of "
        "booleans for each and join them with `&`.",
        "`d[:, :, None]` is d(A,P) for every [A, P, N], and `d[:, None, :]` is d(A,N).",
        "The roles: `same[:, :, None]` for A and P, without the diagonal (A is no positive of "
        "itself: `~np.eye(len(d), dtype=bool)`), and `~same[:, None, :]` for A and N.",
    ),
    wrong=mistakes("""
        You let the negative be closer than the positive: that is hard, not semi-hard. d(A,P) <
        d(A,N) is asked for.
            (near < far) & (far < near + margin) -> (far < near + margin)
        You let the negative be closer than the positive by up to α: leave out the `abs`.
            (near < far) & (far < near + margin) -> (abs(far - near) < margin)
        You count a negative that is exactly as far as the positive: d(A,P) < d(A,N) is asked for,
        so use `<`.
            (near < far) -> (near <= far)
        You count a negative that is exactly α farther than the positive: d(A,N) < d(A,P) + α is
        asked for, so use `<`.
            (far < near + margin) -> (far <= near + margin)
        You count the negatives at both ends of the range: d(A,P) < d(A,N) < d(A,P) + α leaves out
        distances that are equal, so use `<` twice.
            (near < far) -> (near <= far)
            (far < near + margin) -> (far <= near + margin)
        You set no limit by the margin: a negative farther than d(A,P) + α has nothing left to
        teach.
            (near < far) & (far < near + margin) -> (near < far)
        You let a picture be its own positive: with d(A,A) = 0 that teaches nothing. Leave out the
        diagonal.
            same & ~np.eye(len(d), dtype=bool) -> same
        Two different pictures may be at distance 0: leave out the diagonal, not the zeros.
            ~np.eye(len(d), dtype=bool) -> (d > 0)
        You mark each pair of pictures once; either of the two may be the anchor.
            same & ~np.eye(len(d), dtype=bool) -> np.triu(same, 1)
        You let pictures of the same person be negatives: N must show somebody else.
            positive[:, :, None] & ~same[:, None, :] -> positive[:, :, None]
        Positive and negative are swapped: the entry is [A, P, N].
            near, far = d[:, :, None], d[:, None, :] -> far, near = d[:, :, None], d[:, None, :]
        Your axes are [A, N, P]: the positive comes second, the negative last.
            valid & (near < far) & (far < near + margin) ->
                (valid & (near < far) & (far < near + margin)).swapaxes(1, 2)
        You took d(P,N) for the negative: both distances are measured from the anchor.
            d[:, :, None], d[:, None, :] -> d[:, :, None], d[None, :, :]
    """),
)
