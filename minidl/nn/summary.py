"""The table that tells what a network is made of and what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass

from minidl.console import printable
from minidl.nn.graph import INPUT, Graph
from minidl.nn.layer import Shape


@dataclass(frozen=True, slots=True)
class Row:
    """One layer of the table."""

    name: str
    layer: str
    shape: Shape
    parameters: int
    multiplications: int


@dataclass(frozen=True)
class Summary:
    """Rows in the order of computation; printing it shows the table.

    Multiplications are per example; a size that is not fixed counts as 1.
    """

    rows: tuple[Row, ...]
    input_shape: Shape

    @classmethod
    def of(cls, graph: Graph, shapes: Mapping[str, Shape]) -> "Summary":
        """Summarise a network, given the output shape ``(*S, C)`` of every node and the input."""
        seen, rows = set(), []
        for node in graph.nodes.values():
            layer, inputs = node.layer, [shapes[name] for name in node.inputs]
            numbers = sum(p.value.size for p in layer.parameters.values())
            rows.append(
                Row(
                    node.name,
                    type(layer).__name__,
                    shapes[node.name],
                    0 if id(layer) in seen else numbers,  # shared parameters count once
                    layer.multiplications(*inputs),
                )
            )
            seen.add(id(layer))
        return cls(tuple(rows), shapes[INPUT])

    @property
    def parameters(self) -> int:
        """Numbers that training can change."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiplications(self) -> int:
        """Multiplications that one example takes."""
        return sum(row.multiplications for row in self.rows)

    def __str__(self) -> str:
        head = ("layer", "kind", "output", "parameters", "multiplications")
        body = [
            (r.name, r.layer, format_shape(r.shape), f"{r.parameters:,}", f"{r.multiplications:,}")
            for r in self.rows
        ]
        total = ("total", "", "", f"{self.parameters:,}", f"{self.multiplications:,}")
        first = (INPUT, "", format_shape(self.input_shape), "", "")
        table = [head, first, *body, total]
        widths = [max(len(row[i]) for row in table) for i in range(len(head))]
        rule = "  ".join("─" * w for w in widths)
        lines = [
            "  ".join(
                cell.ljust(w) if i < 3 else cell.rjust(w)
                for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in table
        ]
        return printable("\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]]))

    __repr__ = __str__


def format_shape(shape: Shape) -> str:
    """Write a shape as sizes with × between, · where the size is not fixed."""
    return " × ".join("·" if size is None else str(size) for size in shape)
