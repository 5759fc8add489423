"""Dense and affine layers: a matrix for each row, or a scale and a shift for each channel."""

import numpy as np

import minidl.functional as F
from minidl.arguments import check_int
from minidl.nn.initializers import initializer
from minidl.nn.layer import Operation, Shape, channels_of, numel
from minidl.nn.parameter import Parameter


class Dense(Operation):
    """y = x·w + b with w ``(D, units)``; works on the last axis of any input.

    Args:
        units: numbers in the output's last axis.
        bias: whether b is added.
        init: ``"glorot"`` (default), ``"he"`` or ``"zeros"``.
    """

    kind = "dense"
    keeps = "x"
    arrays = ("w", "b")
    operation, derivative = staticmethod(F.dense), staticmethod(F.dense_backward)

    def __init__(
        self, units: int, *, bias: bool = True, init: str = "glorot", name: str | None = None
    ):
        super().__init__(name)
        self.units = check_int(units, "units")
        self.bias, self.init = bias, initializer(init)

    def build(self, *shapes: Shape, rng: np.random.Generator, dtype: np.dtype) -> None:
        """Draw w ``(D, units)`` and begin with b = 0."""
        shape = (channels_of(shapes[0], self), self.units)
        self.parameters["w"] = Parameter(self.init(rng, shape, shape, dtype))
        if self.bias:
            self.parameters["b"] = Parameter(np.zeros(self.units, dtype))

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return the input's shape with ``units`` in the last place."""
        channels_of(shapes[0], self, len(self.parameters["w"].value))
        return (*shapes[0][:-1], self.units)

    def multiplications(self, *shapes: Shape) -> int:
        """Return rows × D × units."""
        return numel(shapes[0][:-1]) * self.parameters["w"].value.size


class Affine(Operation):
    """y = γ·x + β for each channel: batch norm with its statistics folded in."""

    kind = "affine"
    keeps = "x"
    arrays = ("gamma", "beta")
    operation, derivative = staticmethod(F.affine), staticmethod(F.affine_backward)

    def build(self, *shapes: Shape, rng: np.random.Generator, dtype: np.dtype) -> None:
        """Begin with γ = 1 and β = 0."""
        channels = channels_of(shapes[0], self)
        self.parameters["gamma"] = Parameter(np.ones(channels, dtype))
        self.parameters["beta"] = Parameter(np.zeros(channels, dtype))

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return the input's shape."""
        channels_of(shapes[0], self, self.parameters["gamma"].value.size)
        return shapes[0]

    def multiplications(self, *shapes: Shape) -> int:
        """Return one per number."""
        return numel(shapes[0])
