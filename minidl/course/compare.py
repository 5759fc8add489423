"""Telling a result from the right one, in words."""

from typing import Any, NamedTuple

import numpy as np
from numpy import isclose  # as they are now, whatever a notebook does to np later

KEEP = (
    ": keep the type of what was given. An array that you make needs its dtype, as in "
    "`np.zeros(shape, x.dtype)` or `np.eye(n, dtype=x.dtype)`; a single number from NumPy "
    "(`np.sqrt(…)`, `np.prod(…)`, `mask.sum()`) is 64 bits wide and widens arrays, so put "
    "`float(…)` around it; and a mask times 2 is int64, so write `mask * (2 * x)`"
)
WHOLE = ": it is asked for in whole numbers, as in `np.zeros(shape, int)`"


class Bounds(NamedTuple):
    """How far numbers may be off; ``dtypes`` says whether their kind counts.

    Where it does, arrays must have the expected dtype, save that whole numbers may have any width,
    and a single number only has to be equal. Where it does not, arrays may hold any kind of number
    too, and a list of numbers does for an array.
    """

    rtol: float
    atol: float
    dtypes: bool = True

    def good(self, got: Any, expected: Any) -> np.ndarray:
        """Where numbers are as good as the expected ones."""
        return isclose(got, expected, rtol=self.rtol, atol=self.atol, equal_nan=True)


def difference(got: Any, expected: Any, bounds: Bounds, what: str = "the result") -> str | None:
    """Return a sentence on the first thing in which ``got`` differs, or None if nothing does.

    Nested tuples, lists and dictionaries are compared item by item.
    """
    if got is None and expected is not None:
        return f"{what} is None: does the function end with `return`?"
    if isinstance(expected, list | tuple):
        return _sequence_difference(got, expected, bounds, what)
    if isinstance(expected, dict):
        return _mapping_difference(got, expected, bounds, what)
    if expected is None or isinstance(expected, str):
        return None if _equal(got, expected) else f"{what} is {_kind(got)}, not {expected!r}"
    return _number_difference(got, np.asarray(expected), bounds, what)


def with_dtypes_of(expected: Any, got: Any, positions: tuple[int, ...]) -> Any:
    """``got`` with the expected floating dtype in these places, where any may stand.

    A result that is no tuple or list stands in place 0.
    """
    if not isinstance(expected, list | tuple):
        return with_dtypes_of([expected], [got], positions)[0]
    if not isinstance(got, list | tuple) or len(got) <= max(positions):
        return got
    items = list(got)
    for i in positions:
        if _is_float(items[i]) and _is_float(expected[i]):
            items[i] = items[i].astype(expected[i].dtype)
    return items


def _is_float(value: Any) -> bool:
    return getattr(getattr(value, "dtype", None), "kind", "") == "f"


def float_for_whole(got: Any, expected: Any) -> str | None:
    """A sentence on the first float that equals the whole number expected in its place, or None."""
    several = isinstance(expected, list | tuple)
    pairs = list(zip(got, expected, strict=True)) if several else [(got, expected)]
    for i, (a, b) in enumerate(pairs, 1):
        if np.asarray(a).dtype.kind == "f" and np.asarray(b).dtype.kind in "iu":
            what = f"value {i} of the {len(pairs)}" if several else "the result"
            return (
                f"{what} is {float(a)}: the value is right, but it is a float (`/` gives one, and "
                "`np.floor` and `np.ceil` leave it one), which is neither a size nor an index of "
                "an array: divide with `//`, or wrap it in `int(…)`"
            )
    return None


def _sequence_difference(got: Any, expected: list | tuple, bounds: Bounds, what: str) -> str | None:
    if not isinstance(got, list | tuple):
        wanted = f"{len(expected)} values"
        wanted = f"a list of {wanted} is" if isinstance(expected, list) else f"{wanted} are"
        words = f"{what} is {_kind(got)}, where {wanted} expected"
        together = isinstance(got, np.ndarray) and got.shape[:1] == (len(expected),)
        if isinstance(expected, tuple) and together:
            return f"{words}: write `return {', '.join('abcdefg'[: len(expected)])}`"
        return words
    if len(got) != len(expected):
        return f"{what} has {len(got)} values, where {len(expected)} are expected"
    for i, (a, b) in enumerate(zip(got, expected, strict=True), 1):
        words = difference(a, b, bounds, f"value {i} of the {len(expected)}")
        if words:
            return words
    return None


def _mapping_difference(got: Any, expected: dict, bounds: Bounds, what: str) -> str | None:
    if not isinstance(got, dict):
        return f"{what} is {_kind(got)}, where a dictionary is expected"
    for name in expected:
        if name not in got:
            return f"{what} has nothing under the name {name!r}"
    for name in got:
        if name not in expected:
            return f"{what} has {name!r}, which nobody expects"
    for name, value in expected.items():
        words = difference(got[name], value, bounds, repr(name))
        if words:
            return words
    return None


