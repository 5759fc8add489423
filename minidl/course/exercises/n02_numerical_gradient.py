"""The derivative by nudging: what every backward function is held against."""

import numpy as np

from minidl.course.exercise import Case, Exercise


def numerical_gradient(f, x, h=1e-5):
    """Measure the gradient of f at x by central differences, one number of x at a time.

    ∂f/∂xᵢ ≈ (f(x + h·eᵢ) − f(x − h·eᵢ)) / 2h       eᵢ: 1 at place i, 0 elsewhere

    f: takes an array like x and returns a number
    x: where to measure, an array of any shape; it is not changed
    h: size of the nudge
    Returns an array of the shape of x: how much f rises for each unit that xᵢ rises.
    """
    ### BEGIN SOLUTION
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient
    ### END SOLUTION


def cubes(x):
    """Σ x³, curved everywhere."""
    return float((x**3).sum())


def products(x):
    """Σ of each number times the next, so that the numbers depend on each other."""
    flat = x.ravel()
    return float((np.exp(flat[:-1]) * flat[1:]).sum())


def waves(x):
    """Σ sin(k·x) with k = 1, 2, 3 …"""
    return float(np.sin(np.arange(1, x.size + 1) * x.ravel()).sum())


def _at(f, *shape, **options):
    return lambda rng: {"f": f, "x": rng.uniform(0.5, 2, shape), **options}


EXERCISE = Exercise(
    solution=numerical_gradient,
    points=2,
    cases=(
        Case("a function of three numbers", _at(cubes, 3, h=0.01)),
        Case("a function of a matrix", _at(products, 2, 3)),
        Case("a large nudge", _at(waves, 4, h=0.5)),
        Case("an array with three axes", _at(waves, 2, 2, 2)),
        Case("a single number", _at(cubes, 1), edge=True),
    ),
    hints=(
        "One number of x at a time: a loop over all indices of x. `np.ndindex(x.shape)` gives them "
        "for any number of axes.",
        "Work on copies: `up = x.copy()`, then `up[i] += h`. The same downwards.",
        "The slope is how much f changes over how far x moved, and from `down` to `up` it moves "
        "by `2 * h`.",
    ),
    wrong={
        "You divide by h, but from x − h to x + h is a distance of 2h: every slope comes out "
        "twice as steep as it is.": {"/ (2 * h)": "/ h"},
        "That is the one-sided difference (f(x + h) − f(x)) / h, whose error shrinks only like h; "
        "that of the central difference shrinks like h².": {
            "(f(up) - f(down)) / (2 * h)": "(f(up) - f(x)) / h"
        },
        "You nudge all numbers of x together, which gives the sum of all slopes: nudge one at a "
        "time.": {"up[i] += h": "up += h", "down[i] -= h": "down -= h"},
        "You do not put a number back before you nudge the next one: the later slopes are "
        "measured at another point.": {
            "gradient = np.zeros_like(x)": "gradient, down = np.zeros_like(x), x.copy()",
            "up, down = x.copy(), x.copy()": "up = down.copy()",
        },
        "You changed `x`: the result looks right, but `x + h − 2h + h` is not exactly `x` in "
        "floating point. Nudge a copy.": {
            "up[i] += h": "x[i] += h; up = f(x)",
            "down[i] -= h": "x[i] -= 2 * h; down = f(x); x[i] += h",
            "f(up) - f(down)": "up - down",
        },
        "The sign is wrong: f(x + h) comes first, so that a rising f has a positive slope.": {
            "f(up) - f(down)": "f(down) - f(up)"
        },
        "You return how much f changes, not the slope: divide by the distance, 2h.": {
            " / (2 * h)": ""
        },
    },
    rtol=1e-6,
    atol=1e-8,
    float32=False,
)
