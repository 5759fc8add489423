"""A small network and pictures to paint with."""

import numpy as np

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


def picture(height, width, seed=0):
    """A picture with forms in it: coloured waves and some noise, uint8."""
    rng = np.random.default_rng([seed, 99])
    y, x = np.mgrid[:height, :width] / 8
    waves = [np.sin(a * x + b * y + c) for a, b, c in rng.uniform(-2, 2, (3, 3))]
    noise = rng.normal(0, 10, (height, width, 3))
    return np.clip(127 + 80 * np.stack(waves, -1) + noise, 0, 255).astype(np.uint8)
