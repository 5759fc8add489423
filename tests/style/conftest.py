import numpy as np
import pytest

from minidl import nn


def make_network(dtype=np.float32, seed=0, pool=nn.AvgPool2D):
    """A small random network that takes pixels 0…255, ready for transfer."""
    layers = [
        nn.Conv2D(6, 3, padding="same", activation="relu", name="one"),
        pool(2, name="pool"),
        nn.Conv2D(8, 3, padding="same", activation="relu", name="two"),
        pool(2, name="pool2"),
        nn.Conv2D(8, 3, padding="same", activation="relu", name="three"),
    ]
    net = nn.Sequential(layers, input_shape=(None, None, 3), seed=seed, dtype=dtype)
    net.parameters["one/w"].value /= dtype(64)
    return net.freeze()


@pytest.fixture(scope="session")
def network():
    return make_network()


@pytest.fixture(scope="session")
def network64():
    return make_network(np.float64)


def picture(height, width, seed=0):
    """A picture with forms in it: coloured waves and some noise, uint8."""
    rng = np.random.default_rng([seed, 99])
    y, x = np.mgrid[:height, :width] / 8
    waves = [np.sin(a * x + b * y + c) for a, b, c in rng.uniform(-2, 2, (3, 3))]
    noise = rng.normal(0, 10, (height, width, 3))
    return np.clip(127 + 80 * np.stack(waves, -1) + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def content():
    return picture(24, 32, seed=1)


@pytest.fixture
def style():
    return picture(20, 28, seed=2)


SETTINGS = {
    "content_layer": "two",
    "style_layers": {"one": 1.0, "two": 0.1},
    "alpha": 1.0,
    "beta": 1000.0,
    "progress": False,
}


@pytest.fixture
def settings(network):
    """Arguments of ``transfer`` that suit the small network."""
    return {"network": network, **SETTINGS}
