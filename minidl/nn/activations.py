"""Activations and flatten as layers: nothing to learn, one operation each."""

import numpy as np

import minidl.functional as F
from minidl.arguments import check_number
from minidl.nn.layer import Layer, Shape, numel


class Activation(Layer):
    """A layer around one pair of functions without settings."""

    keeps = "y"
    operation: staticmethod
    derivative: staticmethod

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return the operation's result and its cache."""
        return self.operation(x)

    def backward(
        self, dy: np.ndarray, cache: object, *, need_input: bool = True
    ) -> np.ndarray | None:
        """Return dx."""
        return self.derivative(dy, cache) if need_input else None


class ReLU(Activation):
    """max(x, 0)."""

    kind = "relu"
    operation, derivative = staticmethod(F.relu), staticmethod(F.relu_backward)


class Sigmoid(Activation):
    """σ(x) = 1 / (1 + e⁻ˣ)."""

    kind = "sigmoid"
    operation, derivative = staticmethod(F.sigmoid), staticmethod(F.sigmoid_backward)


class Tanh(Activation):
    """tanh(x)."""

    kind = "tanh"
    operation, derivative = staticmethod(F.tanh), staticmethod(F.tanh_backward)


class Softmax(Activation):
    """eˣ / Σ eˣ over the last axis."""

    kind = "softmax"
    operation, derivative = staticmethod(F.softmax), staticmethod(F.softmax_backward)


class LeakyReLU(Layer):
    """x where x > 0, else slope·x."""

    kind = "leaky_relu"
    keeps = "x"

    def __init__(self, slope: float = 0.01, *, name: str | None = None):
        super().__init__(name)
        self.slope = check_number(slope, "slope", 0, 1)

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return leaky_relu(x) and its cache."""
        return F.leaky_relu(x, self.slope)

    def backward(
        self, dy: np.ndarray, cache: object, *, need_input: bool = True
    ) -> np.ndarray | None:
        """Return dx."""
        return F.leaky_relu_backward(dy, cache) if need_input else None


class Flatten(Activation):
    """``(*S, C)`` becomes one row."""

    kind = "flatten"
    keeps = ""
    operation, derivative = staticmethod(F.flatten), staticmethod(F.flatten_backward)

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(S·C,)``, which needs every size fixed."""
        if None in shapes[0]:
            raise ValueError(
                f"Flatten needs fixed sizes, got {shapes[0]}: give the network's input_shape in "
                "full, or use GlobalAvgPool."
            )
        return (numel(shapes[0]),)
