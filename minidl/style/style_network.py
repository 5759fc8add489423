"""A small network of our own to paint with: VGG's plan with five convolutions, nothing to fetch."""

from minidl import nn
from minidl.arguments import check_choice
from minidl.weights import load_weights
from minidl.zoo.layers import POOLS, Standardize

FILTERS = (32, 48, 64, 96, 128)
LAYERS = tuple(f"conv{i}" for i in range(1, len(FILTERS) + 1))
WEIGHTS = "style_net.npz"


def style_net(pooling: str = "max") -> nn.Sequential:
    """Return the style network with the weights that come with the package, frozen.

    The input is a batch of RGB pictures ``(N, H, W, 3)``, float32, 0…255, at least 16 pixels a
    side. The layers are preprocess, conv1, pool1 … conv5, mean and scores; the convolutions'
    activations are those after the ReLU. No step is skipped before the first pool, so that no noise
    is too fine for it to see, as there would be for AlexNet's strides. Each channel has a mean
    square of 1 over the patches that the network learned from, so that all layers weigh alike.

    Args:
        pooling: ``"max"``, as trained, or ``"average"``, which gives smoother style pictures.

    Raises:
        ValueError: for another pooling.
        FileNotFoundError, WeightFileError: if the weights are missing or damaged.
    """
    return load_weights(new_style_net(pooling), WEIGHTS)


def new_style_net(pooling: str = "max", *, classes: int = 20, seed: int = 0) -> nn.Sequential:
    """Return the style network before training."""
    check_choice(pooling, "pooling", POOLS)
    layers: list[nn.Layer] = [Standardize([127.5] * 3, 1 / 64, name="preprocess")]
    for name, filters in zip(LAYERS, FILTERS, strict=True):
        size = 5 if name == "conv1" else 3
        layers.append(nn.Conv2D(filters, size, padding="same", activation="relu", name=name))
        if name != LAYERS[-1]:
            layers.append(POOLS[pooling](2, name=name.replace("conv", "pool")))
    layers += [nn.GlobalAvgPool(name="mean"), nn.Dense(classes, name="scores")]
    return nn.Sequential(layers, input_shape=(None, None, 3), seed=seed)
