import numpy as np


def by_einsum(dy, x, w):
    return (
        np.einsum("nf,df->nd", dy, w),
        np.einsum("nd,nf->df", x, dy),
        np.einsum("nf->f", dy),
    )


def example_by_example(dy, x, w):
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(w[0])
    for n in range(len(x)):
        dx[n] = w @ dy[n]
        dw += np.outer(x[n], dy[n])
        db += dy[n]
    return dx, dw, db
