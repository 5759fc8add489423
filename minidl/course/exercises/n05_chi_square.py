"""χ² of two encodings."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def chi_square(f, g):
    """Return χ²ₖ = (fₖ − gₖ)² / (fₖ + gₖ) for each of the D numbers.

    The numbers must not be negative. Where fₖ and gₖ are both 0 they do not differ: χ²ₖ = 0 there.

    f, g: encodings of the first and the second pictures, nowhere negative, (N, D) each
    Returns χ², (N, D), finite everywhere
    """
    ### BEGIN SOLUTION
    total = f + g
    safe = np.where(total > 0, total, 1)
    return (f - g) ** 2 / safe
    ### END SOLUTION


@maker
def _features(rng, n, size, zeros=0.0):
    f, g = rng.random((2, n, size)) + 0.05
    f[rng.random((n, size)) < zeros] = 0
    g[rng.random((n, size)) < zeros] = 0
    return {"f": f, "g": g}


EXERCISE = Exercise(
    solution=chi_square,
    points=3,
    cases={
        "4 pairs of 5 numbers, all above 0": _features(4, 5),
        "many zeros on either side and on both": _features(6, 7, zeros=0.5),
        "very small numbers": lambda rng: 1e-6 * rng.random((2, 2, 3)),
    },
    edges={"nothing but zeros": given(f=np.zeros((2, 3)), g=np.zeros((2, 3)))},
    hints=(
        "Number by number: the squared difference over the sum. Nothing is added up.",
        "Where f + g is 0 the difference is 0 as well. Any divisor but 0 gives the 0 that you "
        "want there.",
        "`np.where(total > 0, total, 1)` is a divisor that is never 0.",
    ),
    wrong=mistakes(
        """
        You divide 0 by 0, which is nan, and one nan spoils a whole network: where both numbers are
        0 the answer is 0.
            np.where(total > 0, total, 1) -> total
        You return 0 as soon as one of the two numbers is 0: the other one counts then.
            (f - g) ** 2 / safe -> (f - g) ** 2 / safe * (f > 0) * (g > 0)
        The square is missing.
            (f - g) ** 2 -> (f - g)
        You took the absolute difference instead of the squared one.
            (f - g) ** 2 -> np.abs(f - g)
        You squared the whole fraction: the square belongs to the difference alone.
            (f - g) ** 2 / safe -> ((f - g) / safe) ** 2
        You added up over the D numbers; the logistic unit needs each of them.
            (f - g) ** 2 / safe -> ((f - g) ** 2 / safe).sum(axis=1)
        You divided by the mean (f + g)/2; the divisor is the sum f + g.
            total = f + g -> total = (f + g) / 2
        You added {tiny} to the divisor. That keeps 0/0 away, but it changes every other number too,
        most of all the small ones: treat only the zeros differently.
            np.where(total > 0, total, 1) -> total + {tiny}
    """,
        tiny=("1e-3", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9", "1e-10", "1e-12"),
    ),
    atol=1e-14,
)
