"""The arithmetic of a sliding window, which convolution and pooling share at every rank.

Everything about sizes, steps and borders is decided here, once, for each axis by itself; the loops
that use a window never look at a padding argument.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

Ints = tuple[int, ...]


@dataclass(frozen=True)
class Window:
    """A window of ``kernel`` taps sliding over ``size`` positions; one entry for every axis.

    Tap ``k`` of output position ``o`` reads input position ``o·stride + k·dilation − before``;
    outside ``0 … size − 1`` lies padding. ``after`` never moves a tap: it only decides how many
    output positions there are.
    """

    size: Ints
    kernel: Ints
    stride: Ints
    dilation: Ints
    before: Ints
    after: Ints
    ceil: bool = False

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return len(self.size)

    @cached_property
    def extent(self) -> Ints:
        """Positions that one window spans: ``(kernel − 1)·dilation + 1``."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    @cached_property
    def output(self) -> Ints:
        """Number of output positions: ``⌊(size + before + after − extent) / stride⌋ + 1``.

        In ceil mode the division rounds up, and a last window that would begin in the far padding
        is dropped.
        """
        return tuple(self._positions(axis) for axis in range(self.rank))

    def _positions(self, axis: int) -> int:
        size, stride = self.size[axis], self.stride[axis]
        room = size + self.before[axis] + self.after[axis] - self.extent[axis]
        if room < 0:
            return 0
        if not self.ceil:
            return room // stride + 1
        count = -(-room // stride) + 1
        begins_in_far_padding = (count - 1) * stride >= size + self.before[axis]
        return count - begins_in_far_padding

    def count_within(self, axis: int, low: int, high: int) -> np.ndarray:
        """Return, for each output position, how many taps read one of low … high − 1."""
        dilation = self.dilation[axis]
        start = np.arange(self.output[axis], dtype=np.int64) * self.stride[axis] - self.before[axis]
        first = np.maximum(-((start - low) // dilation), 0)
        stop = np.minimum((high - 1 - start) // dilation + 1, self.kernel[axis])
        return np.maximum(stop - first, 0)

    @cached_property
    def holds_only_padding(self) -> bool:
        """True if a window reads nothing but padding."""
        each = (self.count_within(axis, 0, self.size[axis]) for axis in range(self.rank))
        return not all(count.all() for count in each)

    @cached_property
    def is_pointwise(self) -> bool:
        """True for a 1×…×1 kernel with stride 1 and no padding: a dense layer at each position."""
        unit = (1,) * self.rank
        zero = (0,) * self.rank
        return self.kernel == self.stride == unit and self.before == self.after == zero
