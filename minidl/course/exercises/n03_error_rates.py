"""What a threshold gets wrong: false accepts and false rejects."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def error_rates(d, same, tau):
    """Return the shares of pairs that the rule "same person if d < τ" gets wrong.

    d: squared distances of the pairs, (n,)
    same: True where a pair shows one person, (n,)
    tau: the threshold τ
    Returns (false_accept, false_reject), two numbers between 0 and 1:
      false_accept: of the pairs of different people, the share that is accepted
      false_reject: of the pairs of one person, the share that is rejected
    """
    ### BEGIN SOLUTION
    accepted = d < tau
    return accepted[~same].mean(), (~accepted[same]).mean()
    ### END SOLUTION


@maker
def _pairs(rng, n, share, tau):
    same = rng.permutation(n) < round(share * n)
    return {"d": rng.normal(np.where(same, 0.8, 1.6), 0.5), "same": same, "tau": tau}


EXERCISE = Exercise(
    solution=error_rates,
    points=2,
    cases={
        "40 pairs, half of them of one person": _pairs(40, 0.5, 1.1),
        "many more pairs of different people": _pairs(60, 0.2, 1.3),
    },
    edges={
        "pairs that lie exactly at the threshold": given(
            np.array([2.0, 1.0, 1.0, 0.5, 3.0]), np.arange(5) % 2 > 0, tau=1.0
        ),
        "a threshold that accepts nobody": _pairs(20, 0.4, -9.0),
    },
    hints=(
        "Which pairs are accepted? `d < tau` is an array of True and False.",
        "A false accept is an accepted pair of *different* people: look at `accepted[~same]`. The "
        "share of True in an array of booleans is its `.mean()`.",
        "A false reject is a pair of one person that was not accepted: `(~accepted[same]).mean()`.",
    ),
    wrong=mistakes("""
        The two rates are swapped: a false *accept* lets a stranger in.
            return accepted[~same].mean(), -> return
            (~accepted[same]).mean() -> (~accepted[same]).mean(), accepted[~same].mean()
        You divided by the number of all pairs. Each rate is a share of its own kind: false accepts
        of the pairs of different people, false rejects of those of one person.
            accepted[~same] -> (accepted & ~same)
            ~accepted[same] -> ~accepted & same
        The masks are exchanged: these are the shares that the rule gets right.
            accepted[~same].mean(), (~accepted[same]) -> accepted[same].mean(), (~accepted[~same])
        `1 - same` holds numbers, which NumPy takes for positions; the opposite of a mask is
        `~same`.
            accepted[~same] -> accepted[1 - same]
        Your second number is the share of one person's pairs that is accepted; a reject is the
        opposite.
            (~accepted[same]).mean() -> accepted[same].mean()
        You accept where d is above τ: a small distance means the same person, so accept where d is
        *below* τ.
            d < tau -> d > tau
        You accept a distance that equals τ; it is not below τ, so use `<`.
            d < tau -> d <= tau
        You divided the false accepts by the number of accepted pairs, and the false rejects by that
        of the rejected ones. Each is a share of its own kind: of the pairs of different people, and
        of those of one person.
            accepted[~same] -> (~same)[accepted]
            ~accepted[same] -> same[~accepted]
        You divided the false accepts by the number of accepted pairs: they are a share of all pairs
        of different people.
            accepted[~same] -> (~same)[accepted]
        You returned counts; a rate is a count divided by how many pairs of its kind there are.
            mean() -> sum() * 1.0
    """),
)
