"""A threshold for a gallery: chosen on strangers, for the share of them that may get in."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def threshold_for_strangers(strangers, gallery, share):
    """Return the largest τ at which at most ``share`` of the strangers get into the gallery.

    A stranger gets in if anybody in the gallery is nearer than τ: squared distance d < τ. Try as τ
    each stranger's own d to the person nearest to them.

    strangers: encodings of pictures of people who are not enrolled, (N, D)
    gallery: one encoding for each enrolled person, (K, D)
    share: of the strangers, at most so many may get in, between 0 and 1
    Returns τ, a number.
    """
    ### BEGIN SOLUTION
    d = ((strangers[:, None, :] - gallery[None, :, :]) ** 2).sum(axis=2)
    nearest = d.min(axis=1)
    let_in = np.array([np.mean(nearest < tau) for tau in nearest])
    return nearest[let_in <= share].max()
    ### END SOLUTION


@maker
def _people(rng, strangers, people, size, share):
    strangers = 1.5 * rng.standard_normal((strangers, size))
    return strangers, rng.standard_normal((people, size)), share


EXERCISE = Exercise(
    solution=threshold_for_strangers,
    points=3,
    cases={
        "11 strangers before a gallery of 4": _people(11, 4, 3, 0.25),
        "more people enrolled than strangers": _people(7, 15, 5, 0.5),
        "a small share of many strangers": _people(60, 5, 4, 0.04),
    },
    edges={
        "a share of which no whole stranger is left": _people(9, 3, 2, 0.1),
        "nobody may get in": _people(8, 3, 4, 0.0),
        "a share that is reached exactly": _people(8, 6, 3, 0.375),
        "strangers at equal distances": given(
            np.array([[1.0], [-1.0], [2.0], [1.0], [-3.0], [2.0]]), np.array([[0.0]]), share=0.4
        ),
        "29 of 100 strangers may get in": _people(100, 3, 3, 0.29),
        "everybody may get in": _people(6, 3, 2, 1.0),
    },
    hints=(
        "What decides about a stranger is one number: the squared distance to the nearest person "
        "of the gallery. You have written the table of distances already.",
        "For one τ, `np.mean(nearest < tau)` is the share of strangers that get in. Compute it for "
        "every τ in `nearest`.",
        "Of the τ whose share is at most `share`, take the largest. The smallest of `nearest` lets "
        "in nobody, so there always is one.",
    ),
    wrong=mistakes("""
        You took every distance in the table. A stranger meets the whole gallery, and one person who
        is near enough lets them in: it is each stranger's *nearest* that counts.
            d.min(axis=1) -> d.ravel()
        You took the smallest along the wrong axis: each stranger needs the nearest person, not each
        person the nearest stranger.
            d.min(axis=1) -> d.min(axis=0)
        You took the mean distance to the gallery; a stranger gets in by the nearest person.
            d.min(axis=1) -> d.mean(axis=1)
        You took the farthest person of the gallery; the nearest one lets a stranger in.
            d.min(axis=1) -> d.max(axis=1)
        You compared the distance itself with τ; here d and τ are squared distances, so take no
        root.
            .sum(axis=2) -> .sum(axis=2) ** 0.5
        You let in the stranger whose own d equals τ; d < τ keeps that one outside. Count with `<`.
            nearest < tau -> nearest <= tau
            [let_in <= share].max() -> [let_in <= share].max(initial=nearest.min())
        You kept the share of strangers that stay *outside* small: count those with d < τ.
            nearest < tau -> nearest >= tau
        You returned the smallest τ; that one lets in nobody. The largest one is wanted that still
        keeps to the share. (Or did you compare a number of strangers with it?)
            [let_in <= share].max() -> [let_in <= share].min()
        You keep `share` of the strangers outside; it is how many may get in.
            let_in <= share -> let_in <= 1 - share
        You count pairs; a stranger gets in once, however many people are near enough: count
        strangers.
            np.mean(nearest < tau) -> np.mean(d < tau)
        `share` itself is allowed: “at most” is `<=`.
            let_in <= share -> let_in < share
        share · N may come out a little too small: 0.29 · 100 is computed as 28.999…, and 28 are one
        too few, whether by `int` or by `<=`. Compare shares, as `let_in / N <= share` does. (And
        mind that where all may get in, no stranger is left at that place.)
            return nearest[let_in <= share].max() ->
                return np.sort(nearest)[min(int(share * len(nearest)), len(nearest) - 1)]
        `np.quantile` goes in between two distances; τ is to be one of them.
            nearest[let_in <= share].max() -> np.quantile(nearest, share)
    """),
)
