"""The lecture's logistic unit on absolute differences."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def same_person(f, g, w, b):
    """Return ŷ = σ(Σₖ wₖ·|fₖ − gₖ| + b), the probability that a pair shows one person.

    σ(z) = 1 / (1 + e^(−z))

    f, g: encodings of the first and the second pictures, (N, D) each
    w: weights, (D,)
    b: bias, one number
    Returns ŷ, (N,), float32 if all that is given is float32
    """
    ### BEGIN SOLUTION
    z = np.abs(f - g) @ w + b
    return 1 / (1 + np.exp(-z))
    ### END SOLUTION


@maker
def _pairs(rng, n, size, scale=1.0):
    f, g = rng.standard_normal((2, n, size))
    w = scale * rng.standard_normal(size)
    return {"f": f, "g": g, "w": w, "b": scale * rng.standard_normal()}


EXERCISE = Exercise(
    solution=same_person,
    points=2,
    cases={
        "5 pairs of encodings of 4 numbers": _pairs(5, 4),
        "as many pairs as numbers in an encoding": _pairs(3, 3),
    },
    edges={
        "a single pair": _pairs(1, 6),
        "two equal encodings": given(f=np.ones((2, 3)), g=np.ones((2, 3)), w=np.arange(3.0), b=1.5),
    },
    hints=(
        "First u = |f − g|, (N, D). Then one number for each pair: the D numbers of its row, "
        "weighted and added up.",
        "`u @ w` multiplies every row by the weights and adds up: (N, D) @ (D,) → (N,).",
        "Add b, then `1 / (1 + np.exp(-z))`.",
    ),
    wrong=mistakes("""
        The sigmoid is missing: z is a score, ŷ = σ(z) a probability.
            return 1 / (1 + np.exp(-z)) -> return z
        The minus sign inside the exponential is missing: σ(z) = 1 / (1 + e^(−z)).
            np.exp(-z) -> np.exp(z)
        The absolute values are missing: without them the order of the two pictures changes the
        answer.
            np.abs(f - g) -> (f - g)
        You squared the differences; the formula takes their absolute values.
            np.abs(f - g) -> (f - g) ** 2
        You took the absolute value of the whole sum: it belongs around each difference fₖ − gₖ.
            np.abs(f - g) @ w -> np.abs((f - g) @ w)
        You added the bias to each of the D differences; it is added once, to the sum.
            np.abs(f - g) @ w + b -> ((np.abs(f - g) + b) * w).sum(axis=1)
        You added the bias D times, with each of the products; it is added once, to the sum.
            np.abs(f - g) @ w + b -> (np.abs(f - g) * w + b).sum(axis=1)
        You returned the decision; the probability is asked for.
            return 1 / (1 + np.exp(-z)) -> return (z > 0).astype(z.dtype)
        You took the mean of the D products; they are added up.
            np.abs(f - g) @ w -> np.abs(f - g) @ w / len(w)
        The bias is missing.
            @ w + b -> @ w
        You subtracted the bias; b is added.
            @ w + b -> @ w - b
    """),
)
