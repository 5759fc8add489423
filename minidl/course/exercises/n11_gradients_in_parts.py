"""Gradient caching's way back: a batch that is too large runs again, part by part."""

import numpy as np

from minidl import nn
from minidl.course.exercise import Exercise, maker, mistakes


def gradients_in_parts(network, x, gradient, part):
    """Take the gradient of a loss from a batch's encodings back to the weights, part by part.

    The batch is too large to run at once. Its encodings are known: it ran before, part by part,
    and nothing on the way was kept. From them come the loss and its gradient for every encoding.

    network: `network.forward(x)` runs a few examples and keeps what their way back needs, in the
        place of what it kept before; `network.backward(g)` takes a gradient for the encodings of
        these examples, and *adds* to the gradients of the weights; `network.zero_grad()` clears
        those; `network.parameters` holds the weights by name, each with its gradient in `.grad`
    x: the batch, (N, …)
    gradient: of the loss for the encodings, (N, D)
    part: how many examples may run at once
    Returns {name: gradient of the loss}, for every weight of the network.
    """
    ### BEGIN SOLUTION
    network.zero_grad()
    for start in range(0, len(x), part):
        rows = slice(start, start + part)
        network.forward(x[rows])
        network.backward(gradient[rows])
    return {name: weight.grad for name, weight in network.parameters.items()}
    ### END SOLUTION


class Narrow(nn.Sequential):
    """A network that does not stand more than so many examples at once."""

    most = 0

    def forward(self, x, taps=()):
        """Run forwards, or say that memory is full."""
        if len(x) > self.most:
            raise MemoryError(f"{len(x)} examples at once: there is room for {self.most}")
        return super().forward(x, taps)


@maker
def parted(rng, number, part, *, used=False, dtype=np.float64):
    """A batch of so many, and a network that may hold gradients of something else."""
    layers = [nn.Dense(6), nn.Tanh(), nn.Dense(3), nn.L2Normalize()]
    network = Narrow(layers, input_shape=(5,), dtype=dtype, seed=int(rng.integers(1000)))
    network.most = part
    x = rng.standard_normal((number, 5)).astype(dtype)
    gradient = rng.standard_normal((number, 3)).astype(dtype)
    if used:
        network.forward(x[-part:])
        network.backward(gradient[:part])
    return network, x, gradient, part


EXERCISE = Exercise(
    solution=gradients_in_parts,
    points=3,
    cases={
        "12 examples in parts of 4": parted(12, 4),
        "a last part that is smaller": parted(11, 4),
        "a network that still holds gradients of something else": parted(9, 3, used=True),
    },
    edges={
        "parts of one example": parted(4, 1),
        "a part that holds the whole batch": parted(5, 8),
        "float32": parted(10, 3, dtype=np.float32),
    },
    hints=(
        "Go through the batch with `for start in range(0, len(x), part)`. A slice that would "
        "stick out, `x[start : start + part]`, simply ends where x ends.",
        "`network.backward` needs what a forward kept, and the next one overwrites it. So every "
        "part runs forwards again, directly before its own way back.",
        "Clear the gradients once, at the beginning. For each part: `network.forward(x[rows])`, "
        "then `network.backward(gradient[rows])`. The parts add up by themselves: read "
        "`weight.grad` for each of `network.parameters.items()` at the end.",
    ),
    wrong=mistakes("""
        The gradients begin with what the network held before: clear them first.
            network.zero_grad() ->
        You cleared the gradients before every part, so that the last part alone is left: clear them
        once.
            rows = slice ->
                network.zero_grad()
                rows = slice
        You left out the examples behind the last whole part.
            range(0, len(x), part) -> range(0, len(x) - part + 1, part)
        You averaged over the parts. The gradient that came in is that of the whole batch's loss:
        the parts add up.
            weight.grad for -> weight.grad / -(-len(x) // part) for
        You divided by the size of the part. The gradient that came in is that of the whole batch's
        loss: the parts add up.
            gradient[rows] -> gradient[rows] / len(gradient[rows])
        Your gradients are 0. What goes back is the loss's gradient for the encodings; the encodings
        themselves, sent back, come to nothing.
            network.forward(x[rows]) -> encodings = network.forward(x[rows])
            network.backward(gradient[rows]) -> network.backward(encodings)
        Every part got the first rows of the gradient: each needs its own.
            network.backward(gradient[rows]) -> network.backward(gradient[: len(x[rows])])
        Every part ran the first examples: each has its own.
            network.forward(x[rows]) -> network.forward(x[: len(x[rows])])
        You ran more examples at once than there is room for: at most `part` of them.
            [rows] ->
        You ran every part forwards before the first way back, so only what the last part needs was
        kept: forwards and back, then the next part.
            -> for start in range(0, len(x), part): network.forward(x[start : start + part])
            network.forward(x[rows]) ->
        `backward` adds already: you added the sums up once more. Read `.grad` at the end.
            -> total = dict.fromkeys(network.parameters, 0)
            network.backward(gradient[rows]) ->
                network.backward(gradient[rows])
                total = {k: total[k] + w.grad for k, w in network.parameters.items()}
            {name: weight.grad for name, weight in network.parameters.items()} -> total
        You took the first part alone.
            range(0, len(x), part) -> range(0, part, part)
    """),
    rtol=1e-5,
    atol=1e-7,
    float32=False,
)
