"""Runs every kernel once on fixed arrays and prints a digest of each result.

Tests start it in processes of their own, with other threads, processors, or without a compiler.
With ``--check``, results are also held against the NumPy twins.
"""

import hashlib
import json
import sys

import numpy as np

from minidl import kernels
from minidl.kernels import Window
from minidl.kernels.numpy import channels as numpy_channels
from minidl.kernels.numpy import conv as numpy_conv
from minidl.kernels.numpy import elementwise as numpy_elementwise
from minidl.kernels.numpy import pool as numpy_pool


def window(size, kernel, stride=1, around=None):
    rank = len(size)
    around = (kernel // 2 if around is None else around,) * rank
    return Window(size, (kernel,) * rank, (stride,) * rank, (1,) * rank, around, around)


def results(dtype, module=None):
    """Yield (name, array) for every kernel; of the twins, if ``module`` picks them by name."""
    rng = np.random.default_rng(0)
    pick = module or (lambda name: getattr(kernels, name))

    def numbers(*shape):
        return rng.standard_normal(shape).astype(dtype)

    shapes = [
        ("winograd, many tiles", (2, (40, 44), 24, 40), window((40, 44), 3), 1),
        ("winograd, few tiles", (1, (12, 12), 80, 150), window((12, 12), 3), 1),
        ("winograd, volume", (1, (5, 9, 9), 20, 24), window((5, 9, 9), 3), 1),
        ("first layer", (2, (50, 47), 3, 40), window((50, 47), 3), 1),
        ("strips", (2, (30, 31), 20, 34), window((30, 31), 5, 2), 1),
        ("strips, groups", (2, (300,), 10, 12), window((300,), 4, 3), 2),
    ]
    for name, (batch, size, depth, filters), view, groups in shapes:
        x, w = numbers(batch, *size, depth * groups), numbers(*view.kernel, depth, filters * groups)
        dy = numbers(batch, *view.output, filters * groups)
        bias = numbers(filters * groups)
        yield name, pick("convolve")(x, w, view, groups, bias=bias, relu=True)
        yield f"{name}: dx", pick("convolve_input_gradient")(dy, w, view, groups)
        yield f"{name}: dw", pick("convolve_kernel_gradient")(x, dy, view, groups)
    x, view = numbers(6, 61, 63, 20), window((61, 63), 3, 2, 1)  # several tasks
    y, where = pick("max_pool")(x, view)
    counts = kernels.window_counts(view, False)
    dy = numbers(*y.shape)
    yield "max pool", y
    yield "max pool: where", where
    yield "max pool: dx", pick("max_pool_backward")(dy, where, view)
    yield "average pool", pick("avg_pool")(x, view, counts)
    yield "average pool: dx", pick("avg_pool_backward")(dy, view, counts)
    yield "relu", pick("relu")(x)
    yield "relu: dx", pick("relu_backward")(x, numbers(*x.shape))
    m, s = numbers(*x.shape), numbers(*x.shape) ** 2
    yield "adam", pick("adam_update")(x, m, s, (0.9, 0.99), (0.5, 0.6), 1e-8)
    a, b, c, d = (numbers(20).astype(np.float64) for _ in range(4))
    yield "sums", pick("channel_sums")(x)
    yield "products", pick("channel_products")(x, x, a)[1]
    yield "variance", pick("channel_moments")(x)[1]
    yield "affine", pick("affine")(x, a, b, c)
    yield "axpby", pick("axpby")(x, a, b, x, c, d)
    left, right = numbers(500, 70), numbers(70, 90)
    yield "matrix product", pick("matmul")(left, right)
    yield "matrix product, nt", pick("matmul")(numbers(300, 90), right.T)
    yield "matrix product, tn", pick("matmul")(left.T, numbers(500, 60))


def twin(name):
    for module in (numpy_conv, numpy_elementwise, numpy_pool, numpy_channels, np):
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(name)


def main():
    digests = {}
    for dtype in (np.float32, np.float64):
        pairs = zip(results(dtype), results(dtype, twin), strict=True)
        for (name, array), (_, expected) in pairs:
            key = f"{name}, {np.dtype(dtype)}"
            digests[key] = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
            if "--check" in sys.argv:
                error = np.abs(array - expected).max() / np.sqrt(np.mean(np.square(expected)))
                assert error < (1e-4 if dtype is np.float32 else 1e-10), (key, error)
    print(json.dumps({"compiled": kernels.jit.AVAILABLE, "digests": digests}))


if __name__ == "__main__":
    main()
