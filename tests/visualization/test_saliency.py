"""Gradient pictures by hand on a network of two layers, and what pictures must do to a unit."""

import numpy as np
import pytest

from minidl import nn
from minidl.visualization import (
    channel,
    maximize_activation,
    one_unit,
    randomised,
    rank_correlation,
    saliency_map,
    top_patches,
)


def dense_like(fused):
    """x → ReLU → weighted sum, as 1×1 convolutions, so that the rules can be written by hand."""
    first = [nn.Conv2D(3, 1, bias=False, activation="relu" if fused else None, name="a")]
    first += [] if fused else [nn.ReLU(name="r")]
    network = nn.Sequential(
        [*first, nn.Conv2D(1, 1, bias=False, name="b")], input_shape=(1, 1, 2), dtype=np.float64
    )
    network.parameters["a/w"].value[...] = [[[[1.0, -1.0, 2.0], [0.5, 1.0, -3.0]]]]
    network.parameters["b/w"].value[...] = np.array([2.0, 3.0, -1.0]).reshape(1, 1, 3, 1)
    return network


@pytest.mark.parametrize("fused", [True, False])
def test_three_rules_by_hand(fused):
    network = dense_like(fused)
    x = np.array([1.0, 0.5]).reshape(1, 1, 1, 2)
    w1 = network.parameters["a/w"].value[0, 0]
    w2 = network.parameters["b/w"].value[0, 0, :, 0]
    active = x[0, 0, 0] @ w1 > 0
    assert active.tolist() == [True, False, True]
    gates = {
        "saliency": active,
        "deconvnet": w2 > 0,
        "guided": active & (w2 > 0),
    }
    for method, gate in gates.items():
        got = saliency_map(network, x, "b", 0, position=(0, 0), method=method)
        np.testing.assert_allclose(got[0, 0, 0], w1 @ (w2 * gate), rtol=1e-12, err_msg=method)


@pytest.mark.parametrize("method", ["saliency", "deconvnet", "guided"])
def test_a_relu_within_a_batch_norm_is_one(method):
    x = np.random.default_rng(0).normal(size=(1, 6, 6, 2))
    pictures = []
    for norm in ([nn.BatchNorm(activation="relu")], [nn.BatchNorm(), nn.ReLU()]):
        layers = [nn.Conv2D(3, 3), *norm, nn.Conv2D(2, 3, name="top")]
        network = nn.Sequential(layers, input_shape=(6, 6, 2), dtype=np.float64, seed=0)
        pictures.append(saliency_map(network, x, "top", 1, position=(0, 1), method=method))
    np.testing.assert_allclose(*pictures, rtol=0, atol=1e-12)
    assert np.any(pictures[0])


NETWORKS = {
    "relu": ([nn.Conv2D(3, 3, activation="relu"), nn.Conv2D(2, 3)], (9, 9, 2)),
    "leaky": ([nn.Conv2D(3, 3), nn.LeakyReLU(0.2), nn.Conv2D(2, 3)], (9, 9, 2)),
    "tanh": ([nn.Conv2D(3, 3), nn.Tanh(), nn.Conv2D(2, 3)], (9, 9, 2)),
    "sigmoid": ([nn.Conv2D(3, 3), nn.Sigmoid(), nn.Conv2D(2, 3)], (9, 9, 2)),
    "softmax": ([nn.Conv2D(3, 3), nn.Softmax(), nn.Conv2D(2, 3)], (9, 9, 2)),
    "norm": ([nn.Conv2D(3, 3), nn.BatchNorm(activation="relu"), nn.Conv2D(2, 3)], (9, 9, 2)),
    "pools": ([nn.MaxPool2D(2), nn.Conv2D(2, 3), nn.AvgPool2D(2)], (12, 12, 2)),
    "residual": ([nn.Residual([nn.Conv2D(2, 3, padding=1), nn.ReLU()]), nn.ReLU()], (6, 6, 2)),
    "dropout": ([nn.Conv2D(3, 3), nn.Dropout(0.5), nn.L2Normalize()], (6, 6, 2)),
    "signal": ([nn.Conv1D(3, 3, activation="relu"), nn.MaxPool1D(2)], (12, 2)),
    "volume": ([nn.Conv3D(2, 3, activation="relu"), nn.Conv3D(2, 2)], (5, 6, 5, 1)),
    "up": ([nn.Conv2D(2, 2, stride=2), nn.ReLU(), nn.ConvTranspose2D(2, 2, stride=2)], (6, 6, 1)),
    "dense": ([nn.Flatten(), nn.Dense(4), nn.ReLU(), nn.Dense(3)], (4, 4, 1)),
    "vector": ([nn.Dense(6), nn.ReLU(), nn.Dense(2)], (5,)),
}


def network_and_input(name):
    layers, shape = NETWORKS[name]
    network = nn.Sequential(layers, input_shape=shape, dtype=np.float64, seed=3)
    return network, np.random.default_rng(2).normal(size=(1, *shape))


