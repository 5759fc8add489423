"""The memory that a network's runs take, worked out from the shapes of its layers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import prod

import numpy as np

from minidl.kernels.compile import jit
from minidl.kernels.numpy.conv import AT_ONCE
from minidl.nn.conv import Conv, ConvTranspose
from minidl.nn.graph import INPUT, Graph, Node
from minidl.nn.layer import Shape
from minidl.nn.memory import Estimate
from minidl.nn.summary import format_shape

MOMENTS = 2  # numbers that an optimiser keeps for each parameter (Adam's)
OVERHEAD = 1.25 if jit.AVAILABLE else 1.5  # scratch of the kernels, and gaps between arrays


class Footprint:
    """What runs of one network take, beyond their input and the weights.

    Counted are the arrays that are alive at the same time, as ``Trace`` and the layers make them:
    outputs, what caches hold of them, gradients. The peaks that were measured, for networks of all
    ranks, are 0.65 to 1 times as large (tests/nn/test_nn_memory.py).
    """

    def __init__(self, graph: Graph, input_shape: Shape, dtype: np.dtype):
        self.graph, self.input_shape, self.dtype = graph, input_shape, dtype
        self._fitted: set[tuple] = set()

    @contextmanager
    def guard(self, shape: tuple[int, ...], taps: Sequence[str], **how: bool) -> Iterator[None]:
        """Do within what needs memory for a run of this shape ``(N, *S, C)``.

        Arguments as in ``bytes``. What fitted once is not asked about again. Raises MemoryError,
        with a size that would fit, beforehand or when the memory runs out.
        """
        key = (shape, tuple(taps), *how.items())
        if key not in self._fitted:
            self._estimate(shape, taps, how).check()
            self._fitted.add(key)
        try:
            yield
        except MemoryError as error:
            raise self._estimate(shape, taps, how).exceeded() from error

    def _estimate(self, shape: tuple[int, ...], taps: Sequence[str], how: dict) -> Estimate:
        """Of several examples, fewer may fit; of one, a smaller one if the network takes any."""
        longest = max(shape[1:-1], default=1) if None in self.input_shape else 1

        def scaled(size: int) -> tuple[int, ...]:
            return (*(max(1, side * size // longest) for side in shape[1:-1]), shape[-1])

        if shape[0] > 1:
            return Estimate(
                f"a batch of {shape[0]} examples of size {format_shape(shape[1:])}",
                shape[0],
                lambda n: self.bytes((n, *shape[1:]), taps, **how),
                lambda n: f"a batch of size {n} would fit",
            )
        return Estimate(
            f"an example of size {format_shape(shape[1:])}",
            longest,
            lambda n: self.bytes((1, *scaled(n)), taps, **how),
            lambda n: f"one of size {format_shape(scaled(n))} would fit",
        )

    def bytes(
        self,
        shape: tuple[int, ...],
        taps: Sequence[str],
        *,
        keep: bool = True,
        backward: bool = False,
    ) -> int:
        """Return the most bytes that a run holds at once, for a batch of this shape ``(N, *S, C)``.

        ``taps`` and ``keep`` as in ``Sequential.trace``; ``backward`` for going back as well, with
        a gradient for every tap, and for the step of an optimiser behind it. 0 for a shape that the
        network cannot take.
        """
        nodes = self.graph.needed_for(taps)
        try:
            shapes = self.graph.shapes(shape[1:], nodes)
        except (TypeError, ValueError):
            return 0
        sizes = {name: shape[0] * prod(of_one) for name, of_one in shapes.items()}
        kept = {*taps, *(_remembered(nodes) if keep else ())}
        alive, most = _forward(nodes, sizes, kept)
        if backward:
            parameters = {id(p): p for node in nodes for p in node.layer.parameters.values()}
            learned = sum(p.value.size for p in parameters.values() if p.trainable)
            alive += (1 + MOMENTS) * learned
            most = max(most, _backward(nodes, sizes, set(taps), alive))
        return int(most * self.dtype.itemsize * OVERHEAD)


def _remembered(nodes: list[Node]) -> Iterator[str]:
    """Yield the nodes whose output a cache holds: their own, or that of one that reads it."""
    for node in nodes:
        if "y" in node.layer.keeps:
            yield node.name
        if "x" in node.layer.keeps:
            yield from node.inputs


def _forward(nodes: list[Node], sizes: dict[str, int], kept: set[str]) -> tuple[int, int]:
    """Return the numbers alive at the end, and the most on the way."""
    last_reader = {name: node.name for node in nodes for name in node.inputs}
    alive = most = 0
    for node in nodes:
        alive += sizes[node.name]
        most = max(most, alive + _scratch(node, sizes))
        done = (name for name in set(node.inputs) - kept - {INPUT})
        alive -= sum(sizes[name] for name in done if last_reader[name] == node.name)
    return alive, most


def _backward(nodes: list[Node], sizes: dict[str, int], taps: set[str], alive: int) -> int:
    """Return the most numbers alive on the way back; the taps' gradients are there throughout."""
    waiting, own = set(taps), set()
    alive += sum(sizes[name] for name in taps)
    most = alive
    for node in reversed(nodes):
        if node.name not in waiting:
            continue
        gated = sizes[node.name] if "y" in node.layer.keeps else 0  # dy where y is not 0
        sums = [sizes[name] for name in node.inputs if name in waiting]
        dx = sum(sizes[name] for name in node.inputs)
        most = max(
            most,
            alive + gated + dx + max(sums, default=0),
            alive + _scratch(node, sizes, back=True),
        )
        alive += sum(sizes[name] for name in set(node.inputs) - own)
        alive -= sizes[node.name] if node.name in own else 0
        own.update(node.inputs)
        waiting.update(node.inputs)
    return most


def _scratch(node: Node, sizes: dict[str, int], *, back: bool = False) -> int:
    """Return the numbers that a layer of plain NumPy makes on the way; compiled ones make none.

    A convolution lays its windows out as columns, a block at a time; the others work in float64
    here and there.
    """
    if jit.AVAILABLE:
        return 0
    if not isinstance(node.layer, Conv):
        return (4 if back else 2) * sizes[node.name]
    w = node.layer.parameters["w"].value
    filters, transposed = w.shape[-1], isinstance(node.layer, ConvTranspose)
    wide, few = (node.name, node.inputs[0]) if transposed else (node.inputs[0], node.name)
    positions = sizes[few] // filters
    row = w.size // filters * node.layer.groups  # numbers that a window reads
    block = min(positions, max(1, AT_ONCE // max(1, row)))
    return sizes[wide] + block * (row + filters)  # padded; its columns; their product
