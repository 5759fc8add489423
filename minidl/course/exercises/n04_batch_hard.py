"""Batch-hard mining."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def batch_hard(d, labels):
    """Choose for every anchor its hardest positive and its hardest negative.

    The hardest positive is the *farthest* picture of the same person, the hardest negative the
    *closest* picture of anybody else.

    d: squared distances between all pictures of the batch, (B, B)
    labels: whose picture each is, ints (B,); everybody has at least two, and there are at least two
        people
    Returns (positive, negative): for each row of the batch as anchor the rows of the two, ints (B,)
    """
    ### BEGIN SOLUTION
    same = labels[:, None] == labels[None, :]
    positive = np.where(same, d, -np.inf).argmax(axis=1)
    negative = np.where(same, np.inf, d).argmin(axis=1)
    return positive, negative
    ### END SOLUTION


@maker
def batch(rng, labels, spread=1.0, **options):
    """Squared distances between random encodings, and whose they are."""
    f = spread * rng.standard_normal((len(labels), 3))
    d = ((f[:, None] - f) ** 2).sum(axis=2)
    return {"d": d, "labels": np.array(labels), **options}


EQUAL_BUT_FOR_ROUNDING = np.array(
    [[0, 3, 5, 6], [3, 0, 4, 7], [5, 4, -2e-7, -1e-7], [6, 7, -1e-7, -2e-7]]
)

EXERCISE = Exercise(
    solution=batch_hard,
    points=3,
    cases={
        "3 people with 4 pictures each": batch([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]),
        "people in any order": batch([7, 3, 7, 5, 3, 5, 5, 3, 7]),
        "people with unequally many pictures": batch([1, 2, 2, 1, 2, 2, 1, 2]),
        "encodings close together": batch([2, 1, 1, 2, 1, 2, 0, 0], spread=0.1),
        "encodings far apart": batch([1, 0, 0, 1, 1, 0, 2, 2], spread=1e6),
    },
    edges={
        "two people with two pictures each": batch([0, 1, 0, 1]),
        "two pictures that are equal, with distances just below 0, as rounding may leave them": (
            given(d=EQUAL_BUT_FOR_ROUNDING, labels=np.array([0, 0, 1, 1]))
        ),
    },
    hints=(
        "A table of booleans says who is who: `same = labels[:, None] == labels[None, :]`.",
        "To look for the largest distance among some entries only, put −∞ in place of the others: "
        "`np.where(same, d, -np.inf)`, then `argmax(axis=1)`.",
        "For the negative it is the other way round: +∞ in place of the same person's pictures, "
        "then `argmin(axis=1)`.",
    ),
    wrong=mistakes("""
        You chose the farthest negative: that is the easiest one. The hardest stranger is the
        *closest*.
            np.where(same, np.inf, d).argmin(axis=1) -> np.where(same, -np.inf, d).argmax(axis=1)
        You chose the closest positive: that is the easiest one. (And the closest of all is the
        anchor itself, at distance 0.)
            np.where(same, d, -np.inf).argmax(axis=1) -> np.where(same, d, np.inf).argmin(axis=1)
        You chose the closest of the other positives: that is the easiest one. The hardest is the
        *farthest*.
            (same, d, -np.inf).argmax -> (same & ~np.eye(len(d), dtype=bool), d, np.inf).argmin
        You put a number in place of the same person's pictures, and distances may be larger: put
        `np.inf`.
            np.where(same, np.inf, d) -> np.where(same, 10, d)
        You put 0 in place of other people's pictures. Equal pictures are at 0 as well, or just
        below it after rounding: put `-np.inf`.
            np.where(same, d, -np.inf) -> np.where(same, d, 0)
        You give places among the same person's pictures, or among the others:
        `d[i][same[i]].argmax()` counts within that part. Rows of the batch are asked for.
            np.where(same, d, -np.inf).argmax(axis=1) ->
                np.array([row[own].argmax() for row, own in zip(d, same)])
            np.where(same, np.inf, d).argmin(axis=1) ->
                np.array([row[~own].argmin() for row, own in zip(d, same)])
        You multiplied by a mask, which leaves zeros, and zero is the smallest distance there is:
        put `np.inf` where a picture must not be chosen.
            np.where(same, np.inf, d).argmin(axis=1) -> (d * ~same).argmin(axis=1)
        You look for the farthest picture among everybody: look among the same person's only.
            np.where(same, d, -np.inf).argmax(axis=1) -> d.argmax(axis=1)
        You look for the closest picture among everybody, and it is the anchor itself: leave out
        those of the same person.
            np.where(same, np.inf, d).argmin(axis=1) -> d.argmin(axis=1)
        Positive and negative are swapped.
            return positive, negative -> return negative, positive
        You say whose the pictures are; their rows are asked for.
            return positive, negative -> return labels[positive], labels[negative]
        You returned distances; the rows where they occur are wanted (`argmax`, `argmin`).
            .argmax( -> .max(
            .argmin( -> .min(
    """),
)
