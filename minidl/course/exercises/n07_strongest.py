"""The nine pictures that excite a unit most."""

import numpy as np

from minidl.course.exercise import BEGIN, Case, Exercise


def strongest(a, unit, number=9):
    """Find the pictures in which a unit is most active, and where in them.

    Each picture counts once, with its strongest position; at a tie, the earlier position and the
    earlier picture come first.

    a:      activations of one layer for all pictures, (N, H, W, C)
    unit:   which channel
    number: how many pictures to return (all, if there are fewer)
    Returns (pictures, rows, columns), whole numbers (number,) each, the strongest first.
    """
    ### BEGIN SOLUTION
    flat = a[..., unit].reshape(len(a), -1)
    where = flat.argmax(axis=1)
    best = flat.max(axis=1)
    pictures = np.argsort(-best, kind="stable")[:number]
    rows, columns = np.divmod(where[pictures], a.shape[2])
    return pictures, rows, columns
    ### END SOLUTION


def _activations(pictures, height, width, channels, **options):
    def make(rng):
        count = pictures * height * width * channels
        numbers = (rng.permutation(count) - 0.7 * count) / 10.0  # most of them below 0
        return {"a": numbers.reshape(pictures, height, width, channels), **options}

    return make


def _ties(pictures, number):
    def make(rng):
        a = rng.integers(-2, 1, (pictures, 3, 4, 2)).astype(float)
        a[::3] -= 2
        return {"a": a, "unit": 1, "number": number}

    return make


EXERCISE = Exercise(
    solution=strongest,
    points=2,
    cases=(
        Case("12 pictures, 5 × 5 positions, 3 units", _activations(12, 5, 5, 3, unit=1)),
        Case("a layer that is wider than high", _activations(15, 3, 7, 4, unit=2, number=4)),
        Case("the last unit", _activations(10, 4, 3, 5, unit=4, number=3)),
        Case("fewer pictures than asked for", _activations(4, 3, 2, 2, unit=0), edge=True),
        Case("ties", _ties(8, 6), edge=True),
        Case("ties among 200 pictures", _ties(200, 150), edge=True),
    ),
    hints=(
        "Look at the unit's channel alone, `a[..., unit]`, and give each picture one row: "
        "`.reshape(len(a), -1)`.",
        "`argmax(axis=1)` says where each row is largest. Sort the rows' maxima, largest first: "
        "`np.argsort(-best, kind='stable')` keeps ties in order.",
        "A flat position is `row * W + column`: `np.divmod(where, W)` takes it apart, with W = "
        "`a.shape[2]`.",
    ),
    wrong={
        "Your weakest pictures come first: `argsort` sorts upwards, so sort `-best`.": {
            "np.argsort(-best": "np.argsort(best"
        },
        "You divided the flat position by the height: it is `row * W + column`, so divide by the "
        "width.": {"a.shape[2])": "a.shape[1])"},
        "Rows and columns are swapped.": {
            "return pictures, rows, columns": "return pictures, columns, rows"
        },
        "You asked unit 0 instead of the one named by `unit`.": {"a[..., unit]": "a[..., 0]"},
        "You count a picture once for each of its strong positions: each picture counts once, "
        "with its strongest.": {
            BEGIN: (
                "order = np.argsort(-a[..., unit], axis=None, kind='stable')[:number]; "
                "return np.unravel_index(order, a.shape[:3])"
            )
        },
        "Your positions are in the order of the pictures, not in that of their strength: index "
        "`where` with `pictures`.": {"where[pictures]": "where[: len(pictures)]"},
        "You ranked the pictures by their mean, and a feature that fills only one corner would be "
        "lost: rank them by their strongest position.": {
            "best = flat.max(axis=1)": "best = flat.mean(axis=1)"
        },
        "You ranked by size without the sign: an activation far below 0 is a weak one.": {
            "a[..., unit]": "np.abs(a[..., unit])"
        },
        "Your sort mixes up pictures that tie, once there are many of them: "
        "`np.argsort(…, kind='stable')` keeps them in order.": {', kind="stable"': ""},
        "You put the later picture first at a tie, as sorting upwards and reversing does: the "
        "earlier one comes first.": {"-best": "best", ")[:number]": ")[::-1][:number]"},
    },
    float32=False,
)