def _number_difference(got: Any, expected: np.ndarray, bounds: Bounds, what: str) -> str | None:
    if bounds.dtypes and isinstance(got, list | tuple):
        return f"{what} is {_kind(got)}, where {_kind(expected)} is expected"
    try:
        array = np.asarray(got)
    except Exception:
        return f"{what} is {_kind(got)}, not numbers"
    if array.dtype.kind not in "biuf":
        dtype = f" (its dtype is {array.dtype}, not {expected.dtype})" if array.ndim else ""
        return f"{what} is {_kind(got)}, where {_kind(expected)} is expected{dtype}"
    if array.shape != expected.shape:
        swapped = array.shape == expected.shape[::-1]
        wanted = expected.shape if expected.ndim else _kind(expected)
        return (
            f"{what} has the shape {array.shape}, where {wanted} is expected"
            + " (the other way round)" * swapped
        )
    words = _dtype_difference(array, expected, what) if bounds.dtypes else None
    return words or _value_difference(array, expected, bounds, what)


def _dtype_difference(array: np.ndarray, expected: np.ndarray, what: str) -> str | None:
    kinds = array.dtype.kind.replace("u", "i"), expected.dtype.kind.replace("u", "i")
    if expected.ndim and array.dtype != expected.dtype and kinds != ("i", "i"):
        advice = KEEP if (array.dtype, expected.dtype) == (np.float64, np.float32) else ""
        advice = WHOLE if kinds == ("f", "i") else advice
        return f"{what} has the dtype {array.dtype}, where {expected.dtype} is expected{advice}"
    if not expected.ndim and "b" in kinds and kinds != ("b", "b"):
        return f"{what} is {_kind(array)}, where {_kind(expected)} is expected"
    if not expected.ndim and kinds == ("f", "i") and not float(array).is_integer():
        return f"{what} is {array:.4g}, where a whole number is expected"
    return None


def _value_difference(
    array: np.ndarray, expected: np.ndarray, bounds: Bounds, what: str
) -> str | None:
    good = bounds.good(array, expected)
    if good.all():
        return None
    bad = ~np.isfinite(array) & np.isfinite(expected)
    if bad.any():
        return f"{what} holds {array[bad][0]}{_at(bad)}, where {expected[bad][0]:.4g} is expected"
    with np.errstate(all="ignore"):
        error = np.where(good, 0, np.abs(array.astype(float) - expected))
    error[np.isnan(error)] = np.inf  # one of the two is no number: as wrong as can be
    worst = error == error.max()
    given, wanted = _digits(array[worst][0], expected[worst][0])
    some = f"{np.sum(~good)} of {good.size} values are off; " if good.size > 1 else ""
    pattern = _pattern(array, expected, bounds)
    if what != "the result":  # one of several
        pattern = pattern.replace(")", f" in {what})")
    return f"{some}{what}{_at(worst)} is {given}, where {wanted} is expected{pattern}"


def _pattern(array: np.ndarray, expected: np.ndarray, bounds: Bounds) -> str:
    """Words for an error that all values share: a sign, a factor, swapped axes."""
    if array.ndim == 2 and len(array) == len(array.T) and bounds.good(array.T, expected).all():
        return " (everything is transposed)"
    if np.count_nonzero(expected) < 2 or not np.any(array):
        return ""  # one number alone is some multiple of anything
    flat, right = array.ravel().astype(np.float64), expected.ravel().astype(np.float64)
    with np.errstate(all="ignore"):
        factor = flat @ right / max(right @ right, 1e-300)
    if not factor or not bounds.good(flat / factor, right).all():  # or it is rounding alone
        return ""
    return " (every sign is wrong)" if isclose(factor, -1) else f" (all are {factor:.4g} times it)"


def _at(where: np.ndarray) -> str:
    if where.ndim == 0:
        return ""
    return f" at [{', '.join(str(i) for i in np.argwhere(where)[0])}]"


def _digits(a: Any, b: Any) -> tuple[str, str]:
    """Both numbers with as many digits as tell them apart."""
    for form in (".4g", ".8g", ".17g"):
        if f"{a:{form}}" != f"{b:{form}}":
            break
    return f"{a:{form}}", f"{b:{form}}"


def _equal(got: Any, expected: Any) -> bool:
    try:
        return isinstance(got, type(expected)) and bool(got == expected)
    except Exception:
        return False


def _kind(value: Any) -> str:
    """What a value is, in words for a student."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of the shape {value.shape}"
    if isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b":
        return "True or False"
    if isinstance(value, np.ndarray | np.generic):
        value = value.item()
    if isinstance(value, int):
        return "a whole number"
    if isinstance(value, float):
        return "a number with a decimal point"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
