"""Which kernel for which shape: the whole rule, in one place.

| | |
|---|---|
| 3×3 with stride 1 on the last two axes, float32, 16 channels and filters or more | Winograd |
| everything else | NumPy |
"""

import numpy as np

from minidl.kernels import numpy_conv, winograd
from minidl.kernels.window import Window


def _winograd_pays(a: np.ndarray, channels: int, filters: int, window: Window) -> bool:
    wide = min(channels, filters) >= 16
    return a.size > 0 and a.dtype == np.float32 and wide and winograd.fits(window)


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
    x, w = np.ascontiguousarray(x), np.ascontiguousarray(w)
    if _winograd_pays(x, w.shape[-2], w.shape[-1] // groups, window):
        return winograd.convolve(x, w, window, groups, bias=bias, relu=relu)
    return numpy_conv.convolve(x, w, window, groups, bias=bias, relu=relu)


def convolve_input_gradient(
    dy: np.ndarray, w: np.ndarray, window: Window, groups: int = 1
) -> np.ndarray:
    """Return the gradient to the input ``(N, *size, C)``, given that of the output."""
    dy, w = np.ascontiguousarray(dy), np.ascontiguousarray(w)
    if _winograd_pays(dy, w.shape[-2], w.shape[-1] // groups, window):
        return winograd.convolve_input_gradient(dy, w, window, groups)
    return numpy_conv.convolve_input_gradient(dy, w, window, groups)
