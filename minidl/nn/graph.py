"""The plan of a network: named nodes, each a layer and the nodes that it reads.

Sequences, residual blocks, shared layers and several outputs are all the same thing here: nodes in
an order in which everyone comes after those it reads.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from minidl.nn.layer import Layer

INPUT = "input"


@dataclass(frozen=True, slots=True)
class Node:
    """One layer at its place: its name, and the names of the nodes that it reads."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]


class Graph:
    """Nodes by name, in the order of computation."""

    def __init__(self):
        self.nodes: dict[str, Node] = {}

    def add(self, name: str, layer: Layer, inputs: tuple[str, ...]) -> str:
        """Add one node and return its name."""
        if name in self.nodes or name == INPUT:
            raise ValueError(f"two layers are called {name!r}: give each a name of its own.")
        self.nodes[name] = Node(name, layer, inputs)
        return name

    def chain(self, layers: Sequence[Layer], source: str, prefix: str = "") -> str:
        """Add layers one behind the other; return the last one's name (``source`` if none).

        A layer without a name is called after its kind and its place among those: conv1, conv2 …
        """
        seen: Counter[str] = Counter()
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"a network is made of layers, got {type(layer).__name__}.")
            seen[layer.kind] += 1
            name = layer.name or f"{layer.kind}{seen[layer.kind]}"
            source = layer.place(self, source, f"{prefix}/{name}" if prefix else name)
        return source

    def needed_for(self, names: Iterable[str]) -> list[Node]:
        """Return the nodes that must run to know these ones, in order."""
        wanted = set(names)
        for node in reversed(self.nodes.values()):
            if node.name in wanted:
                wanted.update(node.inputs)
        return [node for node in self.nodes.values() if node.name in wanted]
