"""The strongest pictures of every unit, kept while the pictures stream by."""

import numpy as np

from minidl.course.exercise import Exercise, maker, mistakes


def keep_strongest(values, pictures, new_values, new_pictures, number=9):
    """Merge a new batch into the strongest pictures so far, for all units at once.

    At a tie, what was kept before stays before what is new, and the batch keeps its order.

    values:       (K, C), for each of C units its K largest activations so far, the largest first
    pictures:     (K, C), whole numbers: the pictures that they are from
    new_values:   (N, C), the units' activations in the N pictures of a batch, in any order
    new_pictures: (N,), whole numbers: which pictures these are; one may come again
    number:       how many to keep for each unit (all K + N, if there are fewer)
    Returns (values, pictures), both with one column for each unit, the largest first.
    """
    ### BEGIN SOLUTION
    from_batch = np.broadcast_to(new_pictures[:, None], new_values.shape)
    values = np.concatenate([values, new_values])
    pictures = np.concatenate([pictures, from_batch])
    order = np.argsort(-values, axis=0, kind="stable")[:number]
    values = np.take_along_axis(values, order, axis=0)
    return values, np.take_along_axis(pictures, order, axis=0)
    ### END SOLUTION


@maker
def _batch(rng, kept, new, units, ties=False, first=50, **options):
    def draw(*shape):
        return rng.integers(-3, 1, shape) / 2.0 if ties else rng.standard_normal(shape) - 1

    values = -np.sort(-draw(kept, units), axis=0)
    pictures = np.stack([rng.permutation(50)[:kept] for _ in range(units)], axis=1)
    return {
        "values": values,
        "pictures": pictures.reshape(kept, units),
        "new_values": draw(new, units),
        "new_pictures": first + rng.permutation(new),
        **options,
    }


EXERCISE = Exercise(
    solution=keep_strongest,
    points=2,
    cases={
        "9 kept and a batch of 6, for 4 units": _batch(9, 6, 4),
        "5 to keep": _batch(5, 8, 3, number=5),
        "pictures that come again": _batch(9, 40, 3, first=0),
    },
    edges={
        "the first batch, with nothing kept yet": _batch(0, 12, 3),
        "fewer pictures than to keep": _batch(2, 3, 2),
        "ties": _batch(6, 7, 3, ties=True, first=0, number=6),
        "ties in a batch of 200": _batch(9, 200, 2, ties=True, number=60),
    },
    hints=(
        "Put the kept ones and the new ones into one array, (K + N, C), kept ones first. Each unit "
        "is a column. The numbers of the pictures need the same shape: every column of the batch "
        "has the same ones.",
        "`np.argsort(-values, axis=0, kind='stable')` sorts each column, the largest first, and "
        "leaves ties in the order in which they stood.",
        "`np.take_along_axis(values, order, axis=0)` puts each column into its own order; do the "
        "same with the pictures.",
    ),
    wrong=mistakes("""
        Your smallest come first: `argsort` sorts upwards, so sort `-values`.
            np.argsort(-values -> np.argsort(values
        You kept the right ones, but the largest comes last: sort `-values`, take the first.
            np.argsort(-values -> np.argsort(values
            [:number] -> [-number:]
        You sorted the pictures by their own numbers: both arrays need the order of the values.
            np.take_along_axis(pictures, order, axis=0) -> -np.sort(-pictures, axis=0)[:number]
        At a tie you let the lower number of a picture decide: what came first stays first.
            np.argsort(-values, axis=0, kind="stable") -> np.lexsort((pictures, -values), axis=0)
        You sorted the values and left the pictures in their old order: both need the same one.
            np.take_along_axis(pictures, order, axis=0) -> pictures[: len(order)]
        At a tie the new one comes first: put what was kept before in front.
            np.concatenate([values, new_values]) -> np.concatenate([new_values, values])
            np.concatenate([pictures, from_batch]) -> np.concatenate([from_batch, pictures])
        Your sort mixes up numbers that tie: `np.argsort(…, kind='stable')` keeps their order.
            , kind="stable" ->
        You ordered all units as the first unit is ordered: every column has an order of its own.
            [:number] -> [:number, [0] * values.shape[1]]
        You ranked by size without the sign: an activation far below 0 is a weak one.
            np.argsort(-values -> np.argsort(-np.abs(values)
        You keep nine whatever `number` says.
            [:number] -> [:9]
        You kept everything: memory would fill up. Cut at `number`.
            [:number] ->
        You sorted upwards and turned the order round, and with it the ties: sort `-values`.
            -values, axis=0, kind="stable")[ -> values, axis=0, kind="stable")[::-1][
        You sorted upwards and turned the order round, and with it the ties: sort `-values`, with
        `kind='stable'`.
            -values, axis=0, kind="stable")[ -> values, axis=0)[::-1][
    """),
    float32=False,
)
