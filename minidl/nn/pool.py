"""Pooling layers: no parameters, only settings around ``F.max_pool`` and its relatives."""

import minidl.functional as F
from minidl.arguments import IntOrInts
from minidl.functional.arguments import Padding, make_window
from minidl.kernels import Window
from minidl.nn.layer import Operation, Shape
from minidl.nn.sliding import Sliding


class MaxPool(Sliding):
    """The largest value of each window; ``MaxPool1D/2D/3D`` fix the rank.

    Settings are those of ``F.max_pool``.
    """

    kind = "pool"
    keeps = ""
    settings = ("size", *Sliding.settings, "ceil_mode")
    operation, derivative = staticmethod(F.max_pool), staticmethod(F.max_pool_backward)

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
        super().__init__(size, size if stride is None else stride, padding, dilation, name)
        self.ceil_mode = ceil_mode

    def _window(self, sizes: tuple[int, ...]) -> Window:
        settings = (self.size, self.stride, self.padding, self.dilation, self.ceil_mode)
        return make_window(sizes, *settings)


class AvgPool(MaxPool):
    """The mean of each window; ``AvgPool1D/2D/3D`` fix the rank; settings as in ``F.avg_pool``."""

    settings = (*MaxPool.settings, "count_padding")
    operation, derivative = staticmethod(F.avg_pool), staticmethod(F.avg_pool_backward)

    def __init__(self, size: IntOrInts, *, count_padding: bool = False, **settings):
        super().__init__(size, **settings)
        self.count_padding = count_padding


class GlobalAvgPool(Operation):
    """The mean of each channel over all positions: ``(*S, C) → (C,)``, any rank."""

    kind = "pool"
    keeps = ""
    operation, derivative = (
        staticmethod(F.global_avg_pool),
        staticmethod(F.global_avg_pool_backward),
    )

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(C,)``."""
        if len(shapes[0]) < 2:
            raise ValueError(f"GlobalAvgPool needs positions to average, got shape {shapes[0]}.")
        return shapes[0][-1:]


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
