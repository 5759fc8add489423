"""The way back through a whole convolutional network."""

from itertools import pairwise

import numpy as np

from minidl.course.exercise import Exercise, maker, mistakes
from minidl.course.exercises.n01_convolve import convolve
from minidl.course.exercises.n01_max_pool import max_pool
from minidl.course.exercises.n02_conv_backward import conv_backward
from minidl.course.exercises.n02_dense_backward import dense_backward
from minidl.course.exercises.n02_max_pool_backward import max_pool_backward


def network_backward(dlogits, weights, caches):
    """Go back through `forward`, from the scores to every weight.

    dlogits: gradient of the loss with respect to the scores, (N, K)
    weights: arrays by name: "w1", "b1", "w2", … of the convolutions, "w", "b" of the dense layer
    caches:  what `forward` kept, (blocks, m): a list with (x, a, r) for each convolution, the
             first one first, and what the last pooling gave, not yet flattened
    Returns a dictionary with the same names: the gradient with respect to each of the weights, of
    its shape and dtype. The gradient with respect to the pictures is not asked for.
    """
    ### BEGIN SOLUTION
    (blocks, m), gradients = caches, {}
    v = m.reshape(len(m), -1)
    dv, gradients["w"], gradients["b"] = dense_backward(dlogits, v, weights["w"])
    dm = dv.reshape(m.shape)
    for k in range(len(blocks), 0, -1):
        x, a, r = blocks[k - 1]
        da = max_pool_backward(dm, r, 2, 2) * (a > 0)
        dm, dw, db = conv_backward(da, x, weights[f"w{k}"], padding=1)
        gradients[f"w{k}"], gradients[f"b{k}"] = dw, db
    return gradients
    ### END SOLUTION


def forward(weights, x):
    """Scores for pictures (N, H, W, C), and what the way back needs: the notebook's `forward`."""
    blocks = []
    for k in range(1, len(weights) // 2):
        a = convolve(x, weights[f"w{k}"], weights[f"b{k}"], padding=1)
        r = np.maximum(a, 0)
        blocks.append((x, a, r))
        x = max_pool(r, 2, 2)
    return x.reshape(len(x), -1) @ weights["w"] + weights["b"], (blocks, x)


@maker
def _network(rng, n, h, wide, channels, classes):
    weights = {}
    for k, (c, f) in enumerate(pairwise(channels), 1):
        weights[f"w{k}"] = rng.standard_normal((3, 3, c, f))
        weights[f"b{k}"] = rng.standard_normal(f)
    halvings = len(channels) - 1
    inputs = (h >> halvings) * (wide >> halvings) * channels[-1]
    weights |= {"w": rng.standard_normal((inputs, classes)), "b": rng.standard_normal(classes)}
    _, caches = forward(weights, rng.standard_normal((n, h, wide, channels[0])))
    return rng.standard_normal((n, classes)), weights, caches


def _black(rng):
    dlogits, weights, _ = _network(2, 4, 4, (2, 3), 2)(rng)
    weights["b1"][:] = 0
    _, caches = forward(weights, np.zeros((2, 4, 4, 2)))
    return dlogits, weights, caches


def to_the_first(dm, r):
    """The pooling's way back as a student may have it: of equals the first wins, not all."""
    ladder = np.arange(r.size, dtype=r.dtype).reshape(r.shape)
    return max_pool_backward(dm, r - 1e-9 * ladder, 2, 2)


EXERCISE = Exercise(
    solution=network_backward,
    points=4,
    cases={
        "two pictures, 4 × 6, and one convolution": _network(2, 4, 6, (3, 2), 3),
        "two convolutions": _network(2, 4, 8, (2, 3, 2), 4),
        "three convolutions": _network(2, 8, 8, (1, 2, 3, 2), 3),
        "odd sizes, where pooling leaves a remainder": _network(3, 5, 7, (2, 2, 3), 2),
    },
    edges={
        "a single picture": _network(1, 4, 4, (1, 2, 2), 3),
        "black pictures without biases, where a is exactly 0": _black,
    },
    hints=(
        "Read `forward` from its last line to its first. For each line ask which of your functions "
        "goes back through it, and what it needs from the caches.",
        "First the dense layer, whose input was m as rows; its gradient gets the shape of m again. "
        "Then the convolutions, the last one first: `for k in range(len(blocks), 0, -1)`.",
        "In each block: `max_pool_backward` with r, the gate of the ReLU (is a above 0?), and "
        "`conv_backward` with x and padding=1. Its dx is what the block before receives.",
    ),
    wrong=mistakes("""
        The ReLU is missing on the way back: where a is not above 0 nothing gets through.
            * (a > 0) ->
        Your ReLU is open at 0: where a is exactly 0, as in a black picture, nothing gets through.
            (a > 0) -> (a >= 0)
        You multiply by what the ReLU gave: its slope is 1 where a is above 0, whatever its size.
            (a > 0) -> r
        Every block receives the same gradient: what one hands on is its dx, the first result of
        `conv_backward`.
            dm, dw, db = conv -> _, dw, db = conv
        You go through the convolutions from the first to the last; the way back begins at the last.
            range(len(blocks), 0, -1) -> range(1, len(blocks) + 1)
        You divide by the number of examples: dlogits has been divided already, and going back only
        adds.
            -> dlogits = dlogits / len(dlogits)
        The gradients of the convolutions' biases are missing.
            gradients[f"w{k}"], gradients[f"b{k}"] = dw, db -> gradients[f"w{k}"] = dw
        You went around the dense layer's weights: what the last pooling receives is dv, shaped like
        m, not m itself.
            dm = dv.reshape(m.shape) -> dm = m
        The ReLU is missing on the way back: nothing gets through where a is not above 0.
            max_pool_backward(dm, r, 2, 2) * (a > 0) -> to_the_first(dm, r)
        The ReLU's gate looks at the gradient; it depends on what went in, a.
            max_pool_backward(dm, r, 2, 2) * (a > 0) ->
                np.maximum(max_pool_backward(dm, r, 2, 2), 0)
        Your ReLU's gate looks at the gradient; what counts is whether a, which went in, is above 0.
            max_pool_backward(dm, r, 2, 2) * (a > 0) -> np.maximum(to_the_first(dm, r), 0)
        You gave the pooling's gradient to all four places of a window: the winner takes all.
            max_pool_backward(dm, r, 2, 2) -> np.repeat(np.repeat(dm, 2, axis=1), 2, axis=2)
    """),
)
