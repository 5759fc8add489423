"""The plan of a network: named nodes, each a layer and the nodes that it reads.

Sequences, residual blocks, shared layers and several outputs are all nodes in topological order:
each comes after those that it reads.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from minidl.nn.layer import Layer, Shape

INPUT = "input"


@dataclass(frozen=True, slots=True)
class Node:
    """One layer at its place: its name, and the names of the nodes that it reads."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]


def raise_named(error: Exception, name: str) -> NoReturn:
    """Raise a layer's error again, with the layer's name before its words."""
    if type(error) not in (ValueError, TypeError):
        raise error
    raise type(error)(f"layer {name!r}: {error}") from error


class Graph:
    """Nodes by name, in the order of computation."""

    def __init__(self):
        self.nodes: dict[str, Node] = {}
        self._placed: dict[str, Layer] = {}

    def add(self, name: str, layer: Layer, inputs: tuple[str, ...]) -> str:
        """Add one node and return its name."""
        if name == INPUT:
            raise ValueError(f"{name!r} is what the network reads: give the layer another name.")
        if name in self.nodes:
            raise ValueError(f"two layers are called {name!r}: give each a name of its own.")
        self.nodes[name] = Node(name, layer, inputs)
        return name

    def chain(self, layers: Sequence[Layer], source: str, prefix: str = "") -> str:
        """Add layers one behind the other; return the last one's name (``source`` if none).

        A layer without a name is called after its kind and its place among those: conv1, conv2 …
        One with a name that stands in several places is called name, name_2, name_3 …
        """
        seen: Counter[str] = Counter()
        for layer in layers:
            seen[layer.kind] += 1
            name = layer.name or f"{layer.kind}{seen[layer.kind]}"
            path = self._free(f"{prefix}/{name}" if prefix else name, layer)
            self._placed[path] = layer
            if isinstance(layer, Composite):
                source = layer.place(self, source, path)
            else:
                source = self.add(path, layer, (source,))
        return source

    def _free(self, path: str, layer: Layer) -> str:
        """Return the path, with a number behind it if this same layer stands there already."""
        number, free = 1, path
        while self._placed.get(free) is layer:
            number += 1
            free = f"{path}_{number}"
        return free

    def shapes(
        self,
        input_shape: Shape,
        nodes: Iterable[Node] | None = None,
        build: Callable[[Layer, list[Shape]], None] | None = None,
    ) -> dict[str, Shape]:
        """Work out the output shape ``(*S, C)`` of every node (of ``nodes`` alone, if given).

        ``build`` is called with each layer and its inputs' shapes before its own is asked for.
        """
        shapes = {INPUT: input_shape}
        for node in self.nodes.values() if nodes is None else nodes:
            inputs = [shapes[name] for name in node.inputs]
            try:
                if build is not None:
                    build(node.layer, inputs)
                shapes[node.name] = node.layer.output_shape(*inputs)
            except (ValueError, TypeError) as error:
                raise_named(error, node.name)
        return shapes

    def needed_for(self, names: Iterable[str]) -> list[Node]:
        """Return the nodes that must run to know these ones, in order."""
        wanted = set(names)
        for node in reversed(self.nodes.values()):
            if node.name in wanted:
                wanted.update(node.inputs)
        return [node for node in self.nodes.values() if node.name in wanted]


class Composite(Layer):
    """A layer made of layers: it stands in no graph itself, its layers do."""

    def place(self, graph: Graph, source: str, name: str) -> str:
        """Add the layers to a graph behind ``source``; return the last node's name."""
        raise NotImplementedError
