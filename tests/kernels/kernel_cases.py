"""Generated convolutions and pools, and how closely a kernel must agree with its NumPy twin."""

import numpy as np
from hypothesis import strategies as st

from minidl.kernels import Window

# Largest error over the root mean square of the twin's float64 result.
TOLERANCE = {np.float32: 1e-4, np.float64: 1e-10}
DTYPES = st.sampled_from([np.float32, np.float64])


@st.composite
def windows(draw, ranks=(1, 2, 3), kernel=None, stride=None, dilation=None, ceil=(False,)):
    """Draw a window with at least one output position."""
    rank = draw(st.sampled_from(ranks))
    longest = {1: 40, 2: 18, 3: 9, 4: 5}[rank]

    def axis(values):
        return tuple(draw(st.integers(*values)) for _ in range(rank))

    kernel = axis(kernel or (1, 4))
    dilation = axis(dilation or (1, 2))
    before, after = axis((0, 3)), axis((0, 3))
    extent = ((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
    least = (max(1, e - b - a) for e, b, a in zip(extent, before, after, strict=True))
    size = tuple(draw(st.integers(low, max(low, longest))) for low in least)
    return Window(
        size, kernel, axis(stride or (1, 3)), dilation, before, after, draw(st.sampled_from(ceil))
    )


@st.composite
def winograd_windows(draw):
    """Draw windows with 3×3 taps and stride 1 on the last two axes, anything before."""
    rank = draw(st.sampled_from((2, 3)))
    front = draw(windows(ranks=(1,))) if rank == 3 else None
    last = draw(windows(ranks=(2,), kernel=(3, 3), stride=(1, 1), dilation=(1, 1)))
    if front is None:
        return last
    size = (min(front.size[0], 6 + front.extent[0]),)  # few planes
    return Window(
        size + last.size,
        front.kernel + last.kernel,
        front.stride + last.stride,
        front.dilation + last.dilation,
        front.before + last.before,
        front.after + last.after,
    )


@st.composite
def convolutions(draw, window, channels=(1, 40), groups=(1, 3), filters=(1, 40)):
    """Draw (x, w, b, window, groups) for windows from the strategy ``window``."""
    window, groups = draw(window), draw(st.integers(*groups))
    depth, filters = draw(st.integers(*channels)), draw(st.integers(*filters))
    batch, dtype = draw(st.integers(1, 3)), draw(DTYPES)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def numbers(*shape):
        return rng.standard_normal(shape).astype(dtype)

    x = numbers(batch, *window.size, depth * groups)
    w = numbers(*window.kernel, depth, filters * groups)
    return x, w, numbers(filters * groups), window, groups


def doubled(*arrays):
    """Return the arrays as float64, in which the twin's result counts as the truth."""
    return tuple(a.astype(np.float64) for a in arrays)


def check_close(fast, twin):
    """Hold a kernel's result against the twin's float64 result."""
    assert fast.shape == twin.shape
    assert fast.flags.c_contiguous
    scale = np.sqrt(np.mean(twin**2)) if twin.size else 1.0
    np.testing.assert_allclose(fast, twin, rtol=0, atol=TOLERANCE[fast.dtype.type] * scale)
