"""Convolution and pooling once more, from SciPy and from plain loops: other people's truth."""

from itertools import product

import numpy as np
from scipy.signal import convolve, correlate

from tests.functional.window_settings import per_axis, window_starts


def dilate(array: np.ndarray, steps: list[int]) -> np.ndarray:
    """Return the array with zeros between its numbers, along its first axes."""
    sizes = [(n - 1) * d + 1 for n, d in zip(array.shape, steps, strict=False)]
    wide = np.zeros((*sizes, *array.shape[len(steps) :]), array.dtype)
    wide[tuple(slice(None, None, d) for d in steps)] = array
    return wide


def scipy_conv(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, options: dict) -> np.ndarray:
    """Return conv(x, w, b): SciPy's correlate, channel by channel, of a padded x."""
    each = per_axis(options, w.shape[:-2])
    pads = [a.pads(n) for a, n in zip(each, x.shape[1:-1], strict=True)]
    x = np.pad(x, [(0, 0), *pads, (0, 0)])
    w = dilate(w, [a.dilation for a in each])
    depth, filters = w.shape[-2:]
    per_group = filters // options["groups"]
    out = []
    for f in range(filters):
        first = f // per_group * depth
        images = [
            sum(
                correlate(image[..., first + c], w[..., c, f], mode="valid", method="direct")
                for c in range(depth)
            )
            for image in x
        ]
        sizes = [n - k + 1 for n, k in zip(x.shape[1:-1], w.shape[:-2], strict=True)]
        out.append(np.array(images).reshape(len(x), *sizes))
    y = np.stack(out, axis=-1)[(slice(None), *(slice(None, None, a.stride) for a in each))]
    return y if b is None else y + b


def scipy_conv_transpose(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None, options: dict
) -> np.ndarray:
    """Return conv_transpose: zeros between the inputs, SciPy's full convolution, a crop."""
    each = per_axis(options, w.shape[:-2])
    extra = options["output_padding"]
    extra = [extra] * len(each) if isinstance(extra, int) else list(extra)
    groups, (depth, filters) = options["groups"], w.shape[-2:]
    per_group = filters // groups
    w = dilate(w, [a.dilation for a in each])
    index = [slice(None)]
    for a, n, e in zip(each, x.shape[1:-1], extra, strict=True):
        before, after = a.pads(n * a.stride)
        full = (n - 1) * a.stride + a.extent
        size = n * a.stride if a.padding == "same" else full - before - after + e
        index.append((before, size))
    out = []
    for c in range(depth * groups):
        group, channel = divmod(c, depth)
        images = []
        for image in x:
            total = sum(
                convolve(
                    dilate(image[..., f], [a.stride for a in each]),
                    w[..., channel, f],
                    mode="full",
                    method="direct",
                )
                for f in range(group * per_group, (group + 1) * per_group)
            )
            for axis, (before, size) in enumerate(index[1:]):
                room = [(0, 0)] * total.ndim
                room[axis] = (0, max(0, before + size - total.shape[axis]))
                total = np.pad(total, room).take(range(before, before + size), axis=axis)
            images.append(total)
        out.append(np.array(images).reshape(len(x), *(size for _, size in index[1:])))
    y = np.stack(out, axis=-1)
    return y if b is None else y + b


def loop_pool(x: np.ndarray, kernel: tuple[int, ...], options: dict, reduce) -> np.ndarray:
    """Return a pool by loops: ``reduce(real values, how many positions the padding holds)``."""
    each = per_axis(options, kernel)
    starts = [
        window_starts(a, n, options["ceil_mode"]) for a, n in zip(each, x.shape[1:-1], strict=True)
    ]
    y = np.full((len(x), *map(len, starts), x.shape[-1]), np.nan)
    pads = [a.pads(n) for a, n in zip(each, x.shape[1:-1], strict=True)]
    for o in product(*(range(len(s)) for s in starts)):
        values, padding = [], 0
        for tap in product(*map(range, kernel)):
            at = [s[i] + k * a.dilation for s, i, k, a in zip(starts, o, tap, each, strict=True)]
            if all(0 <= p < n for p, n in zip(at, x.shape[1:-1], strict=True)):
                values.append(x[(slice(None), *at)])
            else:
                borders = zip(at, x.shape[1:-1], pads, strict=True)
                padding += all(-b <= p < n + a for p, n, (b, a) in borders)
        y[(slice(None), *o)] = reduce(np.array(values), padding)
    return y
