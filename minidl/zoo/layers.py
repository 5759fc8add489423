"""What the real networks need: pools to choose from, their preprocessing, and dlib's addition."""

from collections.abc import Callable, Sequence

import numpy as np

from minidl import nn
from minidl.nn.layer import Shape

POOLS: dict[str, Callable[..., nn.Layer]] = {"max": nn.MaxPool2D, "average": nn.AvgPool2D}


class Standardize(nn.Layer):
    """y = (x − mean) · scale for each channel, after the channels were put into another order.

    Inside a network it lets the input be an RGB picture with values 0…255, and the input's
    gradient be that picture's.

    Args:
        mean: one number per channel of y.
        scale: one number.
        order: which channel of x becomes each channel of y: ``(2, 1, 0)`` makes BGR of RGB.
    """

    kind = "preprocess"
    keeps = ""

    def __init__(
        self,
        mean: Sequence[float],
        scale: float = 1.0,
        order: Sequence[int] | None = None,
        *,
        name: str | None = None,
    ):
        super().__init__(name)
        self.mean, self.scale = np.array(mean), float(scale)
        self.order = np.arange(len(mean)) if order is None else np.array(order)
        self.back = np.argsort(self.order)

    def forward(self, x: np.ndarray, *, training: bool = False):
        """Return (x − mean) · scale; there is nothing to remember."""
        y = np.take(x, self.order, axis=-1)
        y -= self.mean.astype(x.dtype)
        y *= x.dtype.type(self.scale)
        return y, None

    def backward(self, dy: np.ndarray, cache: None, *, need_input: bool = True):
        """Return dx = dy · scale, its channels in x's order."""
        if not need_input:
            return None
        return np.take(dy, self.back, axis=-1) * dy.dtype.type(self.scale)


class PadAdd(nn.Layer):
    """The sum of arrays of different sizes: each is padded with zeros at the end of every axis.

    dlib adds so in its residual blocks: the pooled shortcut has half the channels of the main path,
    and sometimes one row and column less or more.
    """

    kind = "add"
    keeps = ""

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return the largest size of every axis, None where one is not fixed."""
        axes = zip(*shapes, strict=True)
        return tuple(None if None in sizes else max(sizes) for sizes in axes)

    def forward(self, *inputs: np.ndarray, training: bool = False):
        """Return the sum, and the inputs' shapes."""
        shapes = [x.shape for x in inputs]
        total = np.zeros([max(sizes) for sizes in zip(*shapes, strict=True)], inputs[0].dtype)
        for x in inputs:
            total[corner(x.shape)] += x
        return total, shapes

    def backward(self, dy: np.ndarray, cache: list[tuple[int, ...]], *, need_input: bool = True):
        """Return for every input the part of dy that it reached."""
        return tuple(np.ascontiguousarray(dy[corner(shape)]) for shape in cache)


def corner(shape: Sequence[int]) -> tuple[slice, ...]:
    """Return the index of the first ``shape`` entries of a larger array."""
    return tuple(slice(size) for size in shape)
