"""A regression tree that looks at pairs of pixels."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def leaf_of_tree(values, pixels, thresholds):
    """Walk down a binary tree and return the leaf in which the walk ends.

    The S = 2^depth − 1 questions are numbered row by row: 0 at the top, then 1 and 2, then 3 … 6.
    At question n, compare two pixels: if values[p] − values[q] > thresholds[n], where p and q are
    pixels[n], go on to 2n + 1, otherwise to 2n + 2. Numbers from S on are leaves: S is leaf 0.

    values: brightness of the pixels, (P,)
    pixels: which two pixels each question compares, ints, (S, 2)
    thresholds: by how much the first must be brighter, (S,)
    Returns the leaf's number, an int in 0 … S.
    """
    ### BEGIN SOLUTION
    node = 0
    while node < len(thresholds):
        p, q = pixels[node]
        brighter = values[p] - values[q] > thresholds[node]
        node = 2 * node + (1 if brighter else 2)
    return node - len(thresholds)
    ### END SOLUTION


@maker
def _tree(rng, depth):
    splits = 2**depth - 1
    pixels = np.stack([rng.permutation(30)[:2] for _ in range(splits)])
    values, thresholds = rng.uniform(0, 255, 30), rng.uniform(-60, 60, splits)
    return {"values": values, "pixels": pixels, "thresholds": thresholds}


def _brighter(depth):
    """All differences are 20, the thresholds lie on both sides: every other answer is yes."""
    splits = 2**depth - 1
    return given(
        np.array([50.0, 70]),
        np.tile([1, 0], (splits, 1)),
        np.where(np.arange(splits) % 3, 15.0, 25.0),
    )


EXERCISE = Exercise(
    solution=leaf_of_tree,
    points=2,
    cases={
        "a tree of 15 questions": _tree(4),
        "another one": _tree(4),
        "a tree of 31 questions": _tree(5),
        "a tree of 127 questions": _tree(7),
        "thresholds on both sides of the difference": _brighter(4),
    },
    edges={
        "a single question": _tree(1),
        "a difference that equals the threshold": given(
            np.array([9.0, 4]), np.array([[0, 1]]), np.array([5.0])
        ),
    },
    hints=(
        "Start with `node = 0`. How long does the walk go on? As long as `node` is the number of a "
        "question.",
        "`p, q = pixels[node]` are the two pixels to compare. The next node is `2 * node + 1` or "
        "`2 * node + 2`.",
        "After the loop, `node` counts the questions too: the first leaf has the number "
        "`len(thresholds)`, and you should return 0 for it.",
    ),
    wrong=mistakes("""
        The two branches are swapped: if the first pixel is brighter by more than the threshold, go
        on to 2n + 1.
            (1 if brighter else 2) -> (2 if brighter else 1)
        You return the node's number; leaves are counted from 0, so subtract the number of
        questions.
            return node - len(thresholds) -> return node
        Your difference is the wrong way round: take the first pixel minus the second.
            values[p] - values[q] -> values[q] - values[p]
        You compare the absolute value of the difference: its sign counts.
            values[p] - values[q] > -> abs(values[p] - values[q]) >
        You take a difference that equals the threshold for one above it: use `>`.
            > thresholds[node] -> >= thresholds[node]
        You use the same threshold for every question: each has its own, `thresholds[node]`.
            > thresholds[node] -> > thresholds[0]
        You compare the numbers p and q themselves: they say which of the `values` to compare.
            values[p] - values[q] -> int(p) - int(q)
    """),
    whole=True,
)
