"""The face descriptor: its parts quickly, the real weights against another implementation."""

import json
from pathlib import Path

import numpy as np
import pytest

from minidl import nn
from minidl.zoo import FaceNetwork, face_network, face_resnet
from minidl.zoo.dlib import Record, fold_batch_norms, set_weights
from minidl.zoo.layers import PadAdd, Standardize

REFERENCE = Path(__file__).parent / "reference" / "face_resnet_descriptors.json"
RNG = np.random.default_rng(0)


def record(name: str, *tensors, floats=()) -> Record:
    return Record(name, list(floats), [np.asarray(t, np.float32).ravel() for t in tensors])


def toy() -> nn.Sequential:
    residual = nn.Residual([nn.Conv2D(3, 2, stride=2)], [nn.AvgPool2D(2)], join=PadAdd())
    layers = [Standardize((1.0, 2.0)), residual, nn.Affine(), nn.ReLU(), nn.GlobalAvgPool()]
    return nn.Sequential([*layers, nn.Dense(4, bias=False)], input_shape=(5, 5, 2))


def toy_records() -> list[Record]:
    return [
        record("con_4", np.arange(2 * 2 * 2 * 3 + 3.0)),
        record("avg_pool_2"),
        record("add_prev_"),
        record("affine_", [1, 2, 3, 4, 5, 6]),
        record("relu_"),
        record("avg_pool_2"),
        record("fc_2", np.arange(12.0)),
    ]


def test_weights_go_where_they_belong():
    net = toy()
    set_weights(net, toy_records())
    values = {name.split("/", 1)[-1]: p.value for name, p in net.parameters.items()}
    oihw = np.arange(24.0).reshape(3, 2, 2, 2)
    np.testing.assert_array_equal(values["main/conv1/w"], oihw.transpose(2, 3, 1, 0))
    np.testing.assert_array_equal(values["main/conv1/b"], [24, 25, 26])
    np.testing.assert_array_equal(values["gamma"], [1, 2, 3])
    np.testing.assert_array_equal(values["beta"], [4, 5, 6])
    np.testing.assert_array_equal(values["w"], np.arange(12).reshape(3, 4))


@pytest.mark.parametrize("other", [toy_records()[1:], [*toy_records(), record("con_4", [1])]])
def test_another_network_is_refused(other):
    with pytest.raises(ValueError, match=r"zip\(\)|reshape"):
        set_weights(toy(), other)


def batch_norm(count: int) -> Record:
    rng = np.random.default_rng(count)
    parts = {
        "numbers": rng.normal(size=2 * count),
        "batch mean": np.zeros(count),
        "batch deviation": np.ones(count),
        "mean": rng.normal(size=count),
        "variance": rng.uniform(0.1, 2, count),
    }
    return record("bn_con2", *parts.values(), floats=(1.0, 1e-4))


def test_batch_norm_folds_into_the_convolution_before_it():
    conv = record("con_4", RNG.normal(size=2 * 3 + 3))
    norm = batch_norm(3)
    folded, _ = fold_batch_norms([conv, norm, record("relu_")])
    net = nn.Sequential([nn.Conv2D(3, 1)], input_shape=(4, 4, 2))
    x = RNG.normal(size=(2, 4, 4, 2)).astype(np.float32)
    set_weights(net, [conv])
    y = net.forward(x)
    (gamma, beta), mean, variance = np.split(norm.tensors[0], 2), norm.tensors[3], norm.tensors[4]
    expected = gamma * (y - mean) / np.sqrt(variance + 1e-4) + beta
    set_weights(net, [folded])
    np.testing.assert_allclose(net.forward(x), expected, rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module")
def untrained() -> FaceNetwork:
    net = FaceNetwork(face_network._layers(), input_shape=(150, 150, 3))
    for path, parameter in net.parameters.items():
        if path.endswith("/b"):
            parameter.value[:] = RNG.normal(size=parameter.value.shape)
    return net


def test_describe_takes_any_number_of_chips(untrained):
    assert untrained.describe(np.zeros((0, 150, 150, 3), np.uint8)).shape == (0, 128)
    chips = RNG.integers(0, 256, (3, 150, 150, 3), dtype=np.uint8)
    both = untrained.describe(chips, batch_size=2)
    assert both.shape == (3, 128)
    assert both.dtype == np.float32
    np.testing.assert_allclose(both[2], untrained.describe(chips[2:])[0], atol=1e-6)


@pytest.mark.parametrize(
    ("chips", "error", "message"),
    [
        (np.zeros((1, 150, 150, 3), np.float32), TypeError, "uint8 pixels 0…255, got float32"),
        (np.zeros((150, 150, 3), np.uint8), ValueError, r"chips\[None\]"),
        (np.zeros((1, 150, 150), np.uint8), ValueError, r"got shape \(1, 150, 150\)"),
        (np.zeros((1, 160, 150, 3), np.uint8), ValueError, r"\(N, 150, 150, 3\)"),
        (np.zeros((1, 3, 150, 150), np.uint8), ValueError, r"\(N, 150, 150, 3\)"),
    ],
)
def test_describe_refuses_what_is_not_chips(untrained, chips, error, message):
    with pytest.raises(error, match=message):
        untrained.describe(chips)


def reference_chip(name: str) -> np.ndarray:
    if name == "ramp":
        i, j = np.mgrid[:150, :150]
        ramps = (i * 255 // 149, j * 255 // 149, (i + j) * 255 // 298)
        return np.stack(ramps, axis=-1).astype(np.uint8)
    rng = np.random.default_rng(int(name.removeprefix("noise-seed-")))
    return rng.integers(0, 256, (150, 150, 3), dtype=np.uint8)


@pytest.mark.slow
def test_descriptors_of_another_implementation():
    expected = json.loads(REFERENCE.read_text(encoding="utf-8"))
    net = face_resnet()
    found = net.describe(np.stack([reference_chip(name) for name in expected]))
    np.testing.assert_allclose(found, list(expected.values()), rtol=0, atol=1e-5)
    assert sum(p.value.size for p in net.parameters.values()) == 5_614_592
    assert not any(p.trainable for p in net.parameters.values())
