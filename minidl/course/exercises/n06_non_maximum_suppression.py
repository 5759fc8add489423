"""One box for each face: non-maximum suppression."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes
from minidl.course.exercises.n06_intersection_over_union import intersection_over_union


def non_maximum_suppression(boxes, scores, overlap):
    """Return which boxes stay when each face may have only one, the surest first.

    A box goes if its intersection over union with a surer box that stays is above `overlap`.

    boxes: left, top, right, bottom, (K, 4)
    scores: how sure the detector is of each, (K,), all different
    overlap: a number between 0 and 1
    Returns the indices of the boxes that stay, ints, (kept,), highest score first.
    """
    ### BEGIN SOLUTION
    order = np.argsort(-scores)
    kept = []
    while len(order) > 0:
        best, rest = order[0], order[1:]
        kept.append(best)
        order = rest[intersection_over_union(boxes[best], boxes[rest]) <= overlap]
    return np.array(kept, int)
    ### END SOLUTION


@maker
def _crowd(rng, faces, each, overlap):
    """Some faces, and around each of them several boxes that are a few pixels off."""
    middles = np.repeat(rng.uniform(0, 100, (faces, 2)) + 150 * np.arange(faces)[:, None], each, 0)
    middles = middles + rng.uniform(-14, 14, middles.shape)
    half = rng.uniform(20, 30, (len(middles), 1))
    order = rng.permutation(len(middles))
    boxes = np.hstack([middles - half, middles + half])[order]
    return {"boxes": boxes, "scores": rng.permutation(len(boxes)) + 0.5, "overlap": overlap}


def _row(*lefts, scores, overlap):
    """Boxes 12 wide and 10 high, side by side; those 4 apart share half."""
    left = np.array(lefts, float)
    boxes = np.stack([left, 0 * left, left + 12, 0 * left + 10], axis=1)
    return given(boxes=boxes, scores=np.array(scores, float), overlap=overlap)


EXERCISE = Exercise(
    solution=non_maximum_suppression,
    points=3,
    cases={
        "3 faces with 4 boxes each": _crowd(3, 4, 0.3),
        "2 faces, and boxes that may overlap by half": _crowd(2, 7, 0.5),
        "three boxes in a row, where the middle one overlaps both others": _row(
            0, 4, 8, scores=(3, 2, 1), overlap=0.3
        ),
        "5 faces with 3 boxes each": _crowd(5, 3, 0.338),
        "scores below 0": _row(0, 30, 4, 33, 60, scores=(-1.5, -0.3, -0.2, -4, -9), overlap=0.3),
    },
    edges={
        "two boxes that overlap by exactly the limit": _row(0, 4, scores=(1, 2), overlap=0.5),
        "a limit of 1, which nothing is above": _row(0, 4, 8, scores=(2, 3, 1), overlap=1.0),
        "a single box": _row(3, scores=(0.2,), overlap=0.3),
        "no box at all": given(boxes=np.zeros((0, 4)), scores=np.zeros(0), overlap=0.3),
    },
    hints=(
        "`np.argsort(-scores)` lists the boxes from the surest to the least sure. The first one "
        "stays for certain.",
        "Write a `while` loop that runs as long as boxes are left: keep the first, then throw out "
        "all others that overlap it too much.",
        "`rest[intersection_over_union(boxes[best], boxes[rest]) <= overlap]` are the boxes that "
        "survive the best one. Collect the best ones in a list, and return it as "
        "`np.array(kept, int)`.",
    ),
    wrong=mistakes("""
        You go through the boxes in the order given; the surest comes first.
            np.argsort(-scores) -> np.arange(len(scores))
        You begin with the least sure box: `np.argsort` sorts upwards, so give it `-scores`.
            np.argsort(-scores) -> np.argsort(scores)
        You let a removed box remove others. Only boxes that *stay* may: in a row of three, the
        third overlaps only the second, which is gone.
            kept.append(best) ->
                surer = boxes[scores > scores[best]]
                kept += [best] * all(intersection_over_union(boxes[best], surer) <= overlap)
            rest[intersection_over_union(boxes[best], boxes[rest]) <= overlap] -> rest
        You compare each box with the one before it only: compare it with every box that stays.
            kept = [] -> kept, before = [], boxes[:0]
            kept.append(best) ->
                shares = intersection_over_union(boxes[best], before)
                kept += [best] * all(shares <= overlap)
                before = boxes[[best]]
            rest[intersection_over_union(boxes[best], boxes[rest]) <= overlap] -> rest
        You compare each box with the last that stays only: compare it with every one.
            kept = [] -> kept = last = []
            kept.append(best) ->
                shares = intersection_over_union(boxes[best], boxes[last])
                kept += [best] * all(shares <= overlap)
                last = kept[-1:]
            rest[intersection_over_union(boxes[best], boxes[rest]) <= overlap] -> rest
        Your condition is the wrong way round: what overlaps the best box too much goes, and the
        others stay.
            <= overlap -> > overlap
        You remove a box that overlaps by exactly the limit; it is not above the limit, so use `<=`.
            <= overlap -> < overlap
        You leave out boxes whose score is below 0. A score only says which of two boxes is the
        surer one.
            kept.append(best) -> kept += [best] * bool(scores[best] > 0)
        You keep only the best box of the whole picture. There may be several faces: go on with the
        boxes that do not overlap it.
            rest[intersection_over_union(boxes[best], boxes[rest]) <= overlap] -> rest[:0]
        You return the boxes; their indices are asked for.
            np.array(kept, int) -> boxes[np.array(kept, int)]
        The boxes that stay are right, but not their order: the surest comes first.
            np.array(kept, int) -> np.sort(np.array(kept, int))
        You return places in the sorted list; their indices in `boxes` are asked for.
            np.array(kept, int) -> np.argsort(np.argsort(-scores))[np.array(kept, int)]
    """),
    float32=False,
)
