"""Dense and affine layers: a matrix for each row, or a scale and a shift for each channel."""

import numpy as np

import minidl.functional as F
from minidl.functional.arguments import is_int
from minidl.nn.initializers import INITIALIZERS
from minidl.nn.layer import Layer, Shape, channels_of, count
from minidl.nn.parameter import Parameter


class Dense(Layer):
    """y = x·w + b with w ``(D, units)``; works on the last axis of any input.

    Args:
        units: numbers in the output's last axis.
        bias: whether b is added.
        init: ``"glorot"`` (default), ``"he"`` or ``"zeros"``.
    """

    kind = "dense"

    def __init__(
        self, units: int, *, bias: bool = True, init: str = "glorot", name: str | None = None
    ):
        super().__init__(name)
        if not is_int(units) or units < 1:
            raise ValueError(f"units must be a positive int, got {units!r}.")
        if init not in INITIALIZERS:
            raise ValueError(f"init must be one of {sorted(INITIALIZERS)}, got {init!r}.")
        self.units, self.bias, self.init = int(units), bias, init

    def build(self, *shapes: Shape, rng: np.random.Generator, dtype: np.dtype) -> None:
        """Draw w ``(D, units)`` and begin with b = 0."""
        shape = (channels_of(shapes[0], "Dense"), self.units)
        self.parameters["w"] = Parameter(INITIALIZERS[self.init](rng, shape, dtype))
        if self.bias:
            self.parameters["b"] = Parameter(np.zeros(self.units, dtype))

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return the input's shape with ``units`` in the last place."""
        return (*shapes[0][:-1], self.units)

    def multiplications(self, *shapes: Shape) -> int:
        """Return rows × D × units."""
        return count(shapes[0][:-1]) * self.parameters["w"].value.size

    def forward(self, x: np.ndarray, *, training: bool = False):
        """Return dense(x, w, b) and its cache."""
        b = self.parameters.get("b")
        return F.dense(x, self.parameters["w"].value, None if b is None else b.value)

    def backward(self, dy: np.ndarray, cache, *, need_input: bool = True):
        """Add dw and db, return dx."""
        dx, dw, db = F.dense_backward(dy, cache, ["x"] * need_input + self.trainable())
        self.add_gradients({"w": dw, "b": db})
        return dx


class Affine(Layer):
    """y = γ·x + β for each channel: batch norm with its statistics folded in."""

    kind = "affine"

    def build(self, *shapes: Shape, rng: np.random.Generator, dtype: np.dtype) -> None:
        """Begin with γ = 1 and β = 0."""
        channels = channels_of(shapes[0], "Affine")
        self.parameters["gamma"] = Parameter(np.ones(channels, dtype))
        self.parameters["beta"] = Parameter(np.zeros(channels, dtype))

    def multiplications(self, *shapes: Shape) -> int:
        """Return one per number."""
        return count(shapes[0])

    def forward(self, x: np.ndarray, *, training: bool = False):
        """Return γ·x + β and the cache."""
        return F.affine(x, self.parameters["gamma"].value, self.parameters["beta"].value)

    def backward(self, dy: np.ndarray, cache, *, need_input: bool = True):
        """Add dγ and dβ, return dx."""
        dx, dgamma, dbeta = F.affine_backward(dy, cache, ["x"] * need_input + self.trainable())
        self.add_gradients({"gamma": dgamma, "beta": dbeta})
        return dx
