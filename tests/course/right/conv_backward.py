import numpy as np


def position_by_position(dy, x, w, stride=1, padding=0):
    height, width = w.shape[:2]
    n, h, wide, c = x.shape
    padded = np.zeros((n, h + 2 * padding, wide + 2 * padding, c), x.dtype)
    padded[:, padding : padding + h, padding : padding + wide] = x
    x = padded
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            place = np.s_[:, i * stride : i * stride + height, j * stride : j * stride + width]
            dw += np.einsum("nuvc,nf->uvcf", x[place], dy[:, i, j])
            dx[place] += np.einsum("nf,uvcf->nuvc", dy[:, i, j], w)
    return dx[:, padding : padding + h, padding : padding + wide], dw, dy.sum(axis=(0, 1, 2))


def by_flipping(dy, x, w, stride=1, padding=0):
    height, width, _, filters = w.shape
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    n, rows, across, _ = dy.shape
    spread = np.zeros((n, (rows - 1) * stride + 1, (across - 1) * stride + 1, filters), x.dtype)
    spread[:, ::stride, ::stride] = dy
    dw = np.stack(
        [
            [
                np.einsum(
                    "nijc,nijf->cf", x[:, u : u + spread.shape[1], v : v + spread.shape[2]], spread
                )
                for v in range(width)
            ]
            for u in range(height)
        ]
    )
    rest = [x.shape[1] - spread.shape[1] - height + 1, x.shape[2] - spread.shape[2] - width + 1]
    pad = ((0, 0), (height - 1, height - 1 + rest[0]), (width - 1, width - 1 + rest[1]), (0, 0))
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(spread, pad), (height, width), (1, 2))
    dx = np.einsum("nijfuv,uvcf->nijc", windows, w[::-1, ::-1])
    if padding:
        dx = dx[:, padding:-padding, padding:-padding]
    return dx, dw, np.einsum("nijf->f", dy)
