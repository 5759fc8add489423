"""The face descriptor: its parts quickly, the real weights against another implementation."""

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from minidl import nn
from minidl.zoo import FaceNetwork, FormatError, face_network, face_resnet, fetch
from minidl.zoo.dlib_format import Record, read_network
from minidl.zoo.dlib_weights import fold_batch_norms, set_weights
from minidl.zoo.layers import PadAdd, Standardize

REFERENCE = Path(__file__).parent / "reference" / "face_resnet_descriptors.json"
RNG = np.random.default_rng(0)


def record(name: str, ints=(), floats=(), *tensors) -> Record:
    return Record(name, list(ints), list(floats), [np.asarray(t, np.float32) for t in tensors])


def toy() -> nn.Sequential:
    residual = nn.Residual([nn.Conv2D(3, 2, stride=2)], [nn.AvgPool2D(2)], join=PadAdd())
    layers = [Standardize((1.0, 2.0)), residual, nn.Affine(), nn.ReLU(), nn.GlobalAvgPool()]
    return nn.Sequential([*layers, nn.Dense(4, bias=False)], input_shape=(5, 5, 2))


def toy_records(**changes: Record) -> list[Record]:
    numbers = np.arange(2 * 2 * 2 * 3 + 3.0)
    records = {
        "conv": record("con_4", (3, 2, 2, 2, 2, 0, 0), (), numbers.reshape(-1, 1, 1, 1)),
        "pool": record("avg_pool_2", (2, 2, 2, 2, 0, 0)),
        "add": record("add_prev_"),
        "affine": record("affine_", (0,), (), [[1], [2], [3], [4], [5], [6]]),
        "relu": record("relu_"),
        "mean": record("avg_pool_2", (0, 0, 1, 1, 0, 0)),
        "fc": record("fc_2", (4, 3, 1), (), np.arange(12.0).reshape(3, 4, 1, 1)),
    }
    return list({**records, **changes}.values())


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


@pytest.mark.parametrize(
    "change",
    [
        {"conv": record("con_4", (3, 2, 2, 1, 1, 0, 0), (), np.zeros(27))},
        {"conv": record("con_4", (3, 2, 2, 2, 2, 0, 0), (), np.zeros(26))},
        {"affine": record("affine_", (0,), (), np.zeros(8))},
        {"affine": record("affine_", (0,), (), np.zeros(5))},
        {"fc": record("fc_2", (3, 4, 1), (), np.zeros((3, 4, 1, 1)))},
        {"fc": record("fc_2", (4, 3, 1), (), np.zeros((3, 3, 1, 1)))},
        {"pool": record("max_pool_2", (2, 2, 2, 2, 0, 0))},
        {"mean": record("avg_pool_2", (2, 2, 2, 2, 0, 0))},
        {"relu": record("add_prev_")},
        {"more": record("relu_")},
    ],
)
def test_another_network_is_refused(change):
    with pytest.raises(FormatError):
        set_weights(toy(), toy_records(**change))


def batch_norm(count: int, **changes) -> Record:
    rng = np.random.default_rng(count)
    parts = {
        "numbers": rng.normal(size=2 * count),
        "batch mean": np.zeros(count),
        "batch deviation": np.ones(count),
        "mean": rng.normal(size=count),
        "variance": rng.uniform(0.1, 2, count),
    }
    return record("bn_con2", (100, 100), (1.0, 1e-4), *{**parts, **changes}.values())


def test_batch_norm_folds_into_the_convolution_before_it():
    conv = record("con_4", (3, 1, 1, 1, 1, 0, 0), (), RNG.normal(size=2 * 3 + 3))
    norm = batch_norm(3)
    (folded,) = fold_batch_norms([conv, norm, record("relu_")])
    net = nn.Sequential([nn.Conv2D(3, 1)], input_shape=(4, 4, 2))
    x = RNG.normal(size=(2, 4, 4, 2)).astype(np.float32)
    set_weights(net, [conv])
    y = net.forward(x)
    (gamma, beta), mean, variance = np.split(norm.tensors[0], 2), norm.tensors[3], norm.tensors[4]
    expected = gamma * (y - mean) / np.sqrt(variance + 1e-4) + beta
    set_weights(net, [folded])
    np.testing.assert_allclose(net.forward(x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "records",
    [
        [batch_norm(3)],
        [record("relu_"), batch_norm(3)],
        [record("con_4", (2, 1), (), np.zeros(8)), batch_norm(3)],
        [record("con_4", (3, 1), (), np.zeros(8)), batch_norm(3)],
        [record("con_4", (3, 1), (), np.zeros(9)), batch_norm(3, variance=-np.ones(3))],
        [record("con_4", (3, 1), (), np.zeros(9)), batch_norm(3, mean=np.ones(2))],
        [record("con_4", (3, 1), (), np.zeros(9)), batch_norm(3, numbers=np.ones(5))],
    ],
)
def test_batch_norm_that_does_not_fit(records):
    with pytest.raises(FormatError, match="batch norm"):
        fold_batch_norms(records)


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


@pytest.mark.slow
@pytest.mark.parametrize("name", ["face_descriptor", "face_detector"])
def test_damaged_real_file_is_refused(tmp_path, name):
    data = fetch(name).read_bytes()
    path = tmp_path / "cut.dat"
    rng = np.random.default_rng(0)
    for size in [0, 1, 10, 300, 400, *rng.integers(len(data), size=8), len(data) - 1]:
        path.write_bytes(data[:size])
        with pytest.raises(FormatError):
            read_network(path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["face_descriptor", "face_detector"])
def test_random_damage_of_a_real_file_never_surprises(tmp_path, name):
    data = fetch(name).read_bytes()
    path = tmp_path / "damaged.dat"
    rng = np.random.default_rng(1)
    for place in [*rng.integers(400, size=20), *rng.integers(len(data), size=10)]:
        damaged = bytearray(data)
        damaged[place] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        with suppress(FormatError):
            assert len(read_network(path).layers) > 10
