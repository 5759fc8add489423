"""Convolution layers: filters and biases around ``F.conv`` and ``F.conv_transpose``, any rank."""

from math import prod

import numpy as np

import minidl.functional as F
from minidl.arguments import IntOrInts, check_int, per_axis
from minidl.functional.arguments import Padding, check_activation
from minidl.functional.conv_transpose import adjoint_window
from minidl.kernels import Window
from minidl.nn.initializers import initializer
from minidl.nn.layer import Shape, channels_of, numel
from minidl.nn.parameter import Parameter
from minidl.nn.sliding import Sliding


class Conv(Sliding):
    """``filters`` filters slide over the input; ``Conv1D``, ``Conv2D``, ``Conv3D`` fix the rank.

    Args:
        filters: F, the number of output channels.
        size: taps of the kernel; an int or one per axis.
        stride, padding, dilation, groups, activation: as in ``F.conv``.
        bias: whether each filter has one.
        init: ``"he"`` (default), ``"glorot"`` or ``"zeros"``.
    """

    kind = "conv"
    arrays = ("w", "b")
    settings = (*Sliding.settings, "groups", "activation")
    operation, derivative = staticmethod(F.conv), staticmethod(F.conv_backward)

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
        super().__init__(size, stride, padding, dilation, name)
        self.filters = check_int(filters, "filters")
        self.groups = check_int(groups, "groups")
        if self.filters % self.groups:
            raise ValueError(f"groups={groups} does not divide {filters} filters.")
        check_activation(activation)
        self.activation, self.keeps = activation, "xy" if activation else "x"
        self.bias, self.init = bias, initializer(init)

    def build(self, *shapes: Shape, rng: np.random.Generator, dtype: np.dtype) -> None:
        """Draw w ``(*K, C/groups, F)`` and begin with b = 0."""
        self.check_rank(shapes[0])
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

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(*O, F)``."""
        output = super().output_shape(*shapes)
        channels_of(shapes[0], self, self.input_channels())
        return (*output[:-1], self.filters)

    def multiplications(self, *shapes: Shape) -> int:
        """Return positions × the kernel's numbers: each output number takes one per tap."""
        return numel(self.output_shape(*shapes)[:-1]) * self.parameters["w"].value.size


class ConvTranspose(Conv):
    """The adjoint of ``Conv`` with the same settings, from ``(*O, channels)`` to more positions.

    ``filters`` is the number of *output* channels; w is ``(*K, filters/groups, channels)``, the
    kernel of the convolution that goes the other way. ``output_padding`` as in
    ``F.conv_transpose``; other settings as in ``Conv``, but for the activation.
    """

    kind = "conv_transpose"
    settings = (*Sliding.settings, "groups", "output_padding")
    operation, derivative = staticmethod(F.conv_transpose), staticmethod(F.conv_transpose_backward)

    def __init__(self, filters: int, size: IntOrInts, *, output_padding: IntOrInts = 0, **settings):
        super().__init__(filters, size, **settings)
        if "activation" in settings:
            raise TypeError("a transposed convolution takes no activation: put a layer behind it.")
        self.output_padding = per_axis(output_padding, self.rank, "output_padding", low=0)

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """Return w's shape ``(*K, filters/groups, channels)``."""
        return (*self.size, self.filters // self.groups, channels)

    def fans(self, channels: int) -> tuple[float, float]:
        """Return the same as for ``Conv``; between inputs that are a stride apart, fewer meet."""
        read, reached = super().fans(channels)
        return read / prod(self.stride), reached

    def input_channels(self) -> int:
        """Return the channels that w was built for."""
        return self.parameters["w"].value.shape[-1]

    def _window(self, sizes: tuple[int, ...]) -> Window:
        settings = (self.size, self.stride, self.padding, self.output_padding, self.dilation)
        return adjoint_window(sizes, *settings)

    def _output(self, window: Window) -> tuple[int, ...]:
        return window.size  # of the convolution that this is the adjoint of

    def multiplications(self, *shapes: Shape) -> int:
        """Return input positions × the kernel's numbers."""
        return numel(shapes[0][:-1]) * self.parameters["w"].value.size


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
