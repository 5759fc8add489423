"""The networks in dlib's ``.dat`` files: numbers of variable length, tensors, layers made of them.

A file names its loss, lists its wrappers from the outermost inwards (2 = layer, 1 = tag or skip,
3 = the innermost layer), describes its input, and then holds one record for each layer from the
input upwards. What a record holds is fixed by its name, and written here as a plan of one letter
per item: i = int, f = float, t = tensor, a = alias (the shape of a part of a tensor).

The files were checked against their sha256 when they were fetched, so they are what they say.
"""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minidl import nn
from minidl.files import read_bytes

PLANS = {
    "loss_metric_2": "ff",
    "loss_mmod_": "iiifffffff",
    "input_rgb_image_sized": "fffii",
    "input_rgb_image_pyramid": "fff",
    "con_4": "tiiiiiiiaaffff",
    "bn_con2": "taattttiifffff",
    "affine_": "taai",
    "fc_2": "iitaaiffff",
    "max_pool_2": "iiiiii",
    "avg_pool_2": "iiiiii",
    "relu_": "",
    "add_prev_": "",
}


class Record(NamedTuple):
    """One item of a network file by name, with its floats and the numbers of its tensors."""

    name: str
    floats: list[float]
    tensors: list[np.ndarray]


class _Reader:
    """Reads one item after the other."""

    def __init__(self, data: bytes):
        self.data, self.position = data, 0

    def take(self, size: int) -> bytes:
        self.position += size
        return self.data[self.position - size : self.position]

    def integer(self) -> int:
        """Read a control byte (low nibble: how many bytes; 0x80: negative) and the magnitude."""
        control = self.take(1)[0]
        magnitude = int.from_bytes(self.take(control & 0x0F), "little")
        return -magnitude if control & 0x80 else magnitude

    def integers(self, count: int) -> list[int]:
        return [self.integer() for _ in range(count)]

    def number(self) -> float:
        """Read a float: mantissa · 2^exponent, two ints."""
        return math.ldexp(self.integer(), self.integer())

    def tensor(self) -> np.ndarray:
        """Read a float32 array: the int 2, four sizes (N, K, rows, columns), the raw numbers."""
        _, *shape = self.integers(5)
        return np.frombuffer(self.take(4 * math.prod(shape)), "<f4")

    def record(self) -> Record:
        """Read a name (its length, its letters), and what its plan says."""
        record = Record(self.take(self.integer()).decode("ascii"), [], [])
        for kind in PLANS[record.name]:
            match kind:
                case "i":
                    self.integer()
                case "f":
                    record.floats.append(self.number())
                case "t":
                    record.tensors.append(self.tensor())
                case "a":
                    self.integers(5)
        return record

    def layer(self) -> Record:
        """Read a record, and what training left behind it: three truth values, empty tensors."""
        record = self.record()
        self.take(3)
        for _ in range(3):
            self.tensor()
        return record


def read_layers(path: Path) -> list[Record]:
    """Return the layers of a network file, from the input upwards."""
    reader = _Reader(read_bytes(path))
    reader.integer()  # the format's version
    reader.record()  # the loss
    wrappers = [reader.integer()]
    while wrappers[-1] != 3:
        wrappers.append(reader.integer())
    reader.record()  # the input
    innermost = reader.layer()
    reader.integer()
    return [innermost, *(reader.layer() for wrapper in wrappers[:-1] if wrapper == 2)]


def set_weights(net: nn.Sequential, records: Iterable[Record]) -> None:
    """Give a network of ours the numbers of the file's layers, the same ones in the same order.

    Raises ValueError if they are not; the network is then of no use.
    """
    layers = [node.layer for node in net.graph.nodes.values() if node.layer.parameters]
    numbers = [record.tensors[0] for record in records if record.tensors]
    for layer, values in zip(layers, numbers, strict=True):
        match layer:
            case nn.Conv2D():  # filters (F, C, rows, columns), then biases (F,)
                w, b = (layer.parameters[key] for key in "wb")
                rows, columns, channels, filters = w.value.shape
                kernels = values[:-filters].reshape(filters, channels, rows, columns)
                w.value = np.ascontiguousarray(kernels.transpose(2, 3, 1, 0))
                b.value = values[-filters:].copy()
            case nn.Affine():
                for key, part in zip(("gamma", "beta"), np.split(values, 2), strict=True):
                    parameter = layer.parameters[key]
                    parameter.value = part.reshape(parameter.value.shape).copy()
            case nn.Dense():
                (w,) = layer.parameters.values()
                w.value = values.reshape(w.value.shape)


def fold_batch_norms(records: Iterable[Record]) -> list[Record]:
    """Return the records with each batch norm folded into the convolution before it.

    Once training is over, batch norm is γx + β for each filter, and so γ(w·x + b) + β is the
    convolution (γw)·x + (γb + β), with γ/√(σ² + ε) for γ and β − μγ/√(σ² + ε) for β.
    """
    folded: list[Record] = []
    for record in records:
        if record.name != "bn_con2":
            folded.append(record)
            continue
        gamma_beta, _, _, mean, variance = record.tensors
        gamma, beta = np.split(gamma_beta, 2)
        scale = gamma / np.sqrt(variance + np.float32(record.floats[-1]))
        (numbers,) = folded.pop().tensors
        filters = len(scale)
        w, b = numbers[:-filters].reshape(filters, -1), numbers[-filters:]
        parts = [(w * scale[:, None]).reshape(-1), b * scale + (beta - mean * scale)]
        folded.append(Record("con_4", [], [np.concatenate(parts)]))
    return folded
