"""Residual blocks: two paths from the same input, added up at the end (He et al., 2016)."""

from collections.abc import Sequence

import numpy as np

from minidl.nn.graph import Composite, Graph
from minidl.nn.layer import Layer, Shape, layers_of


class Add(Layer):
    """The sum of several inputs of one shape; each receives the whole gradient."""

    kind = "add"
    keeps = ""

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return the shape that all inputs must have."""
        if any(s != shapes[0] for s in shapes):
            raise ValueError(
                f"Add needs inputs of one shape, got {' and '.join(map(str, shapes))}: "
                "give the shortcut a 1×1 convolution with the same stride."
            )
        return shapes[0]

    def forward(self, *inputs: np.ndarray, training: bool = False) -> tuple[np.ndarray, int]:
        """Return the sum."""
        total = inputs[0] + inputs[1]
        for x in inputs[2:]:
            total += x
        return total, len(inputs)

    def backward(
        self, dy: np.ndarray, cache: int, *, need_input: bool = True
    ) -> tuple[np.ndarray, ...]:
        """Return dy for every input."""
        return (dy,) * cache


class Residual(Composite):
    """y = main(x) + shortcut(x), where an empty shortcut is x itself. No ReLU follows.

    Args:
        main: layers of the long path.
        shortcut: layers of the short one, or None.
        join: the layer that joins the two; ``Add()`` by default.
        name: of the block; the sum is the node that carries it.
    """

    kind = "block"

    def __init__(
        self,
        main: Sequence[Layer],
        shortcut: Sequence[Layer] | None = None,
        *,
        join: Layer | None = None,
        name: str | None = None,
    ):
        super().__init__(name)
        self.main = layers_of(main, "Residual")
        self.shortcut = layers_of(() if shortcut is None else shortcut, "Residual's shortcut")
        (self.join,) = layers_of([Add() if join is None else join], "Residual's join")

    def place(self, graph: Graph, source: str, name: str) -> str:
        """Add both paths and the sum behind them."""
        ends = (
            graph.chain(self.main, source, f"{name}/main"),
            graph.chain(self.shortcut, source, f"{name}/shortcut"),
        )
        return graph.add(name, self.join, ends)
