"""Convolution layers: filters and biases around ``F.conv`` and ``F.conv_transpose``, any rank."""

from math import prod

import numpy as np

import minidl.functional as F
from minidl.arguments import IntOrInts, check_int, per_axis
from minidl.functional.arguments import Padding, check_activation, make_window, padding_entries
from minidl.functional.conv_transpose import adjoint_window
from minidl.kernels import Window
from minidl.nn.initializers import initializer
from minidl.nn.layer import ANY_SIZE, Layer, Shape, channels_of, keep_none, numel, sizes_of
from minidl.nn.parameter import Parameter


class Conv(Layer):
    """``filters`` filters slide over the input; ``Conv1D``, ``Conv2D``, ``Conv3D`` fix the rank.

    Args:
        filters: F, the number of output channels.
        size: taps of the kernel; an int or one per axis.
        stride, padding, dilation, groups, activation: as in ``F.conv``.
        bias: whether each filter has one.
        init: ``"he"`` (default), ``"glorot"`` or ``"zeros"``.
    """

    kind = "conv"
    rank: int

    def __init__(
        self,
        filters: int,
        size: IntOrInts,
        *,
        stride: IntOrInts = 1,
        padding: Padding = "valid",
        dilation: IntOrInts = 1,
        groups: int = 1,
        activation: str | None = None,
        bias: bool = True,
        init: str = "he",
        name: str | None = None,
    ):
        super().__init__(name)
        self.filters = check_int(filters, "filters")
        self.groups = check_int(groups, "groups")
        if self.filters % self.groups:
            raise ValueError(f"groups={groups} does not divide {filters} filters.")
        check_activation(activation)
        padding_entries(padding, self.rank)
        self.bias, self.init = bias, initializer(init)
        self.size = per_axis(size, self.rank, "size")
        self.stride = per_axis(stride, self.rank, "stride")
        self.dilation = per_axis(dilation, self.rank, "dilation")
        self.padding, self.activation = padding, activation
        self.keeps = "xy" if activation else "x"

    def build(self, *shapes: Shape, rng: np.random.Generator, dtype: np.dtype) -> None:
        """Draw w ``(*K, C/groups, F)`` and begin with b = 0."""
        sizes_of(shapes[0], self, self.rank)
        channels = channels_of(shapes[0], self)
        if channels % self.groups:
            raise ValueError(f"groups={self.groups} does not divide {channels} input channels.")
        w = self.init(rng, self.kernel_shape(channels), self.fans(channels), dtype)
        self.parameters["w"] = Parameter(w)
        if self.bias:
            self.parameters["b"] = Parameter(np.zeros(self.filters, dtype))

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """Return w's shape ``(*K, C/groups, F)`` for an input with C channels."""
        return (*self.size, channels // self.groups, self.filters)

    def fans(self, channels: int) -> tuple[float, float]:
        """Return how many numbers an output reads, and how many outputs an input reaches."""
        taps = prod(self.size) / self.groups
        return taps * channels, taps * self.filters

    def input_channels(self) -> int:
        """Return the channels that w was built for."""
        return self.parameters["w"].value.shape[-2] * self.groups

    def window(self, sizes: tuple[int | None, ...]) -> Window:
        """Return the window that slides over an input of these sizes."""
        known = [ANY_SIZE if s is None else s for s in sizes]
        return make_window(known, self.size, self.stride, self.padding, self.dilation)

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(*O, F)``."""
        sizes = sizes_of(shapes[0], self, self.rank)
        channels_of(shapes[0], self, self.input_channels())
        return (*keep_none(sizes, self.window(sizes).output), self.filters)

    def multiplications(self, *shapes: Shape) -> int:
        """Return positions × the kernel's numbers: each output number takes one per tap."""
        return numel(self.output_shape(*shapes)[:-1]) * self.parameters["w"].value.size

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return conv(x, w, b) and its cache."""
        return F.conv(x, *self.values(), activation=self.activation, **self.settings())

    def backward(
        self, dy: np.ndarray, cache: object, *, need_input: bool = True
    ) -> np.ndarray | None:
        """Add dw and db, return dx."""
        return self.spread(F.conv_backward(dy, cache, self.need(need_input)))

    def settings(self) -> dict:
        """Return the keyword arguments that the forward and the transposed convolution share."""
        return {
            "stride": self.stride,
            "padding": self.padding,
            "dilation": self.dilation,
            "groups": self.groups,
        }

    def values(self) -> tuple[np.ndarray, np.ndarray | None]:
        """Return (w, b)."""
        b = self.parameters.get("b")
        return self.parameters["w"].value, None if b is None else b.value

    def need(self, need_input: bool) -> list[str]:
        """Return the gradients to compute: nothing for frozen parameters."""
        return ["x"] * need_input + self.trainable()

    def spread(self, gradients: tuple[np.ndarray | None, ...]) -> np.ndarray | None:
        """Add (dx, dw, db)'s parameter part to the parameters and return dx."""
        dx, dw, db = gradients
        self.add_gradients({"w": dw, "b": db})
        return dx


class ConvTranspose(Conv):
    """The adjoint of ``Conv`` with the same settings, from ``(*O, channels)`` to more positions.

    ``filters`` is the number of *output* channels; w is ``(*K, filters/groups, channels)``, the
    kernel of the convolution that goes the other way. ``output_padding`` as in
    ``F.conv_transpose``.
    """

    kind = "conv_transpose"

    def __init__(
        self,
        filters: int,
        size: IntOrInts,
        *,
        stride: IntOrInts = 1,
        padding: Padding = "valid",
        output_padding: IntOrInts = 0,
        dilation: IntOrInts = 1,
        groups: int = 1,
        bias: bool = True,
        init: str = "he",
        name: str | None = None,
    ):
        super().__init__(
            filters,
            size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=groups,
            bias=bias,
            init=init,
            name=name,
        )
        self.output_padding = per_axis(output_padding, self.rank, "output_padding", low=0)

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """Return w's shape ``(*K, filters/groups, channels)``."""
        return (*self.size, self.filters // self.groups, channels)

    def fans(self, channels: int) -> tuple[float, float]:
        """Return the same as for ``Conv``; between inputs that are a stride apart, fewer meet."""
        taps = prod(self.size) / self.groups
        return taps * channels / prod(self.stride), taps * self.filters

    def input_channels(self) -> int:
        """Return the channels that w was built for."""
        return self.parameters["w"].value.shape[-1]

    def window(self, sizes: tuple[int | None, ...]) -> Window:
        """Return the window of the convolution that this is the adjoint of."""
        known = [ANY_SIZE if s is None else s for s in sizes]
        return adjoint_window(
            known, self.size, self.stride, self.padding, self.output_padding, self.dilation
        )

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(*O, filters)``."""
        sizes = sizes_of(shapes[0], self, self.rank)
        channels_of(shapes[0], self, self.input_channels())
        return (*keep_none(sizes, self.window(sizes).size), self.filters)

    def multiplications(self, *shapes: Shape) -> int:
        """Return input positions × the kernel's numbers."""
        return numel(shapes[0][:-1]) * self.parameters["w"].value.size

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return conv_transpose(x, w, b) and its cache."""
        return F.conv_transpose(
            x, *self.values(), output_padding=self.output_padding, **self.settings()
        )

    def backward(
        self, dy: np.ndarray, cache: object, *, need_input: bool = True
    ) -> np.ndarray | None:
        """Add dw and db, return dx."""
        return self.spread(F.conv_transpose_backward(dy, cache, self.need(need_input)))


class Conv1D(Conv):
    """Convolution over one axis, ``(N, T, C)``: signals."""

    rank = 1


class Conv2D(Conv):
    """Convolution over two axes, ``(N, H, W, C)``: pictures."""

    rank = 2


class Conv3D(Conv):
    """Convolution over three axes, ``(N, D, H, W, C)``: volumes."""

    rank = 3


class ConvTranspose1D(ConvTranspose):
    """Transposed convolution over one axis."""

    rank = 1


class ConvTranspose2D(ConvTranspose):
    """Transposed convolution over two axes."""

    rank = 2


class ConvTranspose3D(ConvTranspose):
    """Transposed convolution over three axes."""

    rank = 3
