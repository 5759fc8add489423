"""Receptive fields: which part of the input can one unit see? Computed exactly, at any rank.

Going back through the network, a window that slides with stride s and dilation d turns the set of
positions P that are seen in its output into the set {o·s + k·d − before : o ∈ P, k a tap} of its
input; what falls into padding is dropped. Two branches see the union of what each sees.

Every axis goes by itself, as a row of booleans; so borders, holes and branches come out right
without special cases.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from minidl.console import printable
from minidl.kernels import Window
from minidl.nn import Layer, Sequential
from minidl.nn.conv import ConvTranspose
from minidl.nn.graph import INPUT
from minidl.nn.inputs import check_input_shape
from minidl.nn.layer import Shape
from minidl.nn.sliding import Sliding
from minidl.visualization.arguments import check_layer, check_network, check_position

Rows = list[np.ndarray]  # for each axis, which positions are seen
FAR = 1 << 20  # a unit as far from the border as any


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The field of a layer's units far from the border, one entry per axis, in input pixels.

    The unit at position p sees ``size`` pixels beginning at ``p·step + offset`` (negative: that
    much padding), clipped to the input.
    """

    size: tuple[int, ...]
    step: tuple[int, ...]
    offset: tuple[int, ...]

    def __str__(self) -> str:
        by = " × ".join(map(str, self.size))
        step = " × ".join(map(str, self.step))
        return printable(f"{by} pixels, every {step}, from {self.offset}")


def receptive_field(
    network: Sequential, name: str, input_shape: Shape | None = None
) -> ReceptiveField:
    """Return the size, step and offset of the receptive field of a layer's units.

    The positions start … stop − 1 of a window's output see start·stride − before and all up to
    (stop − 1)·stride − before + extent − 1 of its input. Where branches meet, the field spans both.

    Args:
        network: of any rank.
        name: of the layer.
        input_shape: ``(*S, C)``; only needed where the network's own is not fixed and padding
            depends on it (``"same"`` with a stride).

    Raises:
        ValueError: for an unknown name, or a layer in which positions have been mixed up (dense).
    """
    shapes = _shapes(network, input_shape)
    nodes, rank = _nodes(network, name), len(shapes[name]) - 1
    if not rank or any(len(shapes[node.name]) != rank + 1 for node in nodes):
        raise ValueError(f"the units of {name!r} have no position: each sees the whole input.")
    near, far = (
        _trace_back(nodes, [(p, p + 1)] * rank, shapes, _span_back, _hull) for p in (0, FAR)
    )
    size = tuple(stop - start for start, stop in near)
    if size != tuple(stop - start for start, stop in far):
        raise ValueError("branches that meet with different steps have no common field.")
    offset = tuple(start for start, _ in near)
    step = tuple((start - first) // FAR for (start, _), first in zip(far, offset, strict=True))
    return ReceptiveField(size, step, offset)


def field_slices(
    network: Sequential,
    name: str,
    position: tuple[int, ...],
    input_shape: Shape | None = None,
) -> tuple[slice, ...]:
    """Return the slices of the input that the unit at ``position`` of a layer can see, clipped.

    Raises:
        ValueError: for an unknown name, or a position outside the layer.
    """
    return tuple(map(_span, visible(network, name, position, input_shape)))


def _span(row: np.ndarray) -> slice:
    seen = np.flatnonzero(row)
    return slice(int(seen[0]), int(seen[-1]) + 1) if seen.size else slice(0, 0)  # only padding


def visible(
    network: Sequential,
    name: str,
    position: tuple[int, ...],
    input_shape: Shape | None = None,
) -> Rows:
    """Return for each axis of the input which positions the unit at ``position`` can see.

    Dilated windows leave holes in the rows. (Where branches meet, a pixel lies in the field only if
    one branch sees it along all axes; the rows tell the smallest box around all of them.)

    Raises:
        ValueError: for an unknown name, or a position outside the layer.
    """
    shapes = _shapes(network, input_shape)
    nodes, sizes = _nodes(network, name), shapes[name][:-1]
    position = check_position(position, sizes)
    rows = [np.arange(s) == p for p, s in zip(position, sizes, strict=True)]
    return _trace_back(nodes, rows, shapes, _rows_back, np.logical_or)


def _trace_back(nodes: list, seen: list, shapes: dict[str, Shape], back: Callable, join: Callable):
    """Go back from the last node to the input: what is seen there, of ``seen`` of its output.

    ``back`` takes a layer, what is seen of its output, and its input's shape; ``join`` puts
    together, axis by axis, what two branches see.
    """
    found = {nodes[-1].name: seen}
    for node in reversed(nodes):
        for source in node.inputs:
            new = back(node.layer, found[node.name], shapes[source])
            found[source] = list(map(join, found[source], new)) if source in found else new
    return found[INPUT]


def _hull(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return min(one[0], other[0]), max(one[1], other[1])


def _shapes(network: Sequential, input_shape: Shape | None) -> dict[str, Shape]:
    check_network(network)
    shape = network.input_shape if input_shape is None else check_input_shape(input_shape)
    if None in shape:
        raise ValueError(
            f"this network takes inputs of any size {shape}: say which with input_shape=(*S, C)."
        )
    return network.shapes_for(shape)


def _nodes(network: Sequential, name: str) -> list:
    return network.graph.needed_for([check_layer(name, network)])


def _window(layer: Layer, shape: Shape) -> Window | None:
    return layer.window(shape[:-1]) if isinstance(layer, Sliding) else None


def _is_transposed(layer: Layer) -> bool:
    return isinstance(layer, ConvTranspose)


def _rows_back(layer: Layer, rows: Rows, shape: Shape) -> Rows:
    """Return what of a layer's input is seen by the positions ``rows`` of its output."""
    window, transposed, sizes = _window(layer, shape), _is_transposed(layer), shape[:-1]
    if window is not None:
        back = [_axis_back(window, axis, row, transposed) for axis, row in enumerate(rows)]
        if all(row.any() for row in back):
            return back
        return [np.zeros(size, bool) for size in sizes]  # padding along one axis is padding
    if len(rows) != len(sizes):
        return [np.ones(size, bool) for size in sizes]  # flattened or averaged: everything is seen
    return [
        np.pad(row[:size], (0, max(size - len(row), 0)))
        for row, size in zip(rows, sizes, strict=True)
    ]


def _axis_back(window: Window, axis: int, row: np.ndarray, transposed: bool) -> np.ndarray:
    size, output = window.size[axis], window.output[axis]
    outputs = np.arange(output) * window.stride[axis] - window.before[axis]
    reads = outputs[:, None] + np.arange(window.kernel[axis]) * window.dilation[axis]
    inside = (reads >= 0) & (reads < size)
    if transposed:
        return (inside & row[np.clip(reads, 0, size - 1)]).any(axis=1)
    seen = np.zeros(size, bool)
    seen[reads[inside & row[:, None]]] = True
    return seen


def _span_back(layer: Layer, spans: list, shape: Shape) -> list[tuple[int, int]]:
    """Return what the spans (start, stop) of a layer's output see, as if no input had an end."""
    window = _window(layer, shape)
    if window is None:
        return spans
    if _is_transposed(layer):
        raise ValueError(
            "behind a transposed convolution fields differ: use field_slices() for a unit."
        )
    return [
        (start * stride - before, (stop - 1) * stride - before + extent)
        for (start, stop), stride, before, extent in zip(
            spans, window.stride, window.before, window.extent, strict=True
        )
    ]
