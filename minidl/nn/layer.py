"""What a layer is: parameters, and a pair forward / backward that passes a cache along.

A layer never remembers an input. The caller holds the cache, so the same layer may run any number
of times before it is asked for gradients. Most layers are an ``Operation``: parameters and settings
around one pair of functions.
"""

from collections.abc import Iterable, Sequence
from math import prod

import numpy as np

from minidl.nn.parameter import Parameter
from minidl.nn.weights import LONGEST, is_plain

Shape = tuple[int | None, ...]


class Layer:
    """A step of a network; subclasses override what differs.

    ``kind`` is the stem of automatic names (conv1, conv2 …). ``parameters`` are learned,
    ``buffers`` are numbers that a layer keeps for itself (running statistics); both are saved.
    ``keeps`` says what the cache holds on to, of the input x and the output y: that is what
    training takes memory for.
    """

    kind = "layer"
    keeps = "xy"

    def __init__(self, name: str | None = None):
        if name is not None and (not is_plain(name) or "/" in name):
            raise ValueError(
                "a layer's name must be text without '/', one that names its arrays in a file "
                f"(no '\\' or ':', at most {LONGEST} letters of Unicode), got {name!r}."
            )
        self.name = name
        self.parameters: dict[str, Parameter] = {}
        self.buffers: dict[str, np.ndarray] = {}
        self.built = False

    def build(self, *shapes: Shape, rng: np.random.Generator, dtype: np.dtype) -> None:
        """Make the parameters for inputs of these shapes ``(*S, C)`` (sizes None if not fixed)."""

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return the output's shape ``(*S, C)`` for inputs of these shapes."""
        return shapes[0]

    def multiplications(self, *shapes: Shape) -> int:
        """Return how many multiplications one example takes."""
        return 0

    def forward(self, *inputs: np.ndarray, training: bool = False) -> tuple[np.ndarray, object]:
        """Return the output and the cache that ``backward`` needs."""
        raise NotImplementedError

    def backward(
        self, dy: np.ndarray, cache: object, *, need_input: bool = True
    ) -> np.ndarray | tuple[np.ndarray, ...] | None:
        """Add the parameters' gradients and return the input's (a tuple if there are several).

        With ``need_input=False`` the input's gradient is not needed and may be None.
        """
        raise NotImplementedError

    def trainable(self) -> list[str]:
        """Names of the parameters that collect gradients."""
        return [name for name, p in self.parameters.items() if p.trainable]

    def __repr__(self) -> str:
        parameters = ", ".join(f"{n} {p.value.shape}" for n, p in self.parameters.items())
        return f"{type(self).__name__}({parameters})"


class Operation(Layer):
    """A layer around ``F.f`` and ``F.f_backward``, its ``operation`` and its ``derivative``.

    ``arrays`` are the names of f's arguments after x, which are parameters (one that is not there
    is None); ``settings`` those of f's keyword arguments, which are attributes.
    """

    operation: staticmethod
    derivative: staticmethod
    arrays: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return the operation's result and its cache."""
        own = self.parameters
        arrays = [own[name].value if name in own else None for name in self.arrays]
        return self.operation(x, *arrays, **{name: getattr(self, name) for name in self.settings})

    def backward(
        self, dy: np.ndarray, cache: object, *, need_input: bool = True
    ) -> np.ndarray | None:
        """Add the gradients of parameters that are not frozen; return dx."""
        if not self.arrays:
            return self.derivative(dy, cache) if need_input else None
        dx, *gradients = self.derivative(dy, cache, ["x"] * need_input + self.trainable())
        for name, gradient in zip(self.arrays, gradients, strict=True):
            if gradient is not None:
                self.parameters[name].add_gradient(gradient)
        return dx


def channels_of(shape: Shape, layer: Layer, built_for: int | None = None) -> int:
    """Return the channels of ``(*S, C)``: known, and those that the layer was built for, if any."""
    name = type(layer).__name__
    if not shape or shape[-1] is None:
        raise ValueError(f"{name} must know its input's channels, got shape {shape}.")
    if built_for is not None and shape[-1] != built_for:
        raise ValueError(
            f"{name} has parameters for {built_for} channels, got an input of shape {shape}: "
            "only layers with inputs of as many channels can share it."
        )
    return shape[-1]


def layers_of(layers: Sequence[Layer], what: str) -> list[Layer]:
    """Return the layers as a list, or say what is wrong with them."""
    if isinstance(layers, Layer) or not isinstance(layers, Iterable):
        raise TypeError(f"{what} takes a list of layers, got {layers!r}: put it in [ ].")
    layers = list(layers)
    for layer in layers:
        if isinstance(layer, type) and issubclass(layer, Layer):
            name = layer.__name__
            raise TypeError(f"{what} takes layers, got the class {name}: write {name}(…).")
        if not isinstance(layer, Layer):
            raise TypeError(f"{what} takes layers, got {type(layer).__name__} ({layer!r}).")
    return layers


def numel(shape: Sequence[int | None]) -> int:
    """Return the product of the sizes; a size that is not fixed counts as 1."""
    return prod(1 if size is None else size for size in shape)
