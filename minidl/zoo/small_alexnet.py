"""AlexNet in small, which the course trained to tell from which picture a patch was cut.

Five convolutions, as in AlexNet (Krizhevsky et al., 2012), for patches of 64 × 64 pixels. It was
trained by ``scripts/train_small_alexnet.py``; its weights come with the package.
"""

import numpy as np

from minidl import nn
from minidl.weights import load_weights
from minidl.zoo.layers import Standardize

CLASSES = 20
MEAN, SCALE = (118.0, 112.0, 100.0), 1 / 64
WEIGHTS = "small_alexnet.npz"


def untrained_small_alexnet(*, seed: int = 0) -> nn.Sequential:
    """Return the network with fresh weights: RGB pictures 0…255 of any size in, scores out.

    The convolutions are called conv1 … conv5, the pools pool1 and pool2.
    """

    def conv(filters: int, size: int, name: str, stride: int = 1) -> nn.Layer:
        return nn.Conv2D(
            filters, size, stride=stride, padding=size // 2, activation="relu", name=name
        )

    layers = [
        Standardize(MEAN, SCALE, name="preprocess"),
        conv(32, 7, "conv1", stride=2),
        nn.MaxPool2D(2, name="pool1"),
        conv(48, 5, "conv2"),
        nn.MaxPool2D(2, name="pool2"),
        conv(64, 3, "conv3"),
        conv(96, 3, "conv4"),
        conv(128, 3, "conv5"),
        nn.GlobalAvgPool(name="mean"),
        nn.Dense(CLASSES, name="scores"),
    ]
    network = nn.Sequential(layers, input_shape=(None, None, 3), seed=seed)
    # begun so small, the first filters show what they learned and not what they were drawn as
    network.parameters["conv1/w"].value *= np.float32(0.02)
    return network


def small_alexnet() -> nn.Sequential:
    """Return the trained network, frozen; it takes RGB pictures ``(N, H, W, 3)`` with 0…255."""
    return load_weights(untrained_small_alexnet(), WEIGHTS)
