"""VGG-19 (Simonyan and Zisserman, 2014): the network that style transfer looks through."""

from collections.abc import Callable, Mapping

import numpy as np

from minidl import nn
from minidl.arguments import check_choice
from minidl.zoo.asset import FormatError
from minidl.zoo.fetching import fetch
from minidl.zoo.layers import POOLS, Standardize
from minidl.zoo.torch_legacy import read_tensors

BLOCKS = ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512))  # convolutions, filters of each
MEAN_BGR = (103.939, 116.779, 123.68)


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
    set_weights(net, read_tensors(fetch("vgg19")))
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


def set_weights(net: nn.Sequential, tensors: Mapping[str, np.ndarray]) -> None:
    """Give the network its weights, one layer after the other.

    The file holds each kernel as one byte per weight, ``(F, C, rows, columns)``, and a table of
    256 values: w = table[byte]. Raises FormatError, naming the tensor, if one does not fit.
    """
    for name, layer in net.named_layers().items():
        if not isinstance(layer, nn.Conv2D):
            continue
        w, b = (layer.parameters[key] for key in "wb")
        block, place = name.removeprefix("conv").split("_")
        stem = f"block{block}_conv{place}"
        rows, columns, channels, filters = w.value.shape
        q = _tensor(tensors, f"{stem}_W_q", (filters, channels, rows, columns), np.uint8)
        table = _tensor(tensors, f"{stem}_W_table", (256,), np.float32)
        w.value = table[np.ascontiguousarray(q.transpose(2, 3, 1, 0))]
        b.value = _tensor(tensors, f"{stem}_b", b.value.shape, np.float32).copy()


def _tensor(
    tensors: Mapping[str, np.ndarray], name: str, shape: tuple[int, ...], dtype: type
) -> np.ndarray:
    tensor = tensors.get(name)
    if tensor is None:
        raise FormatError(f"the weights hold no tensor {name!r}.")
    if tensor.shape != shape or tensor.dtype != dtype:
        raise FormatError(
            f"{name} should be {np.dtype(dtype)} {shape}, it is {tensor.dtype} {tensor.shape}."
        )
    return tensor
