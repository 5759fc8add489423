"""Operations as pure pairs: ``F.f(x, …) → (y, cache)`` and ``F.f_backward(dy, cache) → gradients``.

No state, no change of arguments, any rank. Use it as ``import minidl.functional as F``.
"""

from minidl.functional import reference
from minidl.functional.activations import (
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)
from minidl.functional.conv import conv, conv_backward
from minidl.functional.conv_transpose import conv_transpose, conv_transpose_backward
from minidl.functional.dense import affine, affine_backward, dense, dense_backward
from minidl.functional.flatten import flatten, flatten_backward
from minidl.functional.normalization import (
    batch_norm,
    batch_norm_backward,
    l2_normalize,
    l2_normalize_backward,
)
from minidl.functional.pool import (
    avg_pool,
    avg_pool_backward,
    global_avg_pool,
    global_avg_pool_backward,
    max_pool,
    max_pool_backward,
)
from minidl.functional.regularization import dropout, dropout_backward

__all__ = [
    "affine",
    "affine_backward",
    "avg_pool",
    "avg_pool_backward",
    "batch_norm",
    "batch_norm_backward",
    "conv",
    "conv_backward",
    "conv_transpose",
    "conv_transpose_backward",
    "dense",
    "dense_backward",
    "dropout",
    "dropout_backward",
    "flatten",
    "flatten_backward",
    "global_avg_pool",
    "global_avg_pool_backward",
    "l2_normalize",
    "l2_normalize_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "max_pool",
    "max_pool_backward",
    "reference",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "tanh",
    "tanh_backward",
]
