"""The gradient of the logistic loss for the head's weights."""

import numpy as np

from minidl.course.exercise import Exercise, Gradient, maker, mistakes


def logistic_gradient(u, same, w, b):
    """Return the gradient of the mean loss of ŷ = σ(u·w + b) for w and b.

    The loss of a pair with label y (1 for one person, 0 for two) is
    −y·log ŷ − (1 − y)·log(1 − ŷ); its derivative for z = u·w + b is ŷ − y.

    u: features of the pairs, for instance |f − g|, (N, D)
    same: labels y, 1 or 0, (N,)
    w, b: weights (D,) and bias (a number)
    Returns (dw, db): (D,) and a number
    """
    ### BEGIN SOLUTION
    y_hat = 1 / (1 + np.exp(-(u @ w + b)))
    dz = (y_hat - same) / len(u)
    return u.T @ dz, dz.sum()
    ### END SOLUTION


def _loss(u, same, w, b):
    z = u @ w + b
    return (np.logaddexp(0, z) - same * z).mean()


@maker
def _pairs(rng, n, size, share=0.5):
    same = (rng.random(n) < share).astype(np.float64)
    u, w = rng.standard_normal((n, size)), rng.standard_normal(size)
    return {"u": u, "same": same, "w": w, "b": rng.standard_normal()}


EXERCISE = Exercise(
    solution=logistic_gradient,
    points=3,
    cases={
        "7 pairs with 4 features": _pairs(7, 4),
        "5 pairs with 5 features": _pairs(5, 5),
        "mostly pairs of two people": _pairs(9, 3, share=0.2),
    },
    edges={
        "a single pair": _pairs(1, 3),
        "a single feature": _pairs(6, 1),
    },
    hints=(
        "Forwards first: z = u·w + b, (N,), and ŷ = σ(z).",
        "The loss is a mean over N pairs, so dz = (ŷ − y) / N.",
        "Each feature's weight collects dz from every pair, weighted by that feature: `u.T @ dz`. "
        "The bias has the feature 1 everywhere: the sum of dz.",
    ),
    wrong=mistakes("""
        The sign is wrong: it is ŷ − y, not y − ŷ. A step against your gradient would make the loss
        larger.
            (y_hat - same) -> (same - y_hat)
        You added up over the pairs; the loss is their mean.
            (y_hat - same) / len(u) -> (y_hat - same)
        b too is a mean over the pairs: you divided by N for w alone.
            (y_hat - same) / len(u) -> (y_hat - same)
            u.T @ dz, -> u.T @ dz / len(u),
        The sigmoid is missing: ŷ = σ(z), and it is ŷ that is compared with the label.
            1 / (1 + np.exp(-(u @ w + b))) -> u @ w + b
        You multiplied by ŷ(1 − ŷ) as well. In the derivative of the logistic loss for z that factor
        has cancelled, and ŷ − y is left.
            (y_hat - same) / len(u) -> (y_hat - same) * y_hat * (1 - y_hat) / len(u)
        The bias is missing in z.
            (u @ w + b) -> (u @ w)
        You did not sum the bias's gradient: it is one number, dz added up over the pairs.
            dz.sum() -> dz
        You divided the bias's gradient by N twice: dz has the 1/N already, so add it up.
            dz.sum() -> dz.mean()
    """),
    gradient=Gradient(loss=_loss, of=("w", "b"), results=(0, 1)),
)
