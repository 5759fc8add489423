"""Reading a legacy ``torch.save`` file without unpickling anything.

Such a file is five pickles in a row (a magic number, a version, facts about the machine, the
tensors by name, the keys of their storages), then for each key a count and the raw numbers. A
pickle is a program for a small stack machine; this is that machine with a closed list of
instructions, none of which can call anything but the two functions here.
"""

import io
import math
from collections.abc import Callable
from pathlib import Path
from pickletools import genops
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minidl.files import read_bytes
from minidl.zoo.asset import FormatError

MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001


class Storage(NamedTuple):
    """A run of numbers in the file, known by its key."""

    dtype: np.dtype
    key: str
    size: int


class View(NamedTuple):
    """A tensor: where it begins in its storage, and how it strides through it."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _tensor(storage, offset, shape, strides, requires_grad, hooks) -> View:
    return View(storage, offset, shape, strides)


def _empty_dict() -> dict:
    return {}


GLOBALS: dict[str, Callable | np.dtype] = {
    "torch._utils _rebuild_tensor_v2": _tensor,
    "collections OrderedDict": _empty_dict,
    "torch ByteStorage": np.dtype("u1"),
    "torch FloatStorage": np.dtype("<f4"),
}

NEW: dict[str, Callable] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
}


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Return the tensors of a file by name, read-only views of the file's bytes.

    Raises FormatError if the file is anything but a whole file of this kind.
    """
    data = read_bytes(path)
    try:
        return _read(data)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise FormatError(f"{Path(path).name} is not a whole legacy torch file: {error}") from error


def _read(data: bytes) -> dict[str, np.ndarray]:
    stream = io.BytesIO(data)
    magic, version, machine, views, keys = (interpret(stream) for _ in range(5))
    if magic != MAGIC or version != VERSION or machine["little_endian"] is not True:
        raise ValueError(
            "its first three pickles are not those of torch on a little-endian machine"
        )
    declared = {view.storage.key: view.storage for view in views.values()}
    if sorted(declared) != sorted(keys):
        raise ValueError("its list of storages is not the one that its tensors need")
    storages, start = {}, stream.tell()
    for key in keys:
        storages[key], start = _numbers(data, start, declared[key])
    if start != len(data):
        raise ValueError(f"{len(data) - start} bytes are left over")
    return {name: _array(view, storages[view.storage.key]) for name, view in views.items()}


def _numbers(data: bytes, start: int, storage: Storage) -> tuple[np.ndarray, int]:
    """Return a storage's numbers and the byte behind them; the file's own count must agree."""
    count = int.from_bytes(data[start : start + 8], "little", signed=True)
    end = start + 8 + storage.size * storage.dtype.itemsize
    if count != storage.size or count < 0 or end > len(data):
        raise ValueError(f"storage {storage.key} should hold {storage.size} numbers")
    return np.frombuffer(data, storage.dtype, count, start + 8), end


def _array(view: View, storage: np.ndarray) -> np.ndarray:
    """View a storage as a tensor, which must lie inside it."""
    offset, shape, strides = view.offset, tuple(view.shape), tuple(view.strides)
    steps = [(size - 1) * stride for size, stride in zip(shape, strides, strict=True)]
    if min((offset, *shape, *strides)) < 0 or view.storage.dtype != storage.dtype:
        raise ValueError("a tensor has a negative size, stride or offset")
    if 0 in shape:
        return np.empty(shape, storage.dtype)
    if offset + sum(steps) >= storage.size or math.prod(shape) > storage.size:
        raise ValueError("a tensor reaches beyond its storage")
    width = storage.itemsize
    return as_strided(storage[offset:], shape, [s * width for s in strides], writeable=False)


def interpret(stream: BinaryIO) -> Any:
    """Run one pickle as far as its STOP and return what it built.

    Raises ValueError for an instruction or a name that is not on the list, and whatever else a
    malformed program runs into (IndexError, KeyError, TypeError).
    """
    stack: list = []
    marks: list[int] = []
    memo: dict[int, object] = {}

    def since_mark() -> list:
        start = marks.pop()
        items = stack[start:]
        del stack[start:]
        return items

    for opcode, argument, position in genops(stream):
        match opcode.name:
            case "PROTO":
                pass
            case "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINUNICODE":
                stack.append(argument)
            case name if name in NEW:
                stack.append(NEW[name]())
            case "MARK":
                marks.append(len(stack))
            case "TUPLE":
                stack.append(tuple(since_mark()))
            case "TUPLE1":
                stack.append((stack.pop(),))
            case "APPEND" | "APPENDS":
                items = since_mark() if opcode.name == "APPENDS" else [stack.pop()]
                stack[-1].extend(items)
            case "SETITEM" | "SETITEMS":
                items = since_mark() if opcode.name == "SETITEMS" else [stack.pop(-2), stack.pop()]
                stack[-1].update(zip(items[::2], items[1::2], strict=True))
            case "BINPUT" | "LONG_BINPUT":
                memo[argument] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(memo[argument])
            case "GLOBAL" if argument in GLOBALS:
                stack.append(GLOBALS[argument])
            case "BINPERSID":
                stack.append(_storage(*stack.pop()))
            case "REDUCE":
                arguments, function = stack.pop(), stack.pop()
                if function is not _tensor and function is not _empty_dict:
                    raise ValueError(f"at byte {position} it calls what may not be called")
                stack.append(function(*arguments))
            case "STOP":
                (result,) = stack
                return result
            case name:
                told = "" if argument is None else f" {argument!r}"
                raise ValueError(f"at byte {position} stands {name}{told:.60}, not allowed here")
    raise ValueError("a pickle has no end")


def _storage(kind: str, dtype: np.dtype, key: str, place: str, size: int, view: None) -> Storage:
    if kind != "storage" or not isinstance(dtype, np.dtype) or view is not None or size < 0:
        raise ValueError(f"{key!r} is not a plain storage of bytes or float32 numbers")
    return Storage(dtype, key, size)
