"""How much two boxes are one box: intersection over union."""

import numpy as np

from minidl.course.exercise import Case, Exercise, Wrong


def intersection_over_union(box, boxes):
    """Return how much of their common area a box shares with each of K boxes.

    IoU(A, B) = area of (A and B) / area of (A or B): 1 for the same box, 0 for boxes that do not
    touch. The area of (A or B) is area(A) + area(B) − area of (A and B).

    box: left, top, right, bottom, in pixels, (4,)
    boxes: one box a row, (K, 4)
    Returns (K,).
    """
    ### BEGIN SOLUTION
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:], boxes[:, 2:])
    shared = np.maximum(high - low, 0).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    own = (box[2:] - box[:2]).prod()
    return shared / (own + areas - shared)
    ### END SOLUTION


def _side_by_side(box, boxes):
    left, top, right, bottom = boxes.T
    width = np.clip(np.minimum(box[2], right) - np.maximum(box[0], left), 0, None)
    height = np.clip(np.minimum(box[3], bottom) - np.maximum(box[1], top), 0, None)
    both = width * height
    either = (box[2] - box[0]) * (box[3] - box[1]) + (right - left) * (bottom - top) - both
    return both / either


def _one_by_one(box, boxes):
    shares = np.zeros(len(boxes), boxes.dtype)
    for k, (left, top, right, bottom) in enumerate(boxes):
        width = min(box[2], right) - max(box[0], left)
        height = min(box[3], bottom) - max(box[1], top)
        if width > 0 and height > 0:
            either = (box[2] - box[0]) * (box[3] - box[1]) + (right - left) * (bottom - top)
            shares[k] = width * height / (either - width * height)
    return shares


def _near(number, shift):
    """A box of 30 × 40 pixels, and others of several shapes around it."""

    def make(rng):
        corner = rng.uniform(40, 60, 2)
        corners = corner + rng.uniform(-shift, shift, (number, 2))
        sizes = rng.uniform(20, 50, (number, 2))
        box = np.concatenate([corner, corner + (30, 40)])
        return {"box": box, "boxes": np.hstack([corners, corners + sizes])}

    return make


def _given(box, *boxes):
    return lambda rng: {"box": np.array(box, float), "boxes": np.array(boxes, float)}


EXERCISE = Exercise(
    solution=intersection_over_union,
    points=2,
    cases=(
        Case("a box and 6 others that overlap it", _near(6, 12)),
        Case(
            "boxes beside, above and diagonally apart from it",
            _given((10, 10, 20, 30), (22, 12, 30, 28), (12, 35, 19, 50), (25, 40, 35, 60)),
        ),
        Case("a small box inside of a large one", _given((0, 0, 20, 10), (5, 2, 9, 7))),
        Case("9 boxes, some near and some far", _near(9, 60)),
        Case(
            "the box itself, and a box that touches it",
            _given((3, 4, 9, 6), (3, 4, 9, 6), (9, 4, 12, 6)),
            edge=True,
        ),
        Case(
            "no other box at all",
            lambda rng: {"box": np.array([1.0, 2, 5, 4]), "boxes": np.zeros((0, 4))},
            edge=True,
        ),
    ),
    hints=(
        "Draw two boxes that overlap. What they share is a box again. Where is its left side? Its "
        "right side?",
        "The shared box begins at the larger of the two lefts (and tops) and ends at the smaller "
        "of the two rights (and bottoms): `np.maximum` and `np.minimum` compare one box with "
        "all K.",
        "If the boxes lie apart, the shared width or height comes out negative: make it 0 before "
        "you multiply.",
    ),
    wrong=(
        Wrong(
            "Boxes that lie apart share nothing, but yours share a negative or, if both sides are "
            "negative, even a positive area: clip width and height at 0 before you multiply.",
            edit=("np.maximum(high - low, 0)", "(high - low)"),
        ),
        Wrong(
            "You clip the product. Two negative sides multiply to a positive area, so clip width "
            "and height before you multiply.",
            edit=(
                "np.maximum(high - low, 0).prod(axis=1)",
                "np.maximum((high - low).prod(axis=1), 0)",
            ),
        ),
        Wrong(
            "You divide by the sum of both areas, in which the shared part is counted twice: "
            "subtract it once.",
            edit=("(own + areas - shared)", "(own + areas)"),
        ),
        Wrong(
            "You divide by the area of one box only; the union is what at least one of the two "
            "covers.",
            edit=("(own + areas - shared)", "areas"),
        ),
        Wrong(
            "You divide by the area of the smaller box. A small box inside of a large one then "
            "counts as the same; the union is what at least one of the two covers.",
            edit=("(own + areas - shared)", "np.minimum(own, areas)"),
        ),
        Wrong(
            "You took the box that encloses both: the shared box begins at the *larger* of the two "
            "lefts and ends at the *smaller* of the two rights.",
            edit=(
                "low = np.maximum(box[:2], boxes[:, :2])\n"
                "    high = np.minimum(box[2:], boxes[:, 2:])",
                "low = np.minimum(box[:2], boxes[:, :2])\n"
                "    high = np.maximum(box[2:], boxes[:, 2:])",
            ),
        ),
        Wrong(
            "You read a box as (left, top, width, height); its last two numbers are the right and "
            "the bottom side.",
            edit=(
                "areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)\n"
                "    own = (box[2:] - box[:2]).prod()",
                "areas = boxes[:, 2:].prod(axis=1)\n    own = box[2:].prod()",
            ),
        ),
    ),
    right=(_side_by_side, _one_by_one),
)
