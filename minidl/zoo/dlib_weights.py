"""Giving a network of ours the numbers of a dlib file, layer by layer, each one checked."""

from collections.abc import Iterable

import numpy as np

from minidl import nn
from minidl.zoo.asset import FormatError
from minidl.zoo.dlib_format import Record
from minidl.zoo.layers import PadAdd, Standardize


def set_weights(net: nn.Sequential, records: Iterable[Record]) -> None:
    """Fill the network from the file's layers, which must be the same ones in the same order.

    Raises FormatError, naming the layer, where they are not; the network is then of no use.
    """
    nodes = [n for n in net.graph.nodes.values() if not isinstance(n.layer, Standardize)]
    records = list(records)
    if len(nodes) != len(records):
        raise FormatError(f"the file has {len(records)} layers, the network {len(nodes)}")
    for node, record in zip(nodes, records, strict=True):
        try:
            _set(node.layer, record)
        except ValueError as error:
            raise FormatError(
                f"{node.name} does not fit the file's {record.name}: {error}"
            ) from None


def _set(layer: nn.Layer, record: Record) -> None:
    match layer, record.name:
        case nn.Conv2D(), "con_4":
            _expect(record.ints, [layer.filters, *layer.size, *layer.stride, *_pair(layer.padding)])
            _set_conv(layer, record.tensors[0].reshape(-1))
        case nn.Affine(), "affine_":
            _set_affine(layer, *np.split(record.tensors[0].reshape(-1), 2))
        case nn.Dense(), "fc_2":
            (w,) = layer.parameters.values()
            _expect(record.ints[:2], w.value.shape[::-1])
            w.value = record.tensors[0].reshape(w.value.shape)
        case (nn.MaxPool2D(), "max_pool_2") | (nn.AvgPool2D(), "avg_pool_2"):
            _expect(record.ints, [*layer.size, *layer.stride, *_pair(layer.padding)])
        case nn.GlobalAvgPool(), "avg_pool_2":
            _expect(record.ints, [0, 0, 1, 1, 0, 0])
        case (nn.ReLU(), "relu_") | (PadAdd(), "add_prev_"):
            pass
        case _:
            raise ValueError(f"the network has a {type(layer).__name__} here")


def _set_conv(layer: nn.Conv2D, numbers: np.ndarray) -> None:
    """Split the numbers into filters ``(F, C, rows, columns)`` and biases ``(F,)``."""
    w, b = (layer.parameters[key] for key in "wb")
    rows, columns, channels, filters = w.value.shape
    _expect([numbers.size], [w.value.size + filters])
    kernels = numbers[:-filters].reshape(filters, channels, rows, columns)
    w.value = np.ascontiguousarray(kernels.transpose(2, 3, 1, 0))
    b.value = numbers[-filters:].copy()


def _set_affine(layer: nn.Affine, gamma: np.ndarray, beta: np.ndarray) -> None:
    for key, value in (("gamma", gamma), ("beta", beta)):
        parameter = layer.parameters[key]
        parameter.value = value.reshape(parameter.value.shape).copy()


def fold_batch_norms(records: Iterable[Record]) -> list[Record]:
    """Return the records with each batch norm folded into the convolution before it.

    Once training is over, batch norm is γx + β for each filter, and so γ(w·x + b) + β is the
    convolution (γw)·x + (γb + β). The ReLUs are left out: our convolutions have their own.
    """
    folded: list[Record] = []
    for record in records:
        if record.name == "bn_con2":
            if not folded or folded[-1].name != "con_4":
                raise FormatError("a batch norm has no convolution before it")
            folded.append(_scaled(folded.pop(), *_batch_norm(record)))
        elif record.name != "relu_":
            folded.append(record)
    return folded


def _batch_norm(record: Record) -> tuple[np.ndarray, np.ndarray]:
    """Return γ/√(σ² + ε) and β − μγ/√(σ² + ε)."""
    gamma, beta, _, _, mean, variance = (
        *np.array_split(record.tensors[0].reshape(-1), 2),
        *(tensor.reshape(-1) for tensor in record.tensors[1:]),
    )
    epsilon = np.float32(record.floats[-1])
    if len({part.size for part in (gamma, beta, mean, variance)}) > 1:
        raise FormatError("a batch norm's parts differ in size")
    if not np.all(variance + epsilon > 0):
        raise FormatError("a batch norm's variance is negative")
    scale = gamma / np.sqrt(variance + epsilon)
    return scale, beta - mean * scale


def _scaled(conv: Record, scale: np.ndarray, shift: np.ndarray) -> Record:
    filters, numbers = conv.ints[0], conv.tensors[0].reshape(-1)
    if filters != scale.size or numbers.size <= filters or numbers.size % filters:
        raise FormatError("a batch norm does not fit the convolution before it")
    w, b = numbers[:-filters].reshape(filters, -1), numbers[-filters:]
    folded = np.concatenate([(w * scale[:, None]).reshape(-1), b * scale + shift])
    return conv._replace(tensors=[folded])


def _pair(padding: int | str) -> list[int]:
    return [0, 0] if padding == "valid" else [padding, padding]


def _expect(got, wanted) -> None:
    if list(got) != list(wanted):
        raise ValueError(f"it says {list(got)} where {list(wanted)} is expected")
