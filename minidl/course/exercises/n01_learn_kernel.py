"""A filter learned by gradient descent from a picture and its feature map."""

import numpy as np

from minidl.course.exercise import Exercise, mistakes, normal


def learn_kernel(x, y, kernel, steps, lr=0.1):
    """Find the filter that makes y out of x, by gradient descent from zeros.

    The loss L is the mean over all positions of (answer − y)², where `answer` is what the filter
    makes of x at that position (no padding, stride 1, no bias). Every step subtracts lr times the
    slope of L from each number of the filter, from all of them at once.

    x:      a picture, (H, W)
    y:      its feature map, (H − height + 1, W − width + 1)
    kernel: (height, width) of the filter
    steps:  number of steps, 0 or more
    lr:     learning rate
    Returns the filter (height, width) after the last step, of x's dtype, and an array of the
    losses before each step, (steps,), of any floating dtype.
    """
    ### BEGIN SOLUTION
    rows, columns = y.shape
    w, losses = np.zeros(kernel, x.dtype), np.zeros(steps, x.dtype)
    seen = {(u, v): x[u : u + rows, v : v + columns] for u, v in np.ndindex(kernel)}
    for step in range(steps):
        error = sum(w[tap] * seen[tap] for tap in seen) - y
        losses[step] = (error**2).mean()
        for tap in seen:
            w[tap] -= lr * (2 * error * seen[tap]).mean()
    return w, losses
    ### END SOLUTION


EXERCISE = Exercise(
    solution=learn_kernel,
    points=3,
    cases={
        "a single step": normal((6, 6), (4, 5), kernel=(3, 2), steps=1, lr=0.3),
        "a few steps": normal((7, 5), (5, 4), kernel=(3, 2), steps=4, lr=0.2),
        "a filter wider than high, and a rate so large that the loss rises": normal(
            (5, 8), (4, 6), kernel=(2, 3), steps=3, lr=2.0
        ),
        "the learning rate left out": normal((7, 7), (5, 5), kernel=(3, 3), steps=5),
    },
    edges={
        "no step at all": normal((5, 5), (3, 4), kernel=(3, 2), steps=0),
        "a filter of a single tap": normal((4, 3), (4, 3), kernel=(1, 1), steps=3),
        "a filter as large as the picture": normal((3, 2), (1, 1), kernel=(3, 2), steps=3),
    },
    hints=(
        "Begin with the error of the filter as it is: `convolve` could make the answer "
        "(`convolve_loops` too, but far too slowly for thousands of steps), and so can a sum over "
        "the taps, each times the slice of `x` that it sees. Compute the slopes from the error: a "
        "nudge is right to a few digits only.",
        "If the number of the tap (u, v) grows a little, every answer grows by that much times the "
        "pixel that this tap sees there. So the slope of L is the mean of 2 · error · seen.",
        "For every step: `error = answer - y`, note `(error**2).mean()`, then for every tap "
        "`w[u, v] -= lr * (2 * error * seen).mean()`. The error is that of the filter before "
        "the step.",
    ),
    wrong=mistakes("""
        You go uphill: the slope is subtracted, and the error in it is the answer minus y, not y
        minus the answer.
            w[tap] -= -> w[tap] +=
        The slope misses its factor 2: the slope of e² is 2e.
            (2 * error -> (error
        You add the slopes of all positions up; L is a mean, so its slope is their mean.
            (2 * error * seen[tap]).mean() -> (2 * error * seen[tap]).sum()
        You measure the slopes with a nudge, which is right to a few digits only: compute them, the
        mean of 2 · error · seen.
            w[tap] -= lr * (2 * error * seen[tap]).mean() ->
                e = error.astype(float)
                nudged = ((e + 1e-6 * seen[tap]) ** 2).mean()
                w[tap] -= lr * (nudged - (e**2).mean()) / 1e-6
        Your slopes do not look at the picture: the error counts as much as the pixel that the tap
        sees there is bright.
            (2 * error * seen[tap]) -> (2 * error)
        You multiply the mean error by a tap's mean pixel; the slope is the mean of their products,
        position by position.
            (2 * error * seen[tap]).mean() -> 2 * error.mean() * seen[tap].mean()
        Your losses are sums over all positions; L is their mean.
            (error**2).mean() -> (error**2).sum()
        Your losses are means of the errors as they are; they are squared first.
            (error**2).mean() -> error.mean()
        The learning rate is missing.
            lr * (2 -> (2
        Your learning rate is always 0.1: that is only what `lr` is where it is left out.
            lr * (2 -> 0.1 * (2
        You note the losses after each step; they are asked for before it.
            return w, losses ->
                last = ((sum(w[tap] * seen[tap] for tap in seen) - y) ** 2).mean()
                return w, np.append(losses, last)[1:]
        You measure the error anew after every tap: all numbers of the filter take their step at
        once, from the same error.
            w[tap] -= ->
                error = sum(w[t] * seen[t] for t in seen) - y
                w[tap] -=
        Your filter begins with ones: it begins with zeros.
            np.zeros(kernel, x.dtype) -> np.ones(kernel, x.dtype)
        You flipped the filter. In deep learning a convolution does not flip it.
            return w, losses -> return w[::-1, ::-1], losses
        Your filter is float64 whatever `x` is: give it the dtype of `x`.
            np.zeros(kernel, x.dtype) -> np.zeros(kernel)
        You return the filter alone; the losses are asked for as well: `return w, losses`.
            return w, losses -> return w
        You return the losses first; the filter comes first.
            return w, losses -> return losses, w
    """),
    any_float=(1,),
)
