"""What a layer knows, asked by a linear probe."""

import numpy as np

from minidl.course.exercise import Exercise, maker, mistakes


def linear_probe(a, target, strength):
    """Find the weights by which a layer's numbers say best what we ask (ridge regression).

    They make Σ (a·w + b − target)² + strength·Σ w² as small as can be: the squared errors over the
    N examples, plus a price for large weights; b costs nothing.

    a:        (N, D), the D numbers of a layer for N examples
    target:   (N,), what they should say: numbers, or truth values that count as 0 and 1
    strength: above 0, so that there is an answer also where D is larger than N
    Returns (w, b): the weights (D,) and a number.
    """
    ### BEGIN SOLUTION
    target = np.asarray(target, float)
    mean, middle = a.mean(axis=0), target.mean()
    centred = a - mean
    price = strength * np.eye(a.shape[1])
    w = np.linalg.solve(centred.T @ centred + price, centred.T @ (target - middle))
    return w, middle - mean @ w
    ### END SOLUTION


@maker
def _case(rng, count, width, strength, truth=False, scale=1.0):
    a = scale * (rng.standard_normal((count, width)) + 0.5)
    target = a @ rng.standard_normal(width) / scale + 2 + 0.3 * rng.standard_normal(count)
    return {"a": a, "target": target > 1 if truth else target, "strength": strength}


EXERCISE = Exercise(
    solution=linear_probe,
    points=3,
    cases={
        "40 examples of 5 numbers": _case(40, 5, 1.0),
        "truth values as target": _case(60, 4, 0.5, truth=True),
        "numbers of a hundred": _case(30, 3, 10.0, scale=100.0),
        "hardly any price": _case(50, 6, 1e-3),
    },
    edges={
        "more numbers than examples": _case(8, 20, 2.0),
        "a price that crushes the weights": _case(30, 4, 1e5),
        "one number": _case(20, 1, 1.0),
    },
    hints=(
        "b costs nothing, so it can take over the means: subtract the mean of each column of a, "
        "and the mean of the target, and look for w alone.",
        "Set the derivative for w to zero: aᵀ(a·w − t) + strength·w = 0, which is a system of D "
        "linear equations, (aᵀa + strength·I)·w = aᵀt. `np.linalg.solve` solves it.",
        "At the means the prediction is the mean target: b = mean(target) − mean(a)·w.",
    ),
    wrong=mistakes("""
        The price is missing: without it, nothing is decided where there are more numbers than
        examples, and noise is learned by heart.
            np.linalg.solve(centred.T @ centred + price, centred.T @ (target - middle)) ->
                np.linalg.lstsq(centred, target - middle, rcond=None)[0]
        Your price is not a multiple of the identity: it belongs on the diagonal alone, one
        `strength` for each weight.
            np.eye(a.shape[1]) -> np.ones((a.shape[1], a.shape[1]))
        You fitted without b: data whose mean is not zero needs it.
            mean, middle = a.mean(axis=0), target.mean() -> mean, middle = 0 * a[0], 0.0
        You found w without b: subtract the means of a and of the target first.
            centred = a - mean -> centred = a
            (target - middle) -> target
        Your b has a price, too: it costs nothing.
            ->
                table = np.c_[a, np.ones(len(a))]
                price = strength * np.eye(len(table.T))
                w = np.linalg.solve(table.T @ table + price, table.T @ target)
                return w[:-1], w[-1]
        b is not right: it is the mean of the target *minus* what w makes of the mean of a.
            middle - mean @ w -> middle
        You took the price N times: it is counted once, not for each example.
            strength * np.eye -> len(a) * strength * np.eye
        You divided the price by N: the errors are summed here, not averaged.
            strength * np.eye -> strength / len(a) * np.eye
        The sign of b is wrong.
            middle - mean @ w -> mean @ w - middle
        Your price is strength²: it multiplies Σ w² as it is.
            strength * np.eye -> strength**2 * np.eye
    """),
    rtol=1e-6,
    float32=False,
)
