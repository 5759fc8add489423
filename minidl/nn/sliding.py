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

    def window(self, sizes: tuple[int, ...]) -> Window:
        """Return the window that slides over an input of these sizes."""
        return make_window(sizes, self.size, self.stride, self.padding, self.dilation)

    def window_of(self, shape: Shape) -> Window:
        """Return the window for an input ``(*S, C)``; it fits into a size that is not fixed."""
        if len(shape) != self.rank + 1:
            raise ValueError(
                f"{type(self).__name__} needs an input of shape (*S, C) with {self.rank} sizes, "
                f"got {shape}."
            )
        return self.window(tuple(ANY_SIZE if size is None else size for size in shape[:-1]))

    def output_shape(self, *shapes: Shape) -> Shape:
        """Return ``(*O, C)``, None where the input's size is not fixed."""
        *sizes, channels = shapes[0]
        output = self.output_sizes(self.window_of(shapes[0]))
        fixed = (None if s is None else o for s, o in zip(sizes, output, strict=True))
        return (*fixed, channels)

    def output_sizes(self, window: Window) -> tuple[int, ...]:
        """Return O, which the window itself knows."""
        return window.output
