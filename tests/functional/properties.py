"""What must hold of every operation: right gradients, the same bits twice, untouched arguments."""

from collections.abc import Callable

import numpy as np

from minidl import nn


def assert_gradients(
    forward: Callable[..., np.ndarray],
    arrays: dict[str, np.ndarray],
    gradients: dict[str, np.ndarray],
    dy: np.ndarray,
    elements: int = 4,
    step: float = 1e-5,
) -> None:
    """Hold each gradient of Σ dy·forward(**arrays) against central differences, to 1e-6."""
    for name, gradient in gradients.items():

        def f(value, name=name):
            return (forward(**(arrays | {name: value})) * dy).sum()

        for how in ({"elements": elements}, {"directions": 2}):
            report = nn.gradient_check(f, arrays[name], gradient, step=step, name=name, **how)
            assert report, str(report)


def all_close(got, expected, bound: float = 1e-10) -> None:
    """Same shape and dtype, and everywhere closer than ``bound`` (relative above 1)."""
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    assert (np.abs(got - expected) <= bound * np.maximum(1, np.abs(expected))).all()


def same_bits(first, second) -> None:
    """The same numbers to the last bit, in arrays or tuples of arrays (or None)."""
    if first is None or second is None:
        assert first is second
    elif isinstance(first, tuple):
        assert len(first) == len(second)
        for a, b in zip(first, second, strict=True):
            same_bits(a, b)
    else:
        assert first.dtype == second.dtype
        assert first.shape == second.shape
        assert first.tobytes() == second.tobytes()


def call_twice(forward: Callable, backward: Callable, arrays: list[np.ndarray | None], dy=None):
    """Run both ways, twice; return (y, gradients, dy) after checking bits, dtypes, arguments.

    ``dy`` makes the gradient from the output's shape; without it there is no way back.
    """
    before = [None if a is None else a.tobytes() for a in arrays]
    y, cache = forward(*arrays)
    same_bits(y, forward(*arrays)[0])
    given = dy(y.shape)
    sent = given.tobytes()
    gradients = backward(given, cache)
    same_bits(gradients, backward(given, cache))
    assert given.tobytes() == sent, "dy was changed"
    assert before == [None if a is None else a.tobytes() for a in arrays], "an argument was changed"
    dtype = arrays[0].dtype
    for result in (y, *(gradients if isinstance(gradients, tuple) else (gradients,))):
        if result is not None:
            assert result.dtype == dtype
            assert result.flags.writeable, "whoever receives it may go on working in its place"
    return y, gradients, given
