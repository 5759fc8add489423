"""Generated settings of convolutions and pools: every form of every option, on small arrays."""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

LAYOUTS = ("C", "F", "strided", "reversed")


def lay_out(array: np.ndarray, layout: str) -> np.ndarray:
    """Return the same numbers in another order of memory."""
    if layout == "F":
        return np.asfortranarray(array)
    if layout == "strided":
        wide = np.full([2 * n for n in array.shape], np.nan, array.dtype)
        every_second = (slice(None, None, 2),) * array.ndim
        wide[every_second] = array
        return wide[every_second]
    if layout == "reversed":
        back = (slice(None, None, -1),) * array.ndim
        return array[back].copy()[back]
    return array


@dataclass(frozen=True)
class Setting:
    """Shapes and options; arrays are drawn from the seed, so that a failure prints in one line."""

    x: tuple[int, ...]
    w: tuple[int, ...]
    b: int | None
    layout: str
    seed: int
    options: dict = field(default_factory=dict)

    def arrays(self, dtype=np.float64) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Return x, w and b (or None)."""
        rng = np.random.default_rng(self.seed)
        x, w = (
            lay_out(rng.standard_normal(s).astype(dtype), self.layout) for s in (self.x, self.w)
        )
        return x, w, None if self.b is None else rng.standard_normal(self.b).astype(dtype)

    def gradient(self, shape: tuple[int, ...], dtype=np.float64) -> np.ndarray:
        """Return a dy of this shape."""
        rng = np.random.default_rng([self.seed, 1])
        return lay_out(rng.standard_normal(shape).astype(dtype), self.layout)

    def inputs(self) -> np.ndarray:
        """Return x alone."""
        x = np.random.default_rng(self.seed).standard_normal(self.x)
        return lay_out(x, self.layout)

    def separated(self) -> np.ndarray:
        """Return an x whose numbers all differ by 1 or more: no ties, no kinks nearby."""
        rng = np.random.default_rng(self.seed)
        numbers = rng.permutation(int(np.prod(self.x))) - np.prod(self.x) / 2.0
        return lay_out(numbers.reshape(self.x), self.layout)


@dataclass(frozen=True)
class Axis:
    """The options along one axis."""

    kernel: int
    stride: int
    dilation: int
    padding: object

    @property
    def extent(self) -> int:
        return (self.kernel - 1) * self.dilation + 1

    @property
    def least(self) -> int:
        """The smallest input that leaves an output."""
        return 1 if self.padding in ("same", "causal") else max(1, self.extent - sum(self.pads(1)))

    def pads(self, size: int) -> tuple[int, int]:
        """(before, after) by the rules of the documentation."""
        if isinstance(self.padding, int):
            return self.padding, self.padding
        if isinstance(self.padding, tuple):
            return self.padding
        if self.padding == "causal":
            return self.extent - 1, 0
        if self.padding == "same":
            outputs = -(-size // self.stride)
            total = max((outputs - 1) * self.stride + self.extent - size, 0)
            return total // 2, total - total // 2
        return 0, 0


def per_axis(options: dict, kernel: tuple[int, ...]) -> list[Axis]:
    """Return a setting's options axis by axis."""
    stride = kernel if options.get("stride") is None else options["stride"]
    columns = [
        [value] * len(kernel) if isinstance(value, str | int | np.integer) else list(value)
        for value in (stride, options["dilation"], options["padding"])
    ]
    axes = zip(kernel, *columns, strict=True)
    return [Axis(int(k), int(s), int(d), padding) for k, s, d, padding in axes]


def window_starts(a: Axis, size: int, ceil_mode: bool) -> list[int]:
    """Return where every window of an axis begins, by the words of the documentation."""
    before, after = a.pads(size)
    starts = list(range(-before, size + after - a.extent + 1, a.stride))
    if ceil_mode and starts and starts[-1] + a.extent < size + after:
        starts.append(starts[-1] + a.stride)
    if ceil_mode and starts and starts[-1] >= size:  # it would begin in the far padding
        starts.pop()
    return starts


def no_window_is_empty(sizes: list[int], each: list[Axis], ceil_mode: bool) -> bool:
    """Whether there are windows, and all of them hold a real position."""
    return all(
        starts and all(any(0 <= s + k * a.dilation < n for k in range(a.kernel)) for s in starts)
        for n, a in zip(sizes, each, strict=True)
        if (starts := window_starts(a, n, ceil_mode)) is not None
    )


