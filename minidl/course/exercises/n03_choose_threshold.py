"""Choosing τ where both kinds of error are equally frequent."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def choose_threshold(d, same):
    """Return the τ at which false accepts and false rejects are as equal as they can be.

    Try every distance in d as the threshold, from the smallest to the largest, accept where d < τ,
    and return the τ for which |false_accept − false_reject| is smallest (the smallest such τ if
    several are as good).

    d: squared distances of the pairs, (n,)
    same: True where a pair shows one person, (n,)
    Returns τ, a number.
    """
    ### BEGIN SOLUTION
    best, smallest_gap = None, np.inf
    for tau in np.sort(d):
        accepted = d < tau
        false_accept = accepted[~same].mean()
        false_reject = 1 - accepted[same].mean()
        gap = abs(false_accept - false_reject)
        if gap < smallest_gap:
            best, smallest_gap = tau, gap
    return best
    ### END SOLUTION


@maker
def _pairs(rng, n, share, apart=0.8):
    same = rng.permutation(n) < round(share * n)
    return {"d": rng.normal(np.where(same, 0.8, 0.8 + apart), 0.5), "same": same}


EXERCISE = Exercise(
    solution=choose_threshold,
    points=3,
    cases={
        "41 pairs, about half of them of one person": _pairs(41, 0.5),
        "many more pairs of different people": _pairs(67, 0.15),
        "many more pairs of one person": _pairs(53, 0.8),
        "distances that tell nearly nothing": _pairs(31, 0.4, apart=0.1),
    },
    edges={
        "distances that tell all": _pairs(20, 0.5, apart=50),
        "two thresholds that are as good as each other": given(
            np.array([2.0, 0.1, 3.0, 0.3, 1.0, 0.2]),
            np.array([True, True, False, True, False, True]),
        ),
        "distances that occur several times": given(
            np.array([1.0, 0.5, 1.0, 2.0, 0.5, 1.0, 2.0, 0.5]),
            np.array([True, True, False, False, False, True, True, False]),
        ),
    },
    hints=(
        "You have all that you need in `error_rates`. Compute both rates for one τ, then for "
        "every τ in `np.sort(d)`.",
        "Remember the τ with the smallest gap so far, and replace it only by one with a smaller "
        "gap.",
        "Without a loop: `accepted = d < taus[:, None]` holds a row for every τ; take means along "
        "`axis=1`, then `np.argmin`.",
    ),
    wrong=mistakes("""
        You minimized the sum of both rates. That is another good rule, but it does not make them
        equal.
            abs(false_accept - false_reject) -> false_accept + false_reject
        You counted wrong answers over all pairs. With many more pairs of one kind, errors on the
        other kind then look cheap: compare the two *rates*.
            abs(false_accept - false_reject) -> (accepted != same).mean()
        You kept the sign of the difference, so its most negative value wins: take the absolute
        value, which is smallest near 0. (And is your false reject the share that is rejected?)
            abs(false_accept - false_reject) -> false_accept - false_reject
        You returned the smallest gap, not the threshold at which it occurs.
            return best -> return smallest_gap
        You returned the index of the best candidate; the threshold itself is wanted.
            return best -> return int(np.argmax(np.sort(d) == best))
        Several thresholds can be as good. The smallest of them is asked for: go through them in
        rising order, and replace the best only by one with a *smaller* gap.
            gap < smallest_gap -> gap <= smallest_gap
        You accept a distance that equals τ; it is not below τ, so use `<`.
            d < tau -> d <= tau
        You sorted d and left `same` as it was: only the candidates for τ are sorted.
            -> d = np.sort(d)
        You look the best candidate up in d as it was given; its place is that in the sorted d.
            return best -> return d[np.argmax(np.sort(d) == best)]
        You stop at the first τ with more false accepts than false rejects; the gap may be smaller
        just before.
            gap < smallest_gap -> best is None and false_accept >= false_reject
        You compared numbers of errors, or divided both by that of all pairs: each rate is a share
        of its own kind.
            accepted[~same].mean() -> (accepted & ~same).mean()
            1 - accepted[same].mean() -> (~accepted & same).mean()
    """),
    float32=False,
)
