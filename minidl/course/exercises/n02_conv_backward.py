"""The way back through a convolution: the tap loop, read from right to left."""

import numpy as np

import minidl.functional as F
from minidl.course.exercise import Exercise, Gradient, mistakes, normal


def conv_backward(dy, x, w, stride=1, padding=0):
    """Go back through a convolution, y = convolve(x, w, b, stride, padding).

    dy: gradient of the loss with respect to y, (N, rows, columns, F)
    x:  the input as it was before padding, (N, H, W, C)
    w:  the filters, (height, width, C, F)
    Returns the gradients with respect to x, w and b, shaped like x, w and (F,), in the dtype that
    was given: float32 stays float32.
    """
    ### BEGIN SOLUTION
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    rows, columns = dy.shape[1:3]
    for u in range(w.shape[0]):
        for v in range(w.shape[1]):
            down = slice(u, u + rows * stride, stride)
            across = slice(v, v + columns * stride, stride)
            dw[u, v] = np.tensordot(x[:, down, across], dy, axes=([0, 1, 2], [0, 1, 2]))
            dx[:, down, across] += dy @ w[u, v].T
    inside = slice(padding, dx.shape[1] - padding), slice(padding, dx.shape[2] - padding)
    return dx[:, *inside], dw, dy.sum(axis=(0, 1, 2))
    ### END SOLUTION


def _case(n, h, wide, c, f, kernel=(3, 2), **options):
    stride, room = options.get("stride", 1), 2 * options.get("padding", 0)
    rows, across = (h + room - kernel[0]) // stride + 1, (wide + room - kernel[1]) // stride + 1
    return normal((n, rows, across, f), (n, h, wide, c), (*kernel, c, f), **options)


def _loss(dy, x, w, stride=1, padding=0):
    return float((dy * F.conv(x, w, stride=stride, padding=padding)[0]).sum())


EXERCISE = Exercise(
    solution=conv_backward,
    points=3,
    cases={
        "two pictures, 5 × 4, from 3 channels to 2 filters": _case(2, 5, 4, 3, 2),
        "as many channels as filters": _case(2, 4, 5, 2, 2),
        "a stride of 2": _case(2, 7, 6, 2, 3, stride=2),
        "a padding of 1": _case(2, 4, 5, 2, 3, padding=1),
        "a stride of 3 that leaves a remainder": _case(1, 8, 9, 1, 2, stride=3),
        "a stride of 2 with a padding of 2 that leaves a remainder": _case(
            2, 4, 7, 2, 1, (3, 4), stride=2, padding=2
        ),
        "a stride larger than the kernel": _case(2, 7, 5, 2, 1, (2, 1), stride=3),
    },
    edges={
        "a filter as large as the picture": _case(2, 3, 2, 2, 3),
        "a filter of a single tap": _case(2, 3, 4, 3, 2, (1, 1)),
    },
    hints=(
        "Write the loop of `convolve` first: for every tap, the slice `seen` of x that it reads. "
        "Every line of the way back uses the same slice.",
        "dw[u, v] has the shape (C, F): multiply `seen` (N, rows, columns, C) with dy (N, rows, "
        "columns, F) and sum over the first three axes. Flattened to matrices that is "
        "`seen.reshape(-1, C).T @ dy.reshape(-1, F)`; `seen.T` would turn all four axes round.",
        "dx goes where x was read: `dx[:, down, across] += dy @ w[u, v].T`, with `+=`, because "
        "windows overlap. With padding, do all of this on the padded x, and at the end cut the "
        "padding off dx.",
    ),
    wrong=mistakes("""
        You keep only the last tap's part of dx: it collects from every window that read a position,
        so add with `+=`, not `=`.
            dx[:, down, across] += -> dx[:, down, across] =
        The stride is missing in dx: a gradient goes back to the place that was read, and those
        places are `stride` apart.
            dx[:, down, across] += -> dx[:, u : u + rows, v : v + columns] +=
        The stride is missing in dw: pair dy with what each tap has read, every stride-th position.
            tensordot(x[:, down, across] -> tensordot(x[:, u : u + rows, v : v + columns]
        The stride is missing in your slices: a tap reads every stride-th position, in dw and in dx
        alike.
            * stride, stride ->
        Your dw is transposed: dw[u, v] is (C, F), with the channels of x first.
            tensordot(x[:, down, across], dy, -> tensordot(dy, x[:, down, across],
        You flipped the filter's gradient: dw[u, v] belongs to the tap that read the slice. The flip
        is in dx only, and adding to the slices makes it.
            dw, dy.sum(axis=(0, 1, 2)) -> dw[::-1, ::-1], dy.sum(axis=(0, 1, 2))
        `w[u, v]` is not transposed in dx: the way back from filters to channels is (F, C).
            w[u, v].T -> w[u, v]
        You flipped the filter in dx. Adding to the places that were read is already the flipped
        convolution: flip only once.
            dy @ w[u, v].T -> dy @ w[-1 - u, -1 - v].T
        You took means over the batch: where the loss is a mean it has divided by N already, and
        going back only adds.
            dw, dy.sum(axis=(0, 1, 2)) -> dw / len(x), dy.sum(axis=(0, 1, 2)) / len(x)
        Your db is summed over the examples alone: it is one number for each filter, summed over the
        positions as well.
            dy.sum(axis=(0, 1, 2)) -> dy.sum(axis=0)
        Your db is summed over the positions alone: it is one number for each filter, summed over
        the examples as well.
            dy.sum(axis=(0, 1, 2)) -> dy.sum(axis=(1, 2))
        Your db is a single number: each filter has a bias of its own, so its axis, the last one,
        stays.
            dy.sum(axis=(0, 1, 2)) -> dy.sum()
        Your db is a mean: the bias was added at every position, and collects from each.
            dy.sum(axis=(0, 1, 2)) -> dy.mean(axis=(0, 1, 2))
        Your db has axes too many: one number for each filter, (F,), without `keepdims`.
            dy.sum(axis=(0, 1, 2)) -> dy.sum(axis=(0, 1, 2), keepdims=True)
        The gradients are in the wrong order: dx first, then dw, then db.
            return dx[:, *inside], dw, -> return dw, dx[:, *inside],
        You forget the padding: the taps read the padded x, so pad it first.
            -> padding = 0
        Your dx still has the padding around it: the padding is nobody's input, so cut it off.
            dx[:, *inside] -> dx
        The padding is cut off dx on one side only: it lies on all four sides.
            slice(padding, dx.shape[1] - padding), slice(padding, dx.shape[2] - padding) ->
                slice(0, dx.shape[1] - 2 * padding), slice(0, dx.shape[2] - 2 * padding)
        Your dx is empty without padding: where p = 0, `[p:-p]` is `[0:0]`. Write `[p:p + H]`.
            dx.shape[1] - padding -> -padding
            dx.shape[2] - padding -> -padding
        Your dx is float64 whatever x is: give it the dtype of x (`np.zeros_like`).
            np.zeros_like(x) -> np.zeros(x.shape)
    """),
    gradient=Gradient(loss=_loss, of=("x", "w"), results=(0, 1)),
)
