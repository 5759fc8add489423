"""Pooling layers: no parameters, only settings around ``F.max_pool`` and its relatives."""

import numpy as np

import minidl.functional as F
from minidl.arguments import IntOrInts, per_axis
from minidl.functional.arguments import Padding, make_window, padding_entries
from minidl.kernels import Window
from minidl.nn.layer import ANY_SIZE, Layer, Shape, keep_none, sizes_of


class Pool(Layer):
    """What the pools share: a window's settings, all as in ``F.max_pool``."""

    kind = "pool"
    keeps = ""
    rank: int

    def __init__(
        self,
        size: IntOrInts,
        *,
        stride: IntOrInts | None = None,
        padding: Padding = "valid",
        dilation: IntOrInts = 1,
        ceil_mode: bool = False,
        name: str | None = None,
    ):
        super().__init__(name)
        self.size = per_axis(size, self.rank, "size")
        self.stride = self.size if stride is None else per_axis(stride, self.rank, "stride")
        self.dilation = per_axis(dilation, self.rank, "dilation")
        padding_entries(padding, self.rank)
        self.padding, self.ceil_mode = padding, ceil_mode

    def window(self, sizes: tuple[int | None, ...]) -> Window:
        """Return the window that slides over an input of these sizes."""
        known = [ANY_SIZE if s is None else s for s in sizes]
        settings = (self.size, self.stride, self.padding, self.dilation, self.ceil_mode)
        return make_window(known, *settings)

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(*O, C)``."""
        sizes, channels = sizes_of(shapes[0], self, self.rank), shapes[0][-1]
        return (*keep_none(sizes, self.window(sizes).output), channels)

    def settings(self) -> dict:
        """Return the keyword arguments of the operation."""
        return {
            "stride": self.stride,
            "padding": self.padding,
            "dilation": self.dilation,
            "ceil_mode": self.ceil_mode,
        }


class MaxPool(Pool):
    """The largest value of each window; ``MaxPool1D/2D/3D`` fix the rank."""

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return max_pool(x) and its cache."""
        return F.max_pool(x, self.size, **self.settings())

    def backward(
        self, dy: np.ndarray, cache: object, *, need_input: bool = True
    ) -> np.ndarray | None:
        """Return dx."""
        return F.max_pool_backward(dy, cache) if need_input else None


class AvgPool(Pool):
    """The mean of each window; ``AvgPool1D/2D/3D`` fix the rank."""

    def __init__(self, size: IntOrInts, *, count_padding: bool = False, **settings):
        super().__init__(size, **settings)
        self.count_padding = count_padding

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return avg_pool(x) and its cache."""
        return F.avg_pool(x, self.size, count_padding=self.count_padding, **self.settings())

    def backward(
        self, dy: np.ndarray, cache: object, *, need_input: bool = True
    ) -> np.ndarray | None:
        """Return dx."""
        return F.avg_pool_backward(dy, cache) if need_input else None


class GlobalAvgPool(Layer):
    """The mean of each channel over all positions: ``(*S, C) → (C,)``, any rank."""

    kind = "pool"
    keeps = ""

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(C,)``."""
        if len(shapes[0]) < 2:
            raise ValueError(f"GlobalAvgPool needs positions to average, got shape {shapes[0]}.")
        return shapes[0][-1:]

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return the means and the cache."""
        return F.global_avg_pool(x)

    def backward(
        self, dy: np.ndarray, cache: object, *, need_input: bool = True
    ) -> np.ndarray | None:
        """Return dx."""
        return F.global_avg_pool_backward(dy, cache) if need_input else None


class MaxPool1D(MaxPool):
    """Max pooling over one axis."""

    rank = 1


class MaxPool2D(MaxPool):
    """Max pooling over two axes."""

    rank = 2


class MaxPool3D(MaxPool):
    """Max pooling over three axes."""

    rank = 3


class AvgPool1D(AvgPool):
    """Average pooling over one axis."""

    rank = 1


class AvgPool2D(AvgPool):
    """Average pooling over two axes."""

    rank = 2


class AvgPool3D(AvgPool):
    """Average pooling over three axes."""

    rank = 3
