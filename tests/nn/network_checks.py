"""Holding a whole network's gradients, for its input and every parameter, against differences."""

import numpy as np

from minidl import nn


def shake(net: nn.Sequential, seed: int = 0) -> nn.Sequential:
    """Replace parameters that begin at 0 or 1 by random ones, so that no gradient is trivial."""
    rng = np.random.default_rng(seed)
    for name, parameter in net.parameters.items():
        if not name.endswith("/w"):
            parameter.value[...] = rng.uniform(0.5, 1.5, parameter.value.shape)
    return net


def check_gradients(
    net: nn.Sequential,
    x: np.ndarray,
    inject: dict[str, np.ndarray],
    elements: int = 6,
) -> None:
    """Check Σ ⟨inject[name], activation(name)⟩ by elements and along directions, to 1e-6."""
    taps = tuple(inject)
    net.zero_grad()
    dx = net.trace(x, taps).backward(inject)
    gradients = {name: p.grad.copy() for name, p in net.parameters.items() if p.trainable}

    def value(x):
        run = net.trace(x, taps, keep=False)
        return sum(float((g * run[name]).sum()) for name, g in inject.items())

    def with_parameter(parameter):
        def f(theta):
            kept, parameter.value = parameter.value, theta
            try:
                return value(x)
            finally:
                parameter.value = kept

        return f

    for how in ({"elements": elements}, {"directions": 2}):
        report = nn.gradient_check(value, x, dx, name="x", **how)
        assert report, str(report)
        for name, gradient in gradients.items():
            parameter = net.parameters[name]
            f = with_parameter(parameter)
            report = nn.gradient_check(f, parameter.value, gradient, name=name, **how)
            assert report, str(report)


def close(got: np.ndarray, want: np.ndarray, bound: float = 1e-12) -> None:
    """Same shape and dtype, and closer than ``bound`` (relative above 1)."""
    assert got.shape == want.shape
    assert got.dtype == want.dtype
    assert (np.abs(got - want) <= bound * np.maximum(1, np.abs(want))).all()


def bits(arrays: dict[str, np.ndarray]) -> dict[str, bytes]:
    """The bytes of every array, to see whether anything has changed."""
    return {name: array.tobytes() for name, array in arrays.items()}
