"""The identity of a training run: lines of text in its checkpoint that tell it from other runs.

Settings are written out, so that an error can say what differs; pictures, batches and weights are
known by a checksum.
"""

import functools
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np

from minidl.nn.network import Sequential
from minidl.nn.optimizers import Optimizer, Rate

Identity = dict[str, str]

SHA = "sha256 "
TOLD, READABLE = 3, 60  # differences that an error tells, letters of a value in it
NO_SETTINGS = ("name", "built", "parameters", "buffers", "init")  # first weights may differ


def canonical(value: object) -> str:
    """Return the text of a setting: the same for equal settings in any process, on any machine."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.9g}"  # the last digits differ between mathematical libraries
    if value is None or isinstance(value, str | int | complex):
        return repr(value)
    if isinstance(value, np.ndarray):
        return digest(value)
    if isinstance(value, tuple | list):
        return f"({', '.join(map(canonical, value))})"
    if isinstance(value, Mapping):
        return _call("", value)
    if isinstance(value, np.random.Generator):
        return canonical(value.bit_generator.state)
    if isinstance(value, functools.partial):
        given = {**dict(enumerate(value.args)), **value.keywords}
        return _call(canonical(value.func), {str(k): v for k, v in given.items()})
    return getattr(value, "__qualname__", type(value).__qualname__)


def _call(name: str, given: Mapping[str, object]) -> str:
    return f"{name}({', '.join(f'{key}={canonical(given[key])}' for key in sorted(given))})"


def digest(*values: object) -> str:
    """Return a checksum of arrays, and of whatever ``canonical`` can describe."""
    sha = hashlib.sha256()
    feed(sha, values)
    return SHA + sha.hexdigest()


def feed(sha: "hashlib._Hash", value: object) -> None:
    """Add a value to a checksum: arrays, also within tuples and lists, byte by byte."""
    if isinstance(value, tuple | list):
        sha.update(f"{len(value)};".encode())
        for item in value:
            feed(sha, item)
    elif isinstance(value, np.ndarray) and value.dtype.kind != "O":
        sha.update(f"{value.dtype.str} {value.shape};".encode())
        sha.update(np.ascontiguousarray(value).tobytes())
    else:
        value = value.tolist() if isinstance(value, np.ndarray) else value
        sha.update(f"{canonical(value)};".encode("utf-8", "surrogatepass"))


def function_identity(function: Callable) -> str:
    """Return a function's name, and the settings that it has of its own: closure and attributes.

    Lists, dicts and other objects among them count by their kind alone: they may well change.
    """
    if isinstance(function, functools.partial):
        return canonical(function)
    code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None)
    closure = zip(code.co_freevars, map(_content, cells), strict=True) if code and cells else ()
    attributes = getattr(getattr(function, "__self__", function), "__dict__", {})
    given = {k: v for k, v in {**attributes, **dict(closure)}.items() if not k.startswith("_")}
    settled = (bool, int, float, str, tuple, np.ndarray, np.generic, functools.partial, type(None))
    kinds = {k: v if isinstance(v, settled) or callable(v) else type(v) for k, v in given.items()}
    return _call(canonical(function), kinds)


def _content(cell) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not yet filled
        return None


def layer_identities(network: Sequential) -> Identity:
    """Return the kind, the settings and the inputs of every layer."""
    return {
        f"the layer {node.name!r}": f"{_settings(node.layer, NO_SETTINGS)} of {list(node.inputs)}"
        for node in network.graph.nodes.values()
    }


def _settings(owner: object, without: Collection[str]) -> str:
    """Return an object's kind and its attributes, but for private ones and those named."""
    given = {k: v for k, v in vars(owner).items() if k not in without and not k.startswith("_")}
    return _call(type(owner).__name__, given)


def optimizer_identity(optimizer: Optimizer) -> Identity:
    """Return an optimiser's settings but for the learning rate, and what it trains."""
    trained = [name for name, p in optimizer.parameters.items() if p.trainable]
    return {
        "the optimizer": _settings(optimizer, ("parameters", "memory", "steps", "lr")),
        "what is trained and what is frozen": ", ".join(trained),
    }


def rate_identity(lr: Rate, steps: int) -> str:
    """Return a learning rate; a schedule's in the steps 0, 1, 3, 7, 15 … and the last of them."""
    if not callable(lr):
        return canonical(float(lr))
    asked = sorted({*(2**k - 1 for k in range(steps.bit_length())), steps - 1} - {-1})
    rates = [float(lr(step)) for step in asked]
    return canonical(rates[0] if len(set(rates)) == 1 else rates)


def _difference(name: str, theirs: str | None, ours: str | None) -> str:
    values = [value for value in (theirs, ours) if value is not None]
    if any(value.startswith(SHA) or len(value) > READABLE for value in values):
        return name
    there, here = ("none" if v is None else v for v in (theirs, ours))
    return f"{name} (there {there}, here {here})"


def check_same(theirs: object, ours: Mapping[str, str]) -> None:
    """Refuse another run's identity: ValueError that says what differs."""
    if not isinstance(theirs, dict):
        raise ValueError("it does not say whose it is")
    names = [name for name in {**ours, **theirs} if theirs.get(name) != ours.get(name)]
    if names:
        told = [_difference(n, theirs.get(n), ours.get(n)) for n in names[:TOLD]]
        more = [f"{len(names) - TOLD} more"] if len(names) > TOLD else []
        different = ", ".join([*told, *more])
        raise ValueError(f"it is another run's, with other settings or data: {different}")


def hashed(batches: Callable[[int], Iterable], sha: "hashlib._Hash") -> Callable[[int], Iterable]:
    """Return the same batches; those of the first epoch are added to the checksum as they pass."""

    def passing(epoch: int) -> Iterable:
        for batch in batches(epoch):
            if epoch == 0:
                feed(sha, batch)
            yield batch

    return passing
