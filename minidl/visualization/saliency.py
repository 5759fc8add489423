"""Saliency maps: the gradient of one unit with respect to the input.

Three rules for the way back through a ReLU, all else being ordinary backpropagation:

    saliency    passes the gradient where the activation was positive     (Simonyan et al., 2014)
    deconvnet   passes the gradient where the gradient is positive        (Zeiler & Fergus, 2014)
    guided      passes it where both are                        (Springenberg et al., 2015)

Guided pictures look best and explain least: they hardly change when the weights are made random
(Adebayo et al., 2018). ``randomised`` lets a reader see that.
"""

import copy
from dataclasses import replace

import numpy as np
from scipy.stats import spearmanr

from minidl import nn
from minidl.arguments import check_choice, check_numbers, check_seed
from minidl.functional.activations import ReluCache
from minidl.functional.conv import ConvCache
from minidl.functional.normalization import BatchNormCache
from minidl.nn import Layer, Node, Sequential
from minidl.nn.initializers import he
from minidl.visualization.arguments import check_position, check_single, check_unit, inference_mode

METHODS = ("saliency", "deconvnet", "guided")
OTHER_ACTIVATIONS = (nn.LeakyReLU, nn.Sigmoid, nn.Softmax, nn.Tanh)


def saliency_map(
    network: Sequential,
    x: np.ndarray,
    name: str,
    unit: int,
    *,
    position: tuple[int, ...] | None = None,
    method: str = "saliency",
) -> np.ndarray:
    """Return the gradient of one unit with respect to the input, by one of ``METHODS``.

    Args:
        network: whose unit is asked.
        x: one input ``(1, *S, C)``.
        name: of the unit's layer.
        unit: channel of the layer.
        position: where in the layer; None means where the unit is strongest.
        method: the rule for going back through a ReLU. ``"saliency"``, the gradient itself, suits
            every network.

    Returns:
        An array of x's shape.

    Raises:
        ValueError: for an unknown layer, unit, position or method, or more than one input; for
            another activation than ReLU on the way, if the method is about ReLUs.
    """
    rule = _RULES[check_choice(method, "method", METHODS)]
    check_single(x)
    with inference_mode(network):
        trace = network.trace(x, (name,))
        signal = one_unit(trace[name], unit, position)
        if rule is not None:
            _check_rectified(trace.nodes, method)
        return trace.backward({name: signal}, rule=rule)


def one_unit(a: np.ndarray, unit: int, position: tuple[int, ...] | None = None) -> np.ndarray:
    """Return zeros of a's shape with a 1 at one unit: its strongest position if none is given."""
    check_single(a, "a")
    unit, sizes = check_unit(unit, a.shape[-1]), a.shape[1:-1]
    if position is None:
        position = np.unravel_index(int(a[0, ..., unit].argmax()), sizes)
    position = check_position(position, sizes)
    signal = np.zeros_like(a)
    signal[(0, *position, unit)] = 1
    return signal


def _check_rectified(nodes: list[Node], method: str) -> None:
    """Refuse activations for which the rule says nothing: it is about what a ReLU lets through."""
    for node in nodes:
        if isinstance(node.layer, OTHER_ACTIVATIONS):
            raise ValueError(
                f"{method!r} is a rule for ReLUs, but {node.name!r} is a "
                f'{type(node.layer).__name__}: use method="saliency", the plain gradient.'
            )


def _rectifies(cache: object) -> bool:
    if isinstance(cache, BatchNormCache):
        return cache.beta is not None
    return isinstance(cache, ReluCache | ConvCache) and cache.y is not None


def _guided(layer: Layer, dy: np.ndarray, cache: object) -> tuple[np.ndarray, object]:
    return (np.maximum(dy, 0), cache) if _rectifies(cache) else (dy, cache)


def _deconvnet(layer: Layer, dy: np.ndarray, cache: object) -> tuple[np.ndarray, object]:
    return (np.maximum(dy, 0) if _rectifies(cache) else dy), through(layer, dy, cache)[1]


def through(layer: Layer, dy: np.ndarray, cache: object) -> tuple[np.ndarray, object]:
    """Go back as if no ReLU had been off: the rule for a unit that nothing raises yet."""
    if not _rectifies(cache):
        return dy, cache
    if isinstance(cache, ReluCache):
        return dy, replace(cache, y=np.ones_like(cache.y))
    return dy, replace(cache, **{"y" if isinstance(cache, ConvCache) else "beta": None})


_RULES = {"saliency": None, "deconvnet": _deconvnet, "guided": _guided}


def randomised(network: Sequential, *names: str, seed: int = 0) -> Sequential:
    """Return a copy that has learned nothing in the layers whose names begin so (all without).

    Kernels are drawn anew by He's rule, which keeps activations alive; biases and other vectors are
    shuffled.

    Raises:
        ValueError: if no layer with parameters is called so.
    """
    for name in names:
        if not any(path.startswith(f"{name}/") for path in network.parameters):
            raise ValueError(f"no layer with parameters is called {name!r}.")
    twin = copy.deepcopy(network)
    rng = np.random.default_rng(check_seed(seed))
    for path, parameter in twin.parameters.items():
        if names and not any(path.startswith(f"{name}/") for name in names):
            continue
        w = parameter.value
        parameter.unfreeze()
        parameter.value = rng.permutation(w) if w.ndim == 1 else _fresh(rng, w)
    return twin.freeze()


def _fresh(rng: np.random.Generator, w: np.ndarray) -> np.ndarray:
    fans = (w[..., 0].size, w[..., 0, :].size)
    return he(rng, w.shape, fans, w.dtype)


def rank_correlation(first: np.ndarray, second: np.ndarray, *, signed: bool = False) -> float:
    """Return Spearman's correlation of two gradients ``(…, C)``: do they mark the same pixels?

    Magnitudes are compared, summed over the channels; if ``signed``, every number with its sign.
    Pixels whose gradient is 0 in both, outside of the receptive field, are left out.
    """
    first, second = check_numbers(first, "first"), check_numbers(second, "second")
    if first.shape != second.shape or first.ndim < 2:
        raise ValueError(
            f"first and second must be two gradients (…, C), got {first.shape}, {second.shape}."
        )
    seen = (first != 0).any(axis=-1) | (second != 0).any(axis=-1)
    pair = (first[seen], second[seen])
    a, b = (p.ravel() if signed else np.abs(p).sum(axis=-1) for p in pair)
    return float(spearmanr(a, b).statistic)
