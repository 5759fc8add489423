"""One step of Adam: a direction with a memory, each number measured by its own size."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes, normal


def adam_step(w, g, m, s, t, rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Take one step of Adam with one array of weights.

    w:    the weights, of any shape
    g:    the gradient of the loss with respect to them
    m, s: the running means of g and of g² up to now; zeros before the first step
    t:    the number of this step: 1, 2, 3, …
    rate: the learning rate
    Returns the new w, m and s, as new arrays of the same dtype: float32 stays float32.
    """
    ### BEGIN SOLUTION
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    mean, square = m / (1 - beta1**t), s / (1 - beta2**t)
    return w - rate * mean / (np.sqrt(square) + epsilon), m, s
    ### END SOLUTION


@maker
def _step(rng, t, *shape, rate=0.1, **options):
    w, g, m = rng.standard_normal((3, *shape))
    return {"w": w, "g": g, "m": m, "s": rng.random(shape), "t": t, "rate": rate, **options}


SMALL = np.array([1e-8, -3e-8, 2e-7, 0.0])


EXERCISE = Exercise(
    solution=adam_step,
    points=3,
    cases={
        "the fourth step of six weights": _step(4, 6),
        "a matrix of weights": _step(7, 2, 3),
        "the first step, with a memory of zeros": normal(
            5, 5, m=np.zeros(5), s=np.zeros(5), t=1, rate=0.1
        ),
        "other values of β₁ and β₂": _step(3, 4, rate=0.5, beta1=0.5, beta2=0.8),
        "a large ε": _step(2, 4, epsilon=0.3),
        "a late step": _step(900, 3),
    },
    edges={
        "gradients as small as ε": normal(4, g=SMALL, m=np.zeros(4), s=np.zeros(4), t=1, rate=0.01),
        "gradients that are all 0": given(np.ones(2), *np.zeros((3, 2)), t=1, rate=0.1),
    },
    hints=(
        "Four lines: bring m up to date, bring s up to date, correct both for their beginning at "
        "0, and go. Adam's row of the table above has them in that order.",
        "New arrays: `m = beta1 * m + (1 - beta1) * g` makes one, `m *= beta1` changes the "
        "caller's.",
        "The corrected ones, m / (1 − β₁ᵗ) and s / (1 − β₂ᵗ), are for the step alone: what you "
        "return as memory is not corrected. ε stands outside of the root.",
    ),
    wrong=mistakes("""
        The correction for the beginning at 0 is missing: divide m by 1 − β₁ᵗ and s by 1 − β₂ᵗ.
            m / (1 - beta1**t), s / (1 - beta2**t) -> m, s
        You correct m but not s: both began at 0.
            s / (1 - beta2**t) -> s
        You correct s but not m: both began at 0.
            m / (1 - beta1**t), s -> m, s
        You count t up once more: t is 1 at the first step already.
            1 - beta1**t), s / (1 - beta2**t) -> 1 - beta1 ** (t + 1)), s / (1 - beta2 ** (t + 1))
        β₁ᵗ and β₂ᵗ are powers, and you multiplied: write `beta1**t`.
            beta1**t -> beta1 * t
            beta2**t -> beta2 * t
        You return the corrected means as memory; the correction is for this step only.
            epsilon), m, s -> epsilon), mean, square
        The root is missing: g is divided by its typical size, and s is a size squared.
            np.sqrt(square) -> square
        ε belongs outside of the root; inside, it would outweigh small gradients.
            (np.sqrt(square) + epsilon) -> np.sqrt(square + epsilon)
        ε is missing: where a gradient has always been 0, you divide 0 by 0.
            + epsilon ->
        The learning rate is missing: it multiplies the step.
            rate * mean -> mean
        You step along g itself: the direction is the running mean m, corrected.
            rate * mean -> rate * g
        You return the step alone: it is w that is asked for, after the step.
            return w - rate -> return -rate
        The results are in the wrong order: the new w first, then m, then s.
            return w - rate * mean / (np.sqrt(square) + epsilon), m, s ->
                return m, s, w - rate * mean / (np.sqrt(square) + epsilon)
        You step along the gradient, to where the loss rises.
            return w - -> return w +
        s is a running mean of g², and you gave it g.
            g**2 -> g
        s is a running mean of g², and you gave it m².
            g**2 -> m**2
        The two β are exchanged: β₁ is for m and β₂ for s.
            m = beta1 -> beta1, beta2 = beta2, beta1; m = beta1
        β and 1 − β are exchanged: most of the old mean stays, and a little of what is new comes in.
            beta1 * m + (1 - beta1) * g -> beta1 * g + (1 - beta1) * m
            beta2 * s + (1 - beta2) * g**2 -> beta2 * g**2 + (1 - beta2) * s
        The factor 1 − β₁ is missing in front of g: a mean has weights that add up to 1.
            (1 - beta1) * g -> g
        The factor 1 − β is missing in front of g and g²: a mean has weights that add up to 1.
            (1 - beta1) * g -> g
            (1 - beta2) * g**2 -> g**2
        You step with the means of before this step: bring m and s up to date first.
            -> old_m, old_s = m, s
            mean, square = m / (1 - beta1**t), s / -> mean, square = old_m / (1 - beta1**t), old_s /
        A number from `np.power` or `np.sqrt` is a float64, and turns float32 arrays into float64:
        write `beta1**t`, or put `float(…)` around it.
            beta1**t), s / (1 - beta2**t -> np.power(beta1, t)), s / (1 - np.power(beta2, t)
    """),
)
