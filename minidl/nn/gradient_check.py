"""The gradient check: a derivative is compared with central differences of its function.

    ∂f/∂xᵢ ≈ (f(x + h·eᵢ) − f(x − h·eᵢ)) / 2h        element by element
    ⟨∇f, v⟩ ≈ (f(x + h·v) − f(x − h·v)) / 2h          along a random direction v

h is a small step, eᵢ is 1 at element i and 0 elsewhere. The first names the wrong element; the
second costs two calls for any number of elements.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from minidl.arguments import check_int, check_number, check_seed

ROUNDING = 16 * float(np.finfo(np.float64).eps)  # relative, of a value that many roundings made


@dataclass(frozen=True, slots=True)
class GradientReport:
    """What a gradient check found. It is true if the gradient passed.

    ``error`` is |got − expected| over the largest of |got|, |expected| and the gradient's RMS, at
    the worst place: element ``index`` of x, or a direction (index None). What the rounding of f
    alone can make of a difference is not counted.
    """

    passed: bool
    error: float
    index: tuple[int, ...] | None
    expected: float
    got: float
    checked: int
    name: str = "x"

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        verdict = "PASS" if self.passed else "FAIL"
        where = "a random direction" if self.index is None else f"{self.name}{list(self.index)}"
        return (
            f"{verdict}: gradient for {self.name}, {self.checked} checked, "
            f"worst relative error {self.error:.1e} at {where}: "
            f"expected {self.expected:.6g}, got {self.got:.6g}"
        )


def gradient_check(
    f: Callable[[np.ndarray], float],
    x: np.ndarray,
    gradient: np.ndarray,
    *,
    elements: int | None = None,
    directions: int = 0,
    step: float = 1e-5,
    tolerance: float = 1e-6,
    seed: int = 0,
    name: str = "x",
) -> GradientReport:
    """Compare a gradient of f at x with central differences.

    Args:
        f: takes an array like x and returns a number.
        x: where to check, float64 (in float32 the differences drown in rounding).
        gradient: what is claimed to be ∂f/∂x, of x's shape.
        elements: how many elements to check, drawn at random; None means all of them.
        directions: how many random directions to check along, instead of element by element.
        step: h.
        tolerance: largest relative error that passes.
        seed: of the draws.
        name: of x, in the report.

    Raises:
        TypeError: if x or gradient is not a float64 array, or f returns no number.
        ValueError: if the shapes differ, or a setting is out of range.
    """
    if not callable(f):
        raise TypeError(f"f must be a function of an array like {name}, got {type(f).__name__}.")
    for array, what in ((x, name), (gradient, "gradient")):
        if not isinstance(array, np.ndarray) or array.dtype != np.float64:
            got = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
            raise TypeError(f"{what} must be a float64 array for a gradient check, got {got}.")
    if gradient.shape != x.shape:
        raise ValueError(f"the gradient must have {name}'s shape {x.shape}, got {gradient.shape}.")
    step = check_number(step, "step", 0, 1, open_low=True)
    tolerance = check_number(tolerance, "tolerance", 0, 1, open_low=True)
    directions = check_int(directions, "directions", 0)
    if elements is not None:
        elements = check_int(elements, "elements")
    rng = np.random.default_rng(check_seed(seed))
    finite = gradient[np.isfinite(gradient)]
    floor = max(float(np.sqrt(np.mean(finite**2))) if finite.size else 0.0, 1e-12)
    compare = _along_directions if directions else _at_elements
    rows = compare(f, x, gradient, directions or elements, step, rng)
    if not rows:
        return GradientReport(True, 0.0, None, 0.0, 0.0, 0, name)
    errors = [_error(got, want, noise, floor) for _, (want, noise), got in rows]
    worst = int(np.argmax(errors))
    index, (expected, _), got = rows[worst]
    return GradientReport(
        errors[worst] <= tolerance, errors[worst], index, expected, got, len(rows), name
    )


def _error(got: float, want: float, noise: float, floor: float) -> float:
    if not np.isfinite(got) or not np.isfinite(want):
        return np.inf
    return max(abs(got - want) - noise, 0.0) / max(abs(got), abs(want), floor)


def _difference(f, x: np.ndarray, v: np.ndarray, step: float) -> tuple[float, float]:
    """Return the central difference, and how much of it may be the rounding of f."""
    up, down = _value(f, x + step * v), _value(f, x - step * v)
    size = max(abs(up), abs(down))
    return (up - down) / (2 * step), ROUNDING * size / (2 * step)


def _value(f, x: np.ndarray) -> float:
    value = f(x)
    if not isinstance(value, int | float | np.floating) and getattr(value, "shape", None) != ():
        raise TypeError(
            f"f must return a number, got {type(value).__name__}: "
            "return the loss alone, or (dy * y).sum()."
        )
    return float(value)


def _at_elements(f, x, gradient, number, step, rng) -> list:
    indices = np.arange(x.size)
    if number is not None and number < x.size:
        indices = np.sort(rng.choice(x.size, number, replace=False))
    rows = []
    for flat in indices:
        index = tuple(int(i) for i in np.unravel_index(flat, x.shape))
        unit = np.zeros_like(x)
        unit[index] = 1
        rows.append((index, _difference(f, x, unit, step), float(gradient[index])))
    return rows


def _along_directions(f, x, gradient, number, step, rng) -> list:
    rows = []
    for _ in range(number if x.size else 0):
        v = rng.standard_normal(x.shape)
        v /= np.sqrt((v**2).sum())
        rows.append((None, _difference(f, x, v, step), float((gradient * v).sum())))
    return rows
