"""Which kernel for which shape: the whole rule, in one place.

| convolution | kernel |
|---|---|
| float32, 3×3 taps with stride 1 on the last two axes, 16 channels or more to sum over | winograd |
| everything else, and all of float64 | direct |
| arrays without a number in them | numpy/conv |

float64 is for checking derivatives: there only sums in the plain order are used, no transforms.

**NaN and infinity** reach exactly the results that they are a term of, forwards and in every
gradient; padding is no term of anything. The fast ways break this by themselves: Winograd's
transforms spread a NaN, or what overflows in them, over a tile of 4×4 outputs, and direct
sums multiply by zeros where outputs are taken together or where there is padding. But then what is
wrong is NaN or infinite itself. So each kernel looks whether all its sums are finite, while they
are still in registers, and if not, the whole call is done once more by ``numpy/direct``, tap by
tap. With numbers that are not finite a convolution is some ten times slower, therefore.

What is finite but very large is another matter: Winograd's rounding errors are relative to the
largest of a tile's 6×6 inputs, not to those that an output reads.
"""

import numpy as np

from minidl.kernels.conv import direct, weight_gradient, winograd
from minidl.kernels.numpy import conv as numpy_conv
from minidl.kernels.window import Window

WORTH_TRANSFORMING = 16  # channels to sum over between Winograd's transforms


def _transforms_pay(x: np.ndarray, window: Window, groups: int) -> bool:
    deep = x.shape[-1] // groups >= WORTH_TRANSFORMING
    return deep and x.dtype == np.float32 and winograd.fits(window)


def convolve(
    x: np.ndarray,
    w: np.ndarray,
    window: Window,
    groups: int = 1,
    *,
    bias: np.ndarray | None = None,
    relu: bool = False,
) -> np.ndarray:
    """Convolve ``(N, *S, C)`` with ``(*K, C/groups, F)``, add the bias, clip at 0 if ``relu``."""
    x = np.ascontiguousarray(x)
    if not (x.size and w.size and all(window.output)):
        return numpy_conv.convolve(x, w, window, groups, bias=bias, relu=relu)
    if _transforms_pay(x, window, groups):
        return winograd.convolve(x, w, window, groups, bias=bias, relu=relu)
    return direct.convolve(x, w, window, groups, bias=bias, relu=relu)


def convolve_input_gradient(
    dy: np.ndarray, w: np.ndarray, window: Window, groups: int = 1
) -> np.ndarray:
    """Return the gradient to the input ``(N, *size, C)``, given that of the output."""
    dy = np.ascontiguousarray(dy)
    if not (dy.size and w.size and all(window.size)):
        return numpy_conv.convolve_input_gradient(dy, w, window, groups)
    if _transforms_pay(dy, window, groups):
        return winograd.convolve_input_gradient(dy, w, window, groups)
    return direct.convolve_input_gradient(dy, w, window, groups)


def convolve_kernel_gradient(
    x: np.ndarray, dy: np.ndarray, window: Window, groups: int = 1
) -> np.ndarray:
    """Return the gradient to the kernel ``(*K, C/groups, F)``, given that of the output."""
    x, dy = np.ascontiguousarray(x), np.ascontiguousarray(dy)
    if not (x.size and dy.size):
        return numpy_conv.convolve_kernel_gradient(x, dy, window, groups)
    if _transforms_pay(x, window, groups):
        return weight_gradient.winograd_weight_gradient(x, dy, window, groups)
    return weight_gradient.direct_weight_gradient(x, dy, window, groups)
