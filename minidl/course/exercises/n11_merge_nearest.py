"""The nearest of two parts of a gallery make the nearest of both."""

import numpy as np

from minidl.course.exercise import Exercise, maker, mistakes


def merge_nearest(distances, rows, new_distances, new_rows, count):
    """Merge the nearest of two parts of a gallery into the nearest of both, for many visitors.

    Of two that are equally far the one in the lower row comes first, whichever part it is from.

    distances: (Q, K), of each visitor to the nearest encodings of one part, in rising order,
        equal ones in rising order of their rows
    rows: (Q, K), whole numbers, all different: where in the gallery these encodings stand
    new_distances, new_rows: (Q, M), the same for another part
    count: how many to keep for each visitor (all K + M, if there are fewer)
    Returns (distances, rows), for each visitor in rising order, the distances in their dtype.
    """
    ### BEGIN SOLUTION
    distances = np.concatenate([distances, new_distances], axis=1)
    rows = np.concatenate([rows, new_rows], axis=1)
    order = np.lexsort((rows, distances), axis=1)[:, :count]
    distances = np.take_along_axis(distances, order, axis=1)
    return distances, np.take_along_axis(rows, order, axis=1)
    ### END SOLUTION


@maker
def _parts(rng, visitors, first, second, count, apart=None, gallery=90):
    """Distances that are random or, with ``apart``, five numbers plus multiples of it."""
    size = first + second
    d = rng.random((visitors, size))
    if apart is not None:
        d = rng.integers(0, 5, d.shape) ** 4 / 128 + apart * np.argsort(d, axis=1)
    places = np.stack([rng.choice(gallery, size, replace=False) for _ in range(visitors)])
    found = []
    for part in (slice(first), slice(first, None)):
        order = np.lexsort((places[:, part], d[:, part]), axis=1)
        found += [np.take_along_axis(values[:, part], order, axis=1) for values in (d, places)]
    return *found, count


EXERCISE = Exercise(
    solution=merge_nearest,
    points=2,
    cases={
        "5 and 5, of which 5 are kept, for 4 visitors": _parts(4, 5, 5, 5),
        "parts of 7 and 3": _parts(3, 7, 3, 4),
        "a single visitor": _parts(1, 4, 6, 3),
        "distances that hardly differ, in a large gallery": _parts(
            3, 20, 20, 30, apart=2.0**-21, gallery=30_000
        ),
    },
    edges={
        "fewer than are asked for": _parts(3, 2, 3, 9),
        "nothing kept so far": _parts(2, 0, 6, 4),
        "ties": _parts(5, 8, 8, 8, apart=0.0),
        "one to keep, and ties": _parts(9, 3, 3, 1, apart=0.0),
        "ties in parts of 40": _parts(3, 40, 40, 50, apart=0.0),
    },
    hints=(
        "Put both parts beside each other, `np.concatenate([…, …], axis=1)`, the distances and, in "
        "the same way, the rows. Each visitor is a line of its own.",
        "`np.lexsort((rows, distances), axis=1)` sorts each line by the last key, the distances, "
        "and equal ones by the rows. The first `count` columns of it say which to keep.",
        "`np.take_along_axis(distances, order, axis=1)` puts each line into its own order; do the "
        "same with the rows.",
    ),
    wrong=mistakes(
        """
        The farthest come first: distances should rise.
            np.lexsort((rows, distances) -> np.lexsort((rows, -distances)
        You ordered by rows and let the distances decide ties: the last key of `lexsort` is the
        first that counts.
            (rows, distances), axis -> (distances, rows), axis
        You sorted the distances and left the rows as they stood: both need the same order.
            np.take_along_axis(rows, order, axis=1) -> rows[:, : order.shape[1]]
        You sorted the rows by themselves: both need the order of the distances.
            np.take_along_axis(rows, order, axis=1) -> np.sort(rows, axis=1)[:, :count]
        You returned the places in the two lists side by side; the rows of the gallery are what
        stands there.
            np.take_along_axis(rows, order, axis=1) -> order
        You kept the right ones, but not in rising order: `argpartition`, say, only chooses.
            np.lexsort((rows, distances), axis=1)[:, :count] ->
                np.sort(np.lexsort((rows, distances), axis=1)[:, :count], axis=1)
        `distances[:, order]` takes every visitor's order for each of them, (Q, Q, K).
        `np.take_along_axis` takes each one's own.
            np.take_along_axis(distances, order, axis=1) -> distances[:, order]
            np.take_along_axis(rows, order, axis=1) -> rows[:, order]
        At a tie the part that was there first wins. The lower row should: then the result does not
        depend on which part came first.
            np.lexsort((rows, distances), axis=1) -> np.argsort(distances, axis=1, kind='stable')
        At a tie `np.argsort(distances, axis=1)` may leave any order, another one on another
        machine. The lower row comes first: sort by two keys.
            np.lexsort((rows, distances), axis=1) -> np.argsort(distances, axis=1)
        At a tie the higher row wins; the lower one should.
            np.lexsort((rows, distances) -> np.lexsort((-rows, distances)
        You ordered every visitor as the first one is ordered.
            axis=1)[:, :count] -> axis=1)[[0] * len(rows), :count]
        You kept everything: cut at `count`, or the lists grow with every part.
            [:, :count] ->
        You cut before you sorted: the new part never gets in.
            ([distances, new_distances], axis=1) -> ([distances, new_distances], axis=1)[:, :count]
            ([rows, new_rows], axis=1) -> ([rows, new_rows], axis=1)[:, :count]
        You only put the two parts side by side: sort them together.
            lexsort((rows, distances), axis=1) -> tile(np.arange(rows.shape[1]), (len(rows), 1))
        You added {tiny} of the row to the distance, so near distances change places: sort by two
        keys.
            np.lexsort((rows, distances), axis=1) -> np.argsort(distances + {tiny} * rows, axis=1)
    """,
        tiny=("1e-6", "1e-9"),
    ),
)
