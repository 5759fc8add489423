"""Layers around one pair of functions: what they share, with a sliding window and without."""

import numpy as np

from minidl.arguments import IntOrInts, per_axis
from minidl.functional.arguments import Padding, make_window, padding_entries
from minidl.kernels import Window
from minidl.nn.layer import ANY_SIZE, Layer, Shape, keep_none, sizes_of


class Operation(Layer):
    """A layer around ``F.f`` and ``F.f_backward``, its ``operation`` and its ``derivative``.

    ``arrays`` are the names of f's arguments after x, which are parameters (one that is not there
    is None); ``settings`` are f's keyword arguments.
    """

    operation: staticmethod
    derivative: staticmethod
    arrays: tuple[str, ...] = ()

    def settings(self) -> dict:
        """Return the operation's keyword arguments."""
        return {}

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return the operation's result and its cache."""
        parameters = (self.parameters.get(name) for name in self.arrays)
        values = [None if p is None else p.value for p in parameters]
        return self.operation(x, *values, **self.settings())

    def backward(
        self, dy: np.ndarray, cache: object, *, need_input: bool = True
    ) -> np.ndarray | None:
        """Add the gradients of parameters that are not frozen; return dx."""
        if not self.arrays:
            return self.derivative(dy, cache) if need_input else None
        dx, *gradients = self.derivative(dy, cache, ["x"] * need_input + self.trainable())
        self.add_gradients(dict(zip(self.arrays, gradients, strict=True)))
        return dx


class Sliding(Operation):
    """What convolutions and pools share: a window that slides over ``rank`` axes."""

    rank: int

    def __init__(
        self,
        size: IntOrInts,
        stride: IntOrInts,
        padding: Padding,
        dilation: IntOrInts,
        name: str | None,
    ):
        super().__init__(name)
        self.size = per_axis(size, self.rank, "size")
        self.stride = per_axis(stride, self.rank, "stride")
        self.dilation = per_axis(dilation, self.rank, "dilation")
        padding_entries(padding, self.rank)
        self.padding = padding

    def window(self, sizes: tuple[int | None, ...]) -> Window:
        """Return the window that slides over an input of these sizes."""
        return make_window(known(sizes), self.size, self.stride, self.padding, self.dilation)

    def settings(self) -> dict:
        """Return the keyword arguments that all sliding operations have."""
        return {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(*O, C)``."""
        sizes = sizes_of(shapes[0], self, self.rank)
        return (*keep_none(sizes, self.window(sizes).output), shapes[0][-1])


def known(sizes: tuple[int | None, ...]) -> tuple[int, ...]:
    """Return the sizes, with one that any window fits into for those that are not fixed."""
    return tuple(ANY_SIZE if size is None else size for size in sizes)
