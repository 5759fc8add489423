"""Batch-hard mining."""

import numpy as np

from minidl.course.exercise import Case, Exercise


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


def batch(labels, spread=1.0, **options):
    """Squared distances between random encodings, and whose they are."""

    def make(rng):
        f = spread * rng.standard_normal((len(labels), 3))
        d = ((f[:, None] - f) ** 2).sum(axis=2)
        return {"d": d, "labels": np.array(labels), **options}

    return make


EXERCISE = Exercise(
    solution=batch_hard,
    points=3,
    cases=(
        Case("3 people with 4 pictures each", batch([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])),
        Case("people in any order", batch([7, 3, 7, 5, 3, 5, 5, 3, 7])),
        Case("people with unequally many pictures", batch([1, 2, 2, 1, 2, 2, 1, 2])),
        Case("encodings close together", batch([2, 1, 1, 2, 1, 2, 0, 0], spread=0.1)),
        Case("two people with two pictures each", batch([0, 1, 0, 1]), edge=True),
    ),
    hints=(
        "A table of booleans says who is who: `same = labels[:, None] == labels[None, :]`.",
        "To look for the largest distance among some entries only, put −∞ in place of the others: "
        "`np.where(same, d, -np.inf)`, then `argmax(axis=1)`.",
        "For the negative it is the other way round: +∞ in place of the same person's pictures, "
        "then `argmin(axis=1)`.",
    ),
    wrong={
        "You chose the farthest negative: that is the easiest one. The hardest stranger is the "
        "*closest*.": {
            "np.where(same, np.inf, d).argmin(axis=1)": "np.where(same, -np.inf, d).argmax(axis=1)"
        },
        "You chose the closest positive: that is the easiest one. (And the closest of all is the "
        "anchor itself, at distance 0.)": {
            "np.where(same, d, -np.inf).argmax(axis=1)": "np.where(same, d, np.inf).argmin(axis=1)"
        },
        "You multiplied by a mask, which leaves zeros, and zero is the smallest distance there "
        "is: put `np.inf` where a picture must not be chosen.": {
            "np.where(same, np.inf, d).argmin(axis=1)": "(d * ~same).argmin(axis=1)"
        },
        "You look for the farthest picture among everybody: look among the same person's only.": {
            "np.where(same, d, -np.inf).argmax(axis=1)": "d.argmax(axis=1)"
        },
        "You look for the closest picture among everybody, and it is the anchor itself: leave out "
        "those of the same person.": {
            "np.where(same, np.inf, d).argmin(axis=1)": "d.argmin(axis=1)"
        },
        "Positive and negative are swapped.": {
            "return positive, negative": "return negative, positive"
        },
        "You returned distances; the rows where they occur are wanted (`argmax`, `argmin`).": {
            ".argmax(": ".max(",
            ".argmin(": ".min(",
        },
    },
)
