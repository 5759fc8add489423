"""Gradient ascent on a picture."""

import numpy as np

from minidl.course.exercise import Exercise, given, maker, mistakes


def climb(ask, x, steps, rate):
    """Change x step by step so that a number rises: gradient ascent.

    Each step goes where the number rises fastest, and every step is equally long: its root mean
    square over all entries of x is `rate`, however steep it is there. Where the gradient is zero
    everywhere, x stays as it is.

    ask:   a function: it takes an array of x's shape and returns (value, gradient), a number and
           an array of x's shape
    x:     where to begin, of any shape
    steps: how many steps
    rate:  length of a step
    Returns (x, values): the end, and the number before each step, (steps,).
    """
    ### BEGIN SOLUTION
    values = np.empty(steps)
    for k in range(steps):
        values[k], gradient = ask(x)
        length = np.sqrt(np.mean(gradient**2))
        if length > 0:
            x = x + rate * gradient / length
    return x, values
    ### END SOLUTION


class _Hill:
    """A hill with one top, on which the way up is not straight."""

    def __init__(self, top, widths):
        self.top, self.widths = top, widths

    def __call__(self, x):
        far = (x - self.top) / self.widths
        return -0.5 * float((far**2).sum()), -far / self.widths

    def __repr__(self):
        return "a hill"


@maker
def _case(rng, *shape, on_top=False, wide=1.0, **options):
    top = rng.standard_normal(shape)
    start = top.copy() if on_top else top + 3 * rng.standard_normal(shape)
    return {"ask": _Hill(top, wide * rng.uniform(0.5, 2, shape)), "x": start, **options}


EXERCISE = Exercise(
    solution=climb,
    points=2,
    cases={
        "one step": _case(4, steps=1, rate=0.1),
        "five steps": _case(6, steps=5, rate=0.2),
        "a picture": _case(3, 4, 3, steps=4, rate=0.05),
        "several pictures": _case(2, 3, 3, 3, steps=3, rate=1.5),
        "hardly any slope": _case(4, wide=1e5, steps=3, rate=0.3),
        "steps over the top, along a single axis": given(
            _Hill(np.zeros(3), np.ones(3)), np.array([0.03, 0, 0]), steps=3, rate=0.1
        ),
    },
    edges={
        "no step at all": _case(5, steps=0, rate=0.1),
        "a start on the top, where the gradient is zero": _case(3, on_top=True, steps=3, rate=0.1),
    },
    hints=(
        "A loop: ask for value and gradient at the present x, keep the value, go on.",
        "The length meant is the root mean square, `np.sqrt(np.mean(gradient**2))`. Dividing by it "
        "makes a step of length 1; times `rate` it is as long as asked.",
        "Ascent adds the step, `x = x + …`; `x += …` would change the caller's array.",
    ),
    wrong=mistakes(
        """
        You went down: ascent adds the gradient.
            x = x + rate -> x = x - rate
        Your steps are as long as the slope is steep: divide the gradient by its root mean square.
            rate * gradient / length -> rate * gradient
        You divided by the square root of the *sum* of squares: a step would get shorter the more
        pixels there are. Take the mean.
            np.mean(gradient**2) -> np.sum(gradient**2)
        You stepped by the sign of the gradient, every entry equally far: keep its direction.
            rate * gradient / length -> rate * np.sign(gradient)
        You divided by the mean square: take its square root.
            np.sqrt(np.mean(gradient**2)) -> np.mean(gradient**2)
        You divided by the standard deviation, which takes the mean off first: the length is the
        root mean square.
            np.sqrt(np.mean(gradient**2)) -> np.std(gradient)
        You took a small gradient for none: every step is equally long, however gentle the slope.
            length > 0 -> length > 1e-6
        You stay where one entry of the gradient is zero: stay only where all of them are.
            length > 0 -> (gradient != 0).all()
        You stay where the number has fallen: every step is made.
            if length > 0 -> if length > 0 and values[k] >= values[max(k - 1, 0)]
        You asked only once: the gradient is another one after each step.
            values = np.empty(steps) -> values = np.empty(steps); first = ask(x)
            values[k], gradient = ask(x) -> values[k], gradient = first
        Your values are those *after* each step.
            return x, values -> return x, np.append(values, ask(x)[0])[1:]
        Where the gradient is zero you divide 0 by 0, and x is lost: stay where you are.
            if length > 0: -> if True:
        You added {tiny} to the length: where the slope is as small, your step is too short. Every
        step is equally long.
            / length -> / (length + {tiny})
    """,
        tiny=("1e-6", "1e-8", "1e-12"),
    ),
    float32=False,
)
