"""VGG-19: small ones quickly; the real weights against another implementation, slowly."""

import json
from pathlib import Path

import numpy as np
import pytest

from minidl import nn
from minidl.zoo import vgg, vgg19

REFERENCE = Path(__file__).parent / "reference" / "vgg19_activations.json"


def tensors() -> dict[str, np.ndarray]:
    """Numbers of the first block: bytes, a table, biases."""
    rng = np.random.default_rng(0)
    made = {}
    for place, channels in (("1_1", 3), ("1_2", 64)):
        made[f"{place}q"] = rng.integers(0, 256, (64, channels, 3, 3), dtype=np.uint8)
        made[f"{place}t"] = rng.normal(size=256).astype("<f4")
        made[f"{place}b"] = rng.normal(size=64).astype("<f4")
    return made


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Return a function that builds the first block with the given numbers."""

    def build(numbers, **settings) -> nn.Sequential:
        runs = (np.int64(n.size).astype("<i8").tobytes() + n.tobytes() for n in numbers.values())
        path = tmp_path / "weights.bin"
        path.write_bytes(bytes(vgg.PICKLES) + b"".join(runs))
        monkeypatch.setattr(vgg, "fetch", lambda name: path)
        monkeypatch.setattr(vgg, "ORDER", " ".join(numbers))
        return vgg19(until="pool1", **settings)

    return build


def test_weights_come_out_of_their_table(small):
    weights = tensors()
    net = small(weights)
    w = net.parameters["conv1_2/w"].value
    q, table = weights["1_2q"], weights["1_2t"]
    assert w.shape == (3, 3, 64, 64)
    assert w[1, 2, 5, 7] == table[q[7, 5, 1, 2]]
    assert w.dtype == np.float32
    np.testing.assert_array_equal(net.parameters["conv1_1/b"].value, weights["1_1b"])
    assert not any(p.trainable for p in net.parameters.values())


def test_input_is_rgb_and_gradients_come_back_to_it(small):
    net = small(tensors())
    x = np.random.default_rng(1).uniform(0, 255, (1, 6, 4, 3)).astype(np.float32)
    y = net.forward(x, taps=("preprocess", "pool1"))
    np.testing.assert_allclose(y["preprocess"], x[..., ::-1] - np.float32(vgg.MEAN_BGR), atol=1e-4)
    assert y["pool1"].shape == (1, 3, 2, 64)
    dx = net.backward({"pool1": np.ones_like(y["pool1"])})
    assert dx.shape == x.shape
    assert np.abs(dx).max() > 0


def test_average_pooling(small):
    net = small(tensors(), pooling="average")
    x = np.random.default_rng(1).uniform(0, 255, (1, 2, 2, 3)).astype(np.float32)
    y = net.forward(x, taps=("conv1_2", "pool1"))
    np.testing.assert_allclose(y["pool1"][0, 0, 0], y["conv1_2"][0].mean((0, 1)), rtol=1e-5)


def test_unknown_pooling_and_layer():
    with pytest.raises(ValueError, match="pooling must be one of max, average, got 'mean'"):
        vgg19("mean")
    with pytest.raises(
        ValueError, match=r"until must be one of preprocess, conv1_1, .*got 'conv1_3'"
    ):
        vgg19(until="conv1_3")


@pytest.mark.slow
def test_activations_of_another_implementation():
    layers = json.loads(REFERENCE.read_text(encoding="utf-8"))["layers"]
    x = np.random.default_rng(0).uniform(0, 255, (1, 64, 48, 3)).astype("float32")
    activations = vgg19().forward(x, taps=tuple(layers))
    for name, expected in layers.items():
        a = activations[name].astype(np.float64)
        tolerance = 1e-4 * expected["rms"]
        assert list(a.shape) == expected["shape"]
        assert a.mean() == pytest.approx(expected["mean"], abs=tolerance)
        assert np.sqrt((a**2).mean()) == pytest.approx(expected["rms"], abs=tolerance)
        np.testing.assert_allclose(a[0, 1, 2, :6], expected["at_0_1_2"], atol=tolerance)


@pytest.mark.slow
def test_gradient_of_the_real_network_reaches_the_pixels():
    net = vgg19(until="conv3_1")
    rng = np.random.default_rng(1)
    x = rng.uniform(0, 255, (1, 24, 20, 3)).astype(np.float32)
    weight = rng.normal(size=net.forward(x).shape).astype(np.float32)
    dx = net.backward(weight).astype(np.float64)
    direction = rng.normal(size=x.shape)
    up, down = (
        float((net.forward((x + h * direction).astype(np.float32)).astype(float) * weight).sum())
        for h in (0.01, -0.01)
    )
    assert (dx * direction).sum() == pytest.approx((up - down) / 0.02, rel=0.02)
