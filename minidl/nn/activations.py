"""Activations and flatten as layers: nothing to learn, one operation each."""

import minidl.functional as F
from minidl.arguments import check_number
from minidl.nn.layer import Operation, Shape, numel


class ReLU(Operation):
    """max(x, 0)."""

    kind = "relu"
    keeps = "y"
    operation, derivative = staticmethod(F.relu), staticmethod(F.relu_backward)


class Sigmoid(Operation):
    """σ(x) = 1 / (1 + e⁻ˣ)."""

    kind = "sigmoid"
    keeps = "y"
    operation, derivative = staticmethod(F.sigmoid), staticmethod(F.sigmoid_backward)


class Tanh(Operation):
    """tanh(x)."""

    kind = "tanh"
    keeps = "y"
    operation, derivative = staticmethod(F.tanh), staticmethod(F.tanh_backward)


class Softmax(Operation):
    """eˣ / Σ eˣ over the last axis."""

    kind = "softmax"
    keeps = "y"
    operation, derivative = staticmethod(F.softmax), staticmethod(F.softmax_backward)


class LeakyReLU(Operation):
    """x where x > 0, else slope·x."""

    kind = "leaky_relu"
    keeps = "x"
    settings = ("slope",)
    operation, derivative = staticmethod(F.leaky_relu), staticmethod(F.leaky_relu_backward)

    def __init__(self, slope: float = 0.01, *, name: str | None = None):
        super().__init__(name)
        self.slope = check_number(slope, "slope", 0, 1)


class Flatten(Operation):
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
