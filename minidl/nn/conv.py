"""Convolution layers: filters and biases around ``F.conv`` and ``F.conv_transpose``, any rank."""

import numpy as np

import minidl.functional as F
from minidl.functional.arguments import IntOrInts, Padding, is_int, make_window, per_axis
from minidl.functional.conv_transpose import adjoint_window
from minidl.nn.initializers import INITIALIZERS
from minidl.nn.layer import Layer, Shape, channels_of, count
from minidl.nn.parameter import Parameter

ANY_SIZE = 10_000  # stands for a size that is not fixed while shapes are worked out


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
        if not is_int(filters) or filters < 1:
            raise ValueError(f"filters must be a positive int, got {filters!r}.")
        if init not in INITIALIZERS:
            raise ValueError(f"init must be one of {sorted(INITIALIZERS)}, got {init!r}.")
        self.filters, self.bias, self.init = int(filters), bias, init
        self.size = per_axis(size, self.rank, "size")
        self.stride = per_axis(stride, self.rank, "stride")
        self.dilation = per_axis(dilation, self.rank, "dilation")
        self.padding, self.groups, self.activation = padding, groups, activation

    def build(self, *shapes: Shape, rng: np.random.Generator, dtype: np.dtype) -> None:
        """Draw w ``(*K, C/groups, F)`` and begin with b = 0."""
        channels = channels_of(shapes[0], type(self).__name__)
        if len(shapes[0]) != self.rank + 1:
            raise ValueError(
                f"{type(self).__name__} needs an input of shape (*S, C) with {self.rank} sizes, "
                f"got {shapes[0]}."
            )
        if channels % self.groups:
            raise ValueError(f"groups={self.groups} does not divide {channels} input channels.")
        shape = self.kernel_shape(channels)
        self.parameters["w"] = Parameter(INITIALIZERS[self.init](rng, shape, dtype))
        if self.bias:
            self.parameters["b"] = Parameter(np.zeros(self.filters, dtype))

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """Return w's shape for an input with so many channels."""
        return (*self.size, channels // self.groups, self.filters)

    def window(self, sizes: tuple[int | None, ...]):
        """Return the window (``kernels.Window``) that slides over an input of these sizes."""
        known = [ANY_SIZE if s is None else s for s in sizes]
        return make_window(known, self.size, self.stride, self.padding, self.dilation)

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(*O, F)``."""
        return (*keep_none(shapes[0][:-1], self.window(shapes[0][:-1]).output), self.filters)

    def multiplications(self, *shapes: Shape) -> int:
        """Return positions × the kernel's numbers: each output number takes one per tap."""
        return count(self.output_shape(*shapes)[:-1]) * self.parameters["w"].value.size

    def forward(self, x: np.ndarray, *, training: bool = False):
        """Return conv(x, w, b) and its cache."""
        return F.conv(x, *self.values(), activation=self.activation, **self.settings())

    def backward(self, dy: np.ndarray, cache, *, need_input: bool = True):
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

    def spread(self, gradients):
        """Add (dx, dw, db)'s parameter part to the parameters and return dx."""
        dx, dw, db = gradients
        self.add_gradients({"w": dw, "b": db})
        return dx


class ConvTranspose(Conv):
    """The adjoint of ``Conv`` with the same settings, from ``(*O, channels)`` to more positions.

    ``filters`` is the number of *output* channels; w is ``(*K, filters/groups, channels)``, the
    kernel of the convolution that goes the other way.
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
        if self.filters % groups:
            raise ValueError(f"groups={groups} does not divide {self.filters} filters.")
        self.output_padding = output_padding

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """Return w's shape ``(*K, filters/groups, channels)``."""
        return (*self.size, self.filters // self.groups, channels)

    def window(self, sizes: tuple[int | None, ...]):
        """Return the window of the convolution that this is the adjoint of."""
        known = [1 if s is None else s for s in sizes]
        return adjoint_window(
            known, self.size, self.stride, self.padding, self.output_padding, self.dilation
        )

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(*O, filters)``."""
        return (*keep_none(shapes[0][:-1], self.window(shapes[0][:-1]).size), self.filters)

    def multiplications(self, *shapes: Shape) -> int:
        """Return input positions × the kernel's numbers."""
        return count(shapes[0][:-1]) * self.parameters["w"].value.size

    def forward(self, x: np.ndarray, *, training: bool = False):
        """Return conv_transpose(x, w, b) and its cache."""
        return F.conv_transpose(
            x, *self.values(), output_padding=self.output_padding, **self.settings()
        )

    def backward(self, dy: np.ndarray, cache, *, need_input: bool = True):
        """Add dw and db, return dx."""
        return self.spread(F.conv_transpose_backward(dy, cache, self.need(need_input)))


def keep_none(sizes: tuple[int | None, ...], output: tuple[int, ...]) -> tuple[int | None, ...]:
    """Return the output sizes, None where the input's size was not fixed."""
    return tuple(None if s is None else o for s, o in zip(sizes, output, strict=True))


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
