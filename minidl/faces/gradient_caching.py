"""Gradient caching: batches larger than memory, part by part (Gao and others, arXiv 2101.06983).

The triplets of a batch need all of its encodings together, but the encodings are small; what fills
the memory is everything on the way to them. So the network runs twice: first forwards only, part by
part, and nothing but the encodings is kept. From them follow the loss and its gradient for each
encoding. Then every part runs forwards again and takes its own rows of that gradient back to the
weights, where the parts add up.
"""

import copy

import numpy as np

from minidl import nn
from minidl.arguments import check_int
from minidl.blocks import Executor, Shared, check_executor, in_order
from minidl.nn.training import Loss, loss_of

MIXING = (nn.BatchNorm, nn.Dropout)  # in training they give another result for each cut into parts


def part_by_part(
    network: nn.Sequential,
    x: np.ndarray,
    target: object,
    loss: Loss,
    *,
    part: int = 64,
    executor: Executor | None = None,
) -> float:
    """Leave the gradients of a whole batch in the network's parameters; return its loss.

    They equal those of the batch at once to rounding. Their bits depend on ``part``, and not on the
    executor: parts are added in their order. Memory: that of one part for each worker, the batch
    itself, and its encodings. Arithmetic: a second run forwards, so a third more.

    Args:
        network: encodes every example by itself, so no batch norm and no dropout.
        x: the batch ``(N, *S, C)``.
        target: what ``loss`` takes beside the encodings ``(N, D)`` of the whole batch.
        loss: returns (value, gradient for the encodings).
        part: examples in a part.
        executor: runs the parts, see ``minidl.blocks``; None: this process.

    Raises:
        ValueError: for a network whose layers look at the batch.
        MemoryError: if a part is too large for the memory; it says which size would fit.
    """
    check_executor(executor)
    part = check_int(part, "part")
    for name, layer in network.named_layers().items() if network.training else ():
        if isinstance(layer, MIXING):
            raise ValueError(
                f"{name} ({type(layer).__name__}) does not treat every example by itself while it "
                "trains, so a batch cannot be cut into parts: leave it out (nn.Affine has a "
                "γ and a β, too), or give the whole batch at once."
            )
    twin = copy.deepcopy(network)
    twin.zero_grad()
    shared, cuts = Shared(twin), range(part, len(x), part)
    parts = np.split(x, cuts)
    encodings = np.concatenate(list(in_order(_encode, parts, executor, shared=shared)))
    value, gradient = loss_of(loss, encodings, target)
    blocks = list(zip(parts, np.split(gradient, cuts), strict=True))
    for found in in_order(_backward, blocks, executor, shared=shared):
        for name, part_gradient in found.items():
            network.parameters[name].add_gradient(part_gradient)
    return value


def _encode(x: np.ndarray, network: nn.Sequential) -> np.ndarray:
    return network.trace(x, keep=False).output


def _backward(block: tuple[np.ndarray, np.ndarray], network: nn.Sequential) -> dict:
    """Return the gradients of one part, by the parameters' names."""
    x, gradient = block
    network.zero_grad()
    network.trace(x).backward(gradient, need_input=False, release=True)
    return {name: p.grad for name, p in network.parameters.items() if p.trainable}
