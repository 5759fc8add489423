"""VGG-19: refusals quickly; the real weights against another implementation, slowly."""

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from minidl import nn
from minidl.zoo import FormatError, fetch, vgg, vgg19
from minidl.zoo.torch_legacy import read_tensors

REFERENCE = Path(__file__).parent / "reference" / "vgg19_activations.json"


def tensors(**changes) -> dict[str, np.ndarray]:
    """Weights of the first block: bytes, a table, biases."""
    rng = np.random.default_rng(0)
    made = {}
    for place, channels in ((1, 3), (2, 64)):
        stem = f"block1_conv{place}"
        made[f"{stem}_W_q"] = rng.integers(0, 256, (64, channels, 3, 3), dtype=np.uint8)
        made[f"{stem}_W_table"] = rng.normal(size=256).astype(np.float32)
        made[f"{stem}_b"] = rng.normal(size=64).astype(np.float32)
    return {**made, **changes}


@pytest.fixture
def small(monkeypatch):
    """Return a function that builds the first block with the given weights."""

    def build(weights, **settings) -> nn.Sequential:
        monkeypatch.setattr(vgg, "fetch", lambda name: name)
        monkeypatch.setattr(vgg, "read_tensors", lambda path: weights)
        return vgg19(until="pool1", **settings)

    return build


def test_weights_come_out_of_their_table(small):
    weights = tensors()
    net = small(weights)
    w = net.parameters["conv1_2/w"].value
    q, table = weights["block1_conv2_W_q"], weights["block1_conv2_W_table"]
    assert w.shape == (3, 3, 64, 64)
    assert w[1, 2, 5, 7] == table[q[7, 5, 1, 2]]
    assert w.dtype == np.float32
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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"block1_conv2_W_q": None}, "no tensor 'block1_conv2_W_q'"),
        ({"block1_conv2_W_table": np.zeros(255, np.float32)}, r"_W_table should be float32 \(256,"),
        ({"block1_conv1_b": np.zeros(64, np.float64)}, "block1_conv1_b should be float32"),
        ({"block1_conv1_W_q": np.zeros((64, 3, 3), np.uint8)}, r"uint8 \(64, 3, 3, 3\)"),
    ],
)
def test_weights_that_do_not_fit_are_named(small, change, message):
    with pytest.raises(FormatError, match=message):
        small(tensors(**change))


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


@pytest.mark.slow
def test_damaged_real_file_is_refused(tmp_path):
    data = fetch("vgg19").read_bytes()
    path = tmp_path / "cut.bin"
    rng = np.random.default_rng(0)
    for size in [0, 20, 200, 4900, 5700, 6000, *rng.integers(len(data), size=5), len(data) - 1]:
        path.write_bytes(data[:size])
        with pytest.raises(FormatError):
            read_tensors(path)


@pytest.mark.slow
def test_random_damage_of_the_real_file_never_surprises(tmp_path):
    data = fetch("vgg19").read_bytes()
    path = tmp_path / "damaged.bin"
    rng = np.random.default_rng(1)
    for place in [*rng.integers(5737, size=30), *rng.integers(len(data), size=5)]:
        damaged = bytearray(data)
        damaged[place] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        with suppress(FormatError):
            assert all(isinstance(t, np.ndarray) for t in read_tensors(path).values())
