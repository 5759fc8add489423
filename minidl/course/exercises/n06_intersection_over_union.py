"""How much two boxes are one box: intersection over union."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def intersection_over_union(box, boxes):
    """Return the intersection over the union of a box with each of K boxes.

    box: left, top, right, bottom, in pixels, (4,)
    boxes: one box a row, (K, 4); K may be 0
    Returns (K,), in the boxes' dtype: 0 for boxes that share nothing, 1 for the same box.
    """
    ### BEGIN SOLUTION
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:], boxes[:, 2:])
    shared = np.maximum(high - low, 0).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    own = (box[2:] - box[:2]).prod()
    return shared / (own + areas - shared)
    ### END SOLUTION


@maker
def _near(rng, number, shift):
    """A box of 30 × 40 pixels, and others of several shapes around it."""
    corner = rng.uniform(40, 60, 2)
    corners = corner + rng.uniform(-shift, shift, (number, 2))
    sizes = rng.uniform(20, 50, (number, 2))
    box = np.concatenate([corner, corner + (30, 40)])
    return {"box": box, "boxes": np.hstack([corners, corners + sizes])}


def _boxes(box, *boxes):
    return given(box=np.array(box, float), boxes=np.array(boxes, float))


EXERCISE = Exercise(
    solution=intersection_over_union,
    points=2,
    cases={
        "a box and 6 others that overlap it": _near(6, 12),
        "boxes beside, above and diagonally apart from it": _boxes(
            (10, 10, 20, 30), (22, 12, 30, 28), (12, 35, 19, 50), (25, 40, 35, 60)
        ),
        "a small box inside of a large one": _boxes((0, 0, 20, 10), (5, 2, 9, 7)),
        "boxes that cross, none with a corner in the other": _boxes(
            (10, 20, 50, 30), (20, 10, 30, 50), (35, 5, 45, 35), (0, 22, 60, 27)
        ),
        "boxes that begin left of the picture and above it": _boxes(
            (-8, -5, 6, 9), (-3, -9, 4, 2), (-12, 1, -6, 7)
        ),
        "9 boxes, some near and some far": _near(9, 60),
        "boxes that share, or miss each other by, half a pixel": _boxes(
            (3, 4, 9, 6), (8.5, 4, 12, 6), (9.5, 4, 12, 6), (3, 5.5, 9, 8), (3, 6.5, 9, 8)
        ),
    },
    edges={
        "the box itself, and a box that touches it": _boxes(
            (3, 4, 9, 6), (3, 4, 9, 6), (9, 4, 12, 6)
        ),
        "no other box at all": given(box=np.array([1.0, 2, 5, 4]), boxes=np.zeros((0, 4))),
    },
    hints=(
        "Draw two boxes that overlap. What they share is a box again. Where is its left side? Its "
        "right side?",
        "The shared box begins at the larger of the two lefts (and tops) and ends at the smaller "
        "of the two rights (and bottoms): `np.maximum` and `np.minimum` compare one box with "
        "all K.",
        "If the boxes lie apart, the shared width or height comes out negative: make it 0 before "
        "you multiply.",
    ),
    wrong=mistakes("""
        Boxes that lie apart share nothing, but yours share a negative or, if both sides are
        negative, even a positive area: clip width and height at 0 before you multiply.
            np.maximum(high - low, 0) -> (high - low)
        You clip the product. Two negative sides multiply to a positive area: clip width and height
        before you multiply.
            np.maximum(high - low, 0).prod(axis=1) -> np.maximum((high - low).prod(axis=1), 0)
        You divide by the sum of both areas, in which the shared part is counted twice: subtract it
        once.
            (own + areas - shared) -> (own + areas)
        You divide by the area of one box only; the union is what at least one of the two covers.
            (own + areas - shared) -> areas
        You divide by the area of the smaller box. A small box inside of a large one then counts as
        the same; the union is what at least one of the two covers.
            (own + areas - shared) -> np.minimum(own, areas)
        You took the box that encloses both: the shared box begins at the *larger* of the two lefts
        and ends at the *smaller* of the two rights.
            low = np.maximum -> low = np.minimum
            high = np.minimum -> high = np.maximum
        You added a pixel to each side: a box from 5 to 9 is 4 wide.
            np.maximum(high - low, 0) -> np.maximum(high - low + 1, 0)
            (boxes[:, 2:] - boxes[:, :2]) -> (boxes[:, 2:] - boxes[:, :2] + 1)
            (box[2:] - box[:2]) -> (box[2:] - box[:2] + 1)
        You divide by the box around both, most of which neither may cover; the union is what at
        least one of the two covers.
            return shared / (own + areas - shared) ->
                around = np.maximum(box[2:], boxes[:, 2:]) - np.minimum(box[:2], boxes[:, :2])
                return shared / around.prod(axis=1)
        You read a box as (left, right, top, bottom); its numbers are left, top, right, bottom.
            -> order = [0, 2, 1, 3]; box, boxes = box[order], boxes[:, order]
        You read a box as (left, top, width, height); its last two numbers are its right and its
        bottom side.
            (boxes[:, 2:] - boxes[:, :2]) -> boxes[:, 2:]
            (box[2:] - box[:2]) -> box[2:]
    """),
)
