"""A window that slides over the input: what convolutions and pools share as layers."""

from minidl.arguments import IntOrInts, per_axis
from minidl.functional.arguments import Padding, make_window, padding_entries
from minidl.kernels import Window
from minidl.nn.layer import Operation, Shape

ANY_SIZE = 2**30  # stands for a size that is not fixed while shapes are worked out


class Sliding(Operation):
    """An operation with a window that slides over ``rank`` axes."""

    rank: int
    settings = ("stride", "padding", "dilation")

    def __init__(
        self,
        size: IntOrInts,
        stride: IntOrInts,
        padding: Padding,
        dilation: IntOrInts,
        name: str | None,
    ):
        super().__init__(name)
        self.size = per_axis(size, self.rank, "size")
        self.stride = per_axis(stride, self.rank, "stride")
        self.dilation = per_axis(dilation, self.rank, "dilation")
        padding_entries(padding, self.rank)
        self.padding = padding

    def window(self, sizes: tuple[int | None, ...]) -> Window:
        """Return the window that slides over an input of these sizes, None where any will do."""
        return self._window(tuple(ANY_SIZE if size is None else size for size in sizes))

    def _window(self, sizes: tuple[int, ...]) -> Window:
        return make_window(sizes, self.size, self.stride, self.padding, self.dilation)

    def check_rank(self, shape: Shape) -> None:
        """Refuse an input ``(*S, C)`` without a size for every axis of the window."""
        if len(shape) != self.rank + 1:
            raise ValueError(
                f"{type(self).__name__} needs an input of shape (*S, C) with {self.rank} sizes, "
                f"got {shape}."
            )

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(*O, C)``, None where the input's size is not fixed."""
        self.check_rank(shapes[0])
        *sizes, channels = shapes[0]
        output = self._output(self.window(tuple(sizes)))
        fixed = (None if s is None else o for s, o in zip(sizes, output, strict=True))
        return (*fixed, channels)

    def _output(self, window: Window) -> tuple[int, ...]:
        return window.output
