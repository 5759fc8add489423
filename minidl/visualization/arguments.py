"""What may be asked of a network: a layer, its units and their positions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from minidl.arguments import is_int, is_list
from minidl.nn import Sequential


def check_network(network: Sequential) -> None:
    """Refuse anything but a network whose parameters are made."""
    if not isinstance(network, Sequential) or not network.built:
        got = "one without an input_shape" if isinstance(network, Sequential) else repr(network)
        raise TypeError(f"network must be an nn.Sequential with its parameters made, got {got}.")


@contextmanager
def inference_mode(network: Sequential) -> Iterator[None]:
    """Run a network in inference mode, without collecting gradients; then restore its modes."""
    check_network(network)
    training = network.training
    learning = [p for p in network.parameters.values() if p.trainable]
    network.eval()
    for parameter in learning:
        parameter.trainable = False
    try:
        yield
    finally:
        network.train(training)
        for parameter in learning:
            parameter.trainable = True


def check_layer(name: str, network: Sequential) -> str:
    """Return the name of one of the network's layers."""
    if not isinstance(name, str) or name not in network.graph.nodes:
        names = ", ".join(network.graph.nodes)
        raise ValueError(f"no layer is called {name!r}; the layers are: {names}.")
    return name


def check_unit(unit: int, channels: int) -> int:
    """Return the unit if a layer of ``channels`` channels has it."""
    if not is_int(unit) or not 0 <= unit < channels:
        raise ValueError(f"the layer has units 0 … {channels - 1}, got {unit!r}.")
    return int(unit)


def check_position(position: Sequence[int], sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Return a position in a layer with these spatial sizes."""
    place = tuple(position) if is_list(position) else (position,)
    inside = len(place) == len(sizes) and all(map(is_int, place))
    if not inside or not all(0 <= p < s for p, s in zip(place, sizes, strict=True)):
        raise ValueError(
            f"the layer has {len(sizes)} axes with positions below {tuple(sizes)}, "
            f"got {position!r}."
        )
    return tuple(map(int, place))


def check_single(x: np.ndarray, name: str = "x") -> None:
    """Refuse anything but one input, or one input's activations, ``(1, *S, C)``."""
    if not isinstance(x, np.ndarray) or x.ndim < 2 or len(x) != 1:
        got = f"shape {x.shape}" if isinstance(x, np.ndarray) else type(x).__name__
        raise ValueError(f"{name} must be an array of one input, (1, *S, C), got {got}.")