@pytest.mark.parametrize("training", [False, True], ids=["inference", "in training"])
@pytest.mark.parametrize("name", NETWORKS)
def test_saliency_is_the_gradient_of_every_network(name, training):
    network, x = network_and_input(name)
    place = np.unravel_index(network.forward(x)[..., 1].argmax(), network.forward(x).shape[1:-1])
    network.train(training)
    got = saliency_map(network, x, network.output_name, 1)
    assert network.training == training
    network.eval()
    report = nn.gradient_check(lambda v: network.forward(v)[(0, *place, 1)], x, got, elements=24)
    assert report, report
    assert np.any(got)


@pytest.mark.parametrize("method", ["deconvnet", "guided"])
@pytest.mark.parametrize("name", NETWORKS)
def test_rules_about_relus_need_relus(name, method):
    network, x = network_and_input(name)
    other = {"leaky": "LeakyReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "softmax": "Softmax"}
    if name not in other:
        assert saliency_map(network, x, network.output_name, 1, method=method).shape == x.shape
        return
    with pytest.raises(ValueError, match=rf"'{method}' is a rule for ReLUs, .* {other[name]}: use"):
        saliency_map(network, x, network.output_name, 1, method=method)
    first = next(iter(network.graph.nodes))  # nothing but a convolution on the way
    assert np.any(saliency_map(network, x, first, 1, method=method))


LOOKS = {
    "saliency_map": lambda net, x: saliency_map(net, x, net.output_name, 1),
    "maximize_activation": lambda net, x: maximize_activation(
        net, channel(net.output_name, 1), size=9, steps=2
    ),
    "top_patches": lambda net, x: top_patches(net, [x[0]] * 2, net.output_name, progress=False),
}


@pytest.mark.parametrize("look", LOOKS)
def test_looking_changes_nothing(look):
    """No gradients are left for the next step, no statistics move, no random number is lost."""
    layers = [nn.Conv2D(3, 3, name="a"), nn.BatchNorm(), nn.Dropout(0.5), nn.Conv2D(2, 3)]
    network = nn.Sequential(layers, input_shape=(9, 9, 2), dtype=np.float64).train()
    network.freeze("a")
    x = np.random.default_rng(0).normal(size=(1, 9, 9, 2))
    before = {name: value.copy() for name, value in network.state().items()}
    LOOKS[look](network, x)
    assert network.training
    for name, value in network.state().items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)
    for name, parameter in network.parameters.items():
        assert parameter.trainable == (not name.startswith("a/"))
        assert not parameter.grad.any()
    with pytest.raises(ValueError, match="units 0 … 1"):
        saliency_map(network, x, network.output_name, 7)
    assert network.training
    assert network.parameters["norm1/gamma"].trainable


def test_the_strongest_position_is_the_default():
    a = np.random.default_rng(0).normal(size=(1, 4, 5, 3))
    signal = one_unit(a, 2)
    assert signal.sum() == 1
    assert a[signal == 1] == a[..., 2].max()


def test_randomised_weights_know_nothing_and_leave_the_original_alone():
    network = nn.Sequential(
        [nn.Conv2D(32, 5, name="a"), nn.Conv2D(32, 5, name="b")], input_shape=(20, 20, 8)
    )
    before = network.parameters["b/w"].value.copy()
    twin = randomised(network, "b", seed=1)
    np.testing.assert_array_equal(network.parameters["b/w"].value, before)
    a, b = (twin.parameters[n].value for n in ("a/w", "b/w"))
    np.testing.assert_array_equal(a, network.parameters["a/w"].value)
    assert abs(np.corrcoef(b.ravel(), before.ravel())[0, 1]) < 0.05
    assert b.std() == pytest.approx((2 / (25 * 32)) ** 0.5, rel=0.05)  # He's rule


def test_rank_correlation():
    a = np.random.default_rng(0).normal(size=(10, 10, 3))
    assert rank_correlation(a, -a) == pytest.approx(1)
    assert rank_correlation(a, -a, signed=True) == pytest.approx(-1)
    b = np.random.default_rng(1).normal(size=(10, 10, 3))
    assert abs(rank_correlation(a, b)) < 0.3
    padded = [np.pad(p, ((5, 5), (5, 5), (0, 0))) for p in (a, b)]
    assert rank_correlation(*padded) == rank_correlation(a, b)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"method": "magic"}, "method must be one of"),
        ({"unit": 9}, "units 0 … 0"),
        ({"position": (3, 3)}, "positions below"),
        ({"x": np.zeros((2, 1, 1, 2))}, "one input"),
    ],
)
def test_bad_input(change, words):
    arguments = {"x": np.zeros((1, 1, 1, 2)), "name": "b", "unit": 0} | change
    with pytest.raises(ValueError, match=words):
        saliency_map(dense_like(True), **arguments)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda net, x: saliency_map(net, x[0], "a", 0), "x must be an array of one input"),
        (lambda net, x: randomised(net, "z"), "no layer with parameters is called 'z'"),
    ],
)
def test_bad_questions(ask, words):
    network = nn.Sequential([nn.Conv2D(3, 3, name="a")], input_shape=(None, None, 1))
    with pytest.raises(ValueError, match=words):
        ask(network, np.zeros((1, 8, 8, 1), np.float32))