@st.composite
def axes(draw, rank: int, largest_kernel: int = 3, largest_pad: int = 2):
    """Draw every axis' options, and the padding in one of the forms that it may take."""
    pad = st.integers(0, largest_pad)
    one = st.sampled_from(("valid", "same", pad, st.tuples(pad, pad)))
    forms = ["valid", "same", "int", "per axis"] + ["causal"] * (rank == 1)
    form = draw(st.sampled_from(forms))
    if form == "int":
        padding = draw(pad)
    elif form == "per axis":
        entries = [draw(one) for _ in range(rank)]
        padding = tuple(draw(e) if isinstance(e, st.SearchStrategy) else e for e in entries)
    else:
        padding = form
    per_axis = padding if isinstance(padding, tuple) else (padding,) * rank
    small = rank == 3
    return padding, [
        Axis(
            draw(st.integers(1, 2 if small else largest_kernel)),
            draw(st.integers(1, 3)),
            draw(st.integers(1, 2)),
            p,
        )
        for p in per_axis
    ]


def spread(draw, values: list[int]):
    """Return the values as one int where they are equal (sometimes), else as a list or tuple."""
    if len(set(values)) == 1 and draw(st.booleans()):
        return values[0]
    return draw(st.sampled_from((tuple, list, np.array)))(values)


batches = st.sampled_from((0, 1, 2, 2, 3))
layouts = st.sampled_from(LAYOUTS)
seeds = st.integers(0, 10_000)


@st.composite
def convolutions(draw, rank: int) -> Setting:
    """Draw a convolution: x ``(N, *S, C)`` and w ``(*K, C/groups, F)`` that fit."""
    padding, each = draw(axes(rank))
    sizes = [a.least + draw(st.integers(0, 2 if rank == 3 else 4)) for a in each]
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    depth, filters = draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    return Setting(
        (draw(batches), *sizes, depth * groups),
        (*(a.kernel for a in each), depth, filters),
        draw(st.sampled_from((None, filters))),
        draw(layouts),
        draw(seeds),
        {
            "stride": spread(draw, [a.stride for a in each]),
            "padding": padding,
            "dilation": spread(draw, [a.dilation for a in each]),
            "groups": groups,
        },
    )


@st.composite
def transposed(draw, rank: int) -> Setting:
    """Draw a transposed convolution: x ``(N, *S, F)`` and w ``(*K, C/groups, F)`` that fit."""
    padding, each = draw(axes(rank))
    extra = [0 if a.padding == "same" else draw(st.integers(0, a.stride - 1)) for a in each]
    sizes = []
    for a, e in zip(each, extra, strict=True):
        cut = 0 if a.padding == "same" else sum(a.pads(1)) - a.extent - e + 1
        least = 1 + max(0, -(-cut // a.stride))
        sizes.append(least + draw(st.integers(0, 2 if rank == 3 else 3)))
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    depth, filters = draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    return Setting(
        (draw(batches), *sizes, filters),
        (*(a.kernel for a in each), depth, filters),
        draw(st.sampled_from((None, depth * groups))),
        draw(layouts),
        draw(seeds),
        {
            "stride": spread(draw, [a.stride for a in each]),
            "padding": padding,
            "output_padding": spread(draw, extra),
            "dilation": spread(draw, [a.dilation for a in each]),
            "groups": groups,
        },
    )


@st.composite
def pools(draw, rank: int) -> Setting:
    """Draw a pool whose windows all hold at least one real position; w is the window's size."""
    padding, each = draw(axes(rank, largest_pad=1))
    sizes = [a.least + draw(st.integers(0, 3)) for a in each]
    stride = draw(st.sampled_from((None, spread(draw, [a.stride for a in each]))))
    options = {
        "size": spread(draw, [a.kernel for a in each]),
        "stride": stride,
        "padding": padding,
        "dilation": spread(draw, [a.dilation for a in each]),
        "ceil_mode": draw(st.booleans()),
    }
    kernel = tuple(a.kernel for a in each)
    assume(no_window_is_empty(sizes, per_axis(options, kernel), options["ceil_mode"]))
    shape = (draw(batches), *sizes, draw(st.integers(1, 3)))
    return Setting(shape, kernel, None, draw(layouts), draw(seeds), options)
