"""Reading dlib's ``.dat`` files: numbers of variable length, tensors, and networks made of them.

A network file names its loss, lists its wrappers from the outermost inwards (2 = layer, 1 = tag or
skip, 3 = the innermost layer), describes its input, and then holds one record for each layer from
the input upwards. What a record holds is fixed by its name, and written here as a plan of one
letter per item: i = int, f = float, t = tensor, a = alias (the shape of a part of a tensor).
"""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minidl.files import read_bytes
from minidl.zoo.asset import FormatError

LOSSES = {"loss_metric_2": "ff", "loss_mmod_": "iiifffffff"}
INPUTS = {"input_rgb_image_sized": "fffii", "input_rgb_image_pyramid": "fff"}
LAYERS = {
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
    """One item of a network file by name, with the numbers it holds, sorted by their kind."""

    name: str
    ints: list[int]
    floats: list[float]
    tensors: list[np.ndarray]


class Reader:
    """Reads one item after the other from bytes, and never beyond their end."""

    def __init__(self, data: bytes):
        self.data = data
        self.position = 0

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        if not 0 <= size <= len(self.data) - self.position:
            raise self.error(f"{size} bytes are needed, {len(self.data) - self.position} are left")
        self.position += size
        return self.data[self.position - size : self.position]

    def integer(self) -> int:
        """Read a control byte (low nibble: how many bytes; 0x80: negative) and the magnitude."""
        control = self.take(1)[0]
        if not 1 <= control & 0x7F <= 8:
            raise self.error(f"an int cannot begin with the byte {control:#04x}")
        magnitude = int.from_bytes(self.take(control & 0x0F), "little")
        return -magnitude if control & 0x80 else magnitude

    def number(self) -> float:
        """Read a float: mantissa · 2^exponent, two ints."""
        mantissa, exponent = self.integer(), self.integer()
        if abs(exponent) > 900:
            raise self.error(f"a float cannot have the exponent {exponent}")
        return math.ldexp(mantissa, exponent)

    def string(self) -> str:
        """Read a length and as many ASCII letters."""
        size = self.integer()
        text = self.take(size) if 0 <= size <= 100 else b"\xff"
        if not text.isascii():
            raise self.error("a name should stand here")
        return text.decode("ascii")

    def boolean(self) -> bool:
        """Read one letter, 0 or 1."""
        letter = self.take(1)
        if letter not in (b"0", b"1"):
            raise self.error(f"0 or 1 should stand here, not {letter!r}")
        return letter == b"1"

    def tensor(self) -> np.ndarray:
        """Read a float32 array: the int 2, four sizes (N, K, rows, columns), the raw numbers."""
        version, *shape = (self.integer() for _ in range(5))
        if version != 2 or min(shape) < 0:
            raise self.error(f"a tensor should stand here, not {version} {shape}")
        raw = self.take(4 * math.prod(shape))
        return np.frombuffer(raw, "<f4").reshape(shape if raw else (0,))

    def alias(self) -> None:
        """Read the int 1 and a shape, which say nothing that the tensors do not."""
        version, *_ = (self.integer() for _ in range(5))
        if version != 1:
            raise self.error("the shape of a part of a tensor should stand here")

    def record(self, plans: dict[str, str]) -> Record:
        """Read a name out of ``plans``, and what its plan says."""
        name = self.string()
        if name not in plans:
            raise self.error(f"one of {', '.join(plans)} should stand here, not {name!r}")
        record = Record(name, [], [], [])
        for kind in plans[name]:
            match kind:
                case "i":
                    record.ints.append(self.integer())
                case "f":
                    record.floats.append(self.number())
                case "t":
                    record.tensors.append(self.tensor())
                case "a":
                    self.alias()
        return record

    def end(self) -> None:
        """Refuse anything behind the last item."""
        if self.position != len(self.data):
            raise self.error(f"{len(self.data) - self.position} bytes are left over")

    def error(self, what: str) -> FormatError:
        """Say what is wrong at this place."""
        return FormatError(f"at byte {self.position}: {what}")


class NetworkFile(NamedTuple):
    """A network file: its loss, its input, and its layers from the input upwards."""

    loss: Record
    input: Record
    layers: list[Record]


def read_network(path: Path) -> NetworkFile:
    """Read a whole network file; raises FormatError, naming the file and the place, if damaged."""
    reader = Reader(read_bytes(path))
    try:
        return _network(reader)
    except FormatError as error:
        raise FormatError(f"{Path(path).name} is not a whole dlib network, {error}") from None


def _network(reader: Reader) -> NetworkFile:
    if reader.integer() != 1:
        raise reader.error("the version of the file should be 1")
    loss = reader.record(LOSSES)
    wrappers = [reader.integer()]
    while wrappers[-1] != 3:
        wrappers.append(reader.integer())
    entry = reader.record(INPUTS)
    layers = [_layer(reader, wrapper == 3) for wrapper in reversed(wrappers) if wrapper != 1]
    reader.end()
    return NetworkFile(loss, entry, layers)


def _layer(reader: Reader, innermost: bool) -> Record:
    record = reader.record(LAYERS)
    for _ in range(3):
        reader.boolean()
    for _ in range(3):
        if reader.tensor().size:
            raise reader.error("a layer keeps numbers of its training, which should be empty")
    if innermost:
        reader.integer()
    return record
