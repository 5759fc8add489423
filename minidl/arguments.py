"""Checks of plain arguments, in words that a student can act on: numbers, choices, paths, labels.

Each returns Python's own number, text or path, whatever kind was given: NumPy's numbers carry a
precision of their own, which would spread to whatever is computed with them.
"""

from collections.abc import Collection, Iterable, Sequence
from os import PathLike, fspath
from pathlib import Path

import numpy as np

IntOrInts = int | Sequence[int]
LARGEST = 2**31 - 1  # of a stride, a size …: what an array index of any machine can hold
SMALLEST = float(np.finfo(np.float32).tiny)  # of an ε: what float32 can hold


def is_int(value: object) -> bool:
    """True for whole numbers, NumPy's and arrays without axes among them, but not for bools."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind in "iu"
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_list(value: object) -> bool:
    """True for what has entries in an order: a list, a tuple, an array with axes; no text."""
    if isinstance(value, np.ndarray):
        return value.ndim > 0
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def is_text(value: object) -> bool:
    """True for text that a file can hold: not empty, no NUL, no half of a surrogate pair."""
    if not isinstance(value, str) or not value or "\0" in value:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def check_int(value: int, name: str, low: int = 1, high: float = LARGEST) -> int:
    """Return a whole number of low … high as an int."""
    if not is_int(value):
        raise TypeError(f"{name} must be an int of {low} or more, got {value!r}.")
    if value < low:
        raise ValueError(f"{name} must be at least {low}, got {value!r}.")
    if value > high:
        raise ValueError(f"{name} must be at most {high}, got {value!r}.")
    return int(value)


def check_seed(seed: int) -> int:
    """Return a seed: an int from 0 up, however large."""
    return check_int(seed, "seed", 0, np.inf)


def per_axis(value: IntOrInts, rank: int, name: str, low: int = 1) -> tuple[int, ...]:
    """Return an int, or one int per axis, as a tuple of ``rank`` ints that are at least ``low``."""
    entries = (value,) * rank if is_int(value) else value
    if not is_list(entries):
        raise TypeError(f"{name} must be an int or one int per axis, got {value!r}.")
    if len(entries) != rank or not all(map(is_int, entries)):
        raise ValueError(f"{name} must be an int or {rank} ints, one per axis, got {value!r}.")
    if any(v < low for v in entries):
        raise ValueError(f"{name} must be at least {low} on every axis, got {value!r}.")
    if any(v > LARGEST for v in entries):
        raise ValueError(f"{name} must be at most {LARGEST} on every axis, got {value!r}.")
    return tuple(int(v) for v in entries)


def check_ints(values: int | Iterable[int], name: str, low: int = 1) -> tuple[int, ...]:
    """Return one int, or any number of them, as a tuple of ints that are at least ``low``."""
    if is_int(values):
        return (check_int(values, name, low),)
    if not isinstance(values, Iterable) or getattr(values, "ndim", 1) == 0:
        raise TypeError(f"{name} must be an int or several, got {values!r}.")
    return tuple(check_int(value, name, low) for value in values)


def check_rng(rng: np.random.Generator) -> None:
    """Refuse anything but a generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a NumPy Generator, got {type(rng).__name__}: "
            "use np.random.default_rng(seed)."
        )


def check_number(
    value: float,
    name: str,
    low: float,
    high: float,
    *,
    open_low: bool = False,
    open_high: bool = False,
) -> float:
    """Return a number of low … high (not NaN) as a float; ``open_…`` leaves out the end itself."""
    inside = _is_number(value) and low <= value <= high
    if not inside or (open_low and value == low) or (open_high and value == high):
        begin, end = "(" if open_low else "[", ")" if open_high else "]"
        raise ValueError(
            f"{name} must be a number in {begin}{low:g}, {high:g}{end}, got {value!r}."
        )
    return float(value)


def _is_number(value: object) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind in "iuf"
    return isinstance(value, float | np.floating) or is_int(value)


def check_choice(value: str, name: str, choices: Collection[str]) -> str:
    """Return a value that is one of the choices."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}.")
    return str(value)


def check_names(names: str | Iterable[str], name: str) -> tuple[str, ...]:
    """Return one name, or any number of them, as a tuple."""
    if isinstance(names, str):
        return (str(names),)
    entries = tuple(names) if isinstance(names, Iterable) and not isinstance(names, bytes) else ()
    if not entries or not all(isinstance(entry, str) for entry in entries):
        raise ValueError(f"{name} must be a name or several, got {names!r}.")
    return tuple(map(str, entries))


def check_path(path: str | PathLike[str], name: str = "path") -> Path:
    """Return the path of a file or folder."""
    if not isinstance(path, str | PathLike):
        raise TypeError(f"{name} must be the path of a file or folder, got {type(path).__name__}.")
    if "\0" in fspath(path):
        raise ValueError(f"{name} cannot hold NUL, got {fspath(path)!r}.")
    return Path(path)


def as_array(values: Sequence | np.ndarray, name: str) -> np.ndarray:
    """Return an array, also of a list; refuse a list whose entries differ in shape."""
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"{name} must be an array, or a list whose entries have one shape ({error})."
        ) from None


def check_numbers(values: Sequence | np.ndarray, name: str) -> np.ndarray:
    """Return an array of numbers or truth values, also of a list, of whatever dtype."""
    array = as_array(values, name)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be numbers, got {array.dtype} ({type(values).__name__}).")
    return array


def check_labels(
    labels: Sequence | np.ndarray, name: str = "labels", count: int | None = None
) -> np.ndarray:
    """Return ints or names, one for each row, as an array ``(N,)``; N is ``count``, if given."""
    array = as_array(labels, name)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iuU"):
        raise ValueError(
            f"{name} must be ints or names (N,), one for each row, got {array.dtype} {array.shape}."
        )
    if count is not None and len(array) != count:
        raise ValueError(f"{name} must be {count}, one for each row, got {len(array)}.")
    return array


def check_image(image: Sequence | np.ndarray, name: str = "image") -> np.ndarray:
    """Return a picture as an array, uint8 RGB ``(H, W, 3)``."""
    array = as_array(image, name)
    if array.dtype != np.uint8:
        raise TypeError(
            f"{name} must be uint8 pixels 0…255, got {array.dtype}: a file is read with "
            "minidl.datasets.read_image(path)."
        )
    if array.ndim != 3 or array.shape[2] != 3 or array.size == 0:
        raise ValueError(f"{name} must be RGB (H, W, 3), got shape {array.shape}.")
    return array
