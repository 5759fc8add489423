"""ŷ where another share of the pairs shows one person than in training."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def same_person_among(f, g, w, b, learned, actual):
    """Return the probability that a pair shows one person, where ``actual`` of all pairs do.

    The unit ŷ = σ(Σₖ wₖ·|fₖ − gₖ| + b) was trained where the share was another, ``learned``. How
    pairs of one person look, and pairs of two, is the same in both places.

    f, g: encodings of the first and the second pictures, (N, D) each
    w, b: weights (D,) and bias (a number) of the unit
    learned, actual: shares of pairs that show one person, above 0 and below 1
    Returns probabilities, (N,)
    """
    ### BEGIN SOLUTION
    z = np.abs(f - g) @ w + b
    shift = np.log(actual / (1 - actual)) - np.log(learned / (1 - learned))
    return 1 / (1 + np.exp(-(z + shift)))
    ### END SOLUTION


@maker
def _pairs(rng, n, size, learned, actual):
    f, g = rng.standard_normal((2, n, size))
    w, b = 0.5 * rng.standard_normal(size), 0.5 * rng.standard_normal()
    return {"f": f, "g": g, "w": w, "b": b, "learned": learned, "actual": actual}


EXERCISE = Exercise(
    solution=same_person_among,
    points=3,
    cases={
        "a unit that learned from half and half, used where 1 in 50": _pairs(5, 4, 0.5, 0.02),
        "more pairs of one person than in training": _pairs(6, 3, 0.2, 0.7),
        "fewer, and it did not learn from half and half": _pairs(4, 5, 0.6, 0.1),
        "as many pairs as numbers in an encoding": _pairs(3, 3, 0.3, 0.4),
    },
    edges={
        "the share that it learned from": _pairs(4, 3, 0.3, 0.3),
        "a single pair": _pairs(1, 6, 0.5, 0.9),
        "two equal encodings": given(
            np.ones((2, 3)), np.ones((2, 3)), np.arange(3.0), b=1.5, learned=0.5, actual=0.001
        ),
    },
    hints=(
        "Bayes' rule in odds: the odds of a pair are the odds of the mix, times how much better "
        "the pair fits one person than two. Only the first factor changes.",
        "z is the logarithm of the odds ŷ / (1 − ŷ). So a factor on the odds is a number added to "
        "z: the logarithm of the new odds of the mix, minus that of the old ones.",
        "The odds of a share s are s / (1 − s). Add log(actual's odds) − log(learned's odds) to "
        "z, then take the sigmoid.",
    ),
    wrong=mistakes("""
        You shifted the wrong way: where fewer pairs show one person, the probability falls.
            z + shift -> z - shift
        You did not correct at all: this is the ŷ of the mix that the unit learned from.
            z + shift -> z
        You forgot the mix that it learned from: its log-odds are in b already, so subtract them.
            - np.log(learned / (1 - learned)) ->
        You took the shares themselves; what multiplies is their *odds*, s / (1 − s).
            (1 - actual)) - np.log(learned / (1 - learned) -> learned
        You multiplied the probability by actual / learned. It is the odds that are multiplied, by
        the ratio of the odds of both mixes.
            1 / (1 + np.exp(-(z + shift))) -> 1 / (1 + np.exp(-z)) * actual / learned
        The logarithm is missing: z is a *log*-odds, so what is added to it is one too.
            np.log(actual / (1 - actual)) - np.log(learned / (1 - learned)) ->
                actual / (1 - actual) - learned / (1 - learned)
        You added the ratio of the odds; z is a *log*-odds, so take its logarithm first.
            np.log(actual / (1 - actual)) - np.log -> (actual / (1 - actual)) /
        You shifted the probability; it is z, the log-odds, that is shifted.
            1 / (1 + np.exp(-(z + shift))) -> 1 / (1 + np.exp(-z)) + shift
        You returned the log-odds: the sigmoid makes a probability of them.
            1 / (1 + np.exp(-(z + shift))) -> z + shift
        You returned the odds; the probability is odds / (1 + odds).
            1 / (1 + np.exp(-(z + shift))) -> np.exp(z + shift)
        You used base 10; the sigmoid belongs to the natural logarithm.
            (actual / (1 - actual)) - np.log -> 10(actual / (1 - actual)) - np.log10
    """),
    float32=False,
)
