"""VGG-19 (Simonyan and Zisserman, 2014): the network that style transfer looks through."""

from collections.abc import Callable

import numpy as np

from minidl import nn
from minidl.arguments import check_choice
from minidl.files import read_bytes
from minidl.zoo.fetching import fetch
from minidl.zoo.layers import POOLS, Standardize

BLOCKS = ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512))  # convolutions, filters of each
MEAN_BGR = (103.939, 116.779, 123.68)

# The file was checked against its sha256 when it was fetched, so where its numbers lie is known.
# It begins with pickles, which are programs: nothing here runs them. Then comes for each tensor, in
# this order, a count of eight bytes and its numbers.
PICKLES = 5737  # bytes
ORDER = """
    3_2q 3_1q 2_2t 2_1b 2_2b 2_2q 3_1t 3_2b 3_1b 3_3q 3_2t 5_1q 4_2b 4_3t 4_4q 4_3b
    5_2q 5_1b 5_1t 5_2t 5_3q 5_4q 5_2b 5_3b 5_3t 5_4b 5_4t 4_4b 2_1q 2_1t 1_1q 4_4t
    1_2q 1_1b 1_1t 1_2t 1_2b 3_4t 4_1q 3_3t 3_4b 3_3b 3_4q 4_1t 4_3q 4_2q 4_2t 4_1b
"""


def vgg19(pooling: str = "max", until: str | None = None) -> nn.Sequential:
    """Return VGG-19's convolutional part with the weights that it learned on ImageNet, frozen.

    The input is a batch of RGB pictures ``(N, H, W, 3)``, float32, 0…255, of any size; the first
    layer turns them into what the network was trained on, so gradients come back to RGB pixels.
    The layers are conv1_1, conv1_2, pool1 … conv5_4, pool5; activations are those after the ReLU.

    Args:
        pooling: ``"max"``, as trained, or ``"average"``, which gives smoother style pictures.
        until: the last layer wanted; None for all.

    Raises:
        ValueError: for another pooling, or a layer that there is not.
        AssetError: if the weights cannot be fetched.
    """
    layers = _layers(POOLS[check_choice(pooling, "pooling", POOLS)])
    if until is not None:
        names = [layer.name for layer in layers]
        layers = layers[: names.index(check_choice(until, "until", names)) + 1]
    net = nn.Sequential(layers, input_shape=(None, None, 3))
    set_weights(net, read_bytes(fetch("vgg19")))
    return net.freeze()


def _layers(pool: Callable) -> list[nn.Layer]:
    layers: list[nn.Layer] = [Standardize(MEAN_BGR, order=(2, 1, 0), name="preprocess")]
    for block, (depth, filters) in enumerate(BLOCKS, start=1):
        for place in range(1, depth + 1):
            name = f"conv{block}_{place}"
            convolution = nn.Conv2D(
                filters, 3, padding=1, activation="relu", init="zeros", name=name
            )
            layers.append(convolution)
        layers.append(pool(2, name=f"pool{block}"))
    return layers


def set_weights(net: nn.Sequential, data: bytes) -> None:
    """Give the network its weights out of the file's bytes.

    A kernel is one byte per weight, q ``(F, C, rows, columns)``, and a table t of 256 values:
    w = t[q]. A bias b is as it is.
    """
    numbers, start = {}, PICKLES
    for tensor in ORDER.split():
        dtype = np.uint8 if tensor.endswith("q") else "<f4"
        (count,) = np.frombuffer(data, "<i8", 1, start)
        numbers[tensor] = np.frombuffer(data, dtype, count, start + 8)
        start += 8 + numbers[tensor].nbytes
    for name, layer in net.named_layers().items():
        if isinstance(layer, nn.Conv2D):
            place = name.removeprefix("conv")
            w, b = (layer.parameters[key] for key in "wb")
            rows, columns, channels, filters = w.value.shape
            q = numbers[f"{place}q"].reshape(filters, channels, rows, columns)
            w.value = numbers[f"{place}t"][np.ascontiguousarray(q.transpose(2, 3, 1, 0))]
            b.value = numbers[f"{place}b"].copy()
