"""The face detector: a small convolutional network that scores every window (Davis King, 2016)."""

from minidl import nn
from minidl.zoo.dlib import fold_batch_norms, read_layers, set_weights
from minidl.zoo.face_network import MEAN_RGB
from minidl.zoo.fetching import fetch
from minidl.zoo.layers import Standardize

WINDOW = 80  # pixels, the side of the faces that it looks for


def face_detector() -> nn.Sequential:
    """Return the network that scores windows of 80 × 80 pixels, frozen.

    It takes RGB pictures ``(N, H, W, 3)``, float32, 0…255, of any size, and returns scores
    ``(N, H', W', 1)``, above 0 where a face stands; ``minidl.faces.detect`` knows where that is.
    Raises AssetError if the weights cannot be fetched.
    """
    layers: list[nn.Layer] = [Standardize(MEAN_RGB, 1 / 256, name="preprocess")]
    for filters in (16, 32, 32):
        layers.append(_convolution(filters, stride=2, padding=0))
    for filters in (45, 45, 45):
        layers.append(_convolution(filters, stride=1, padding=2))
    layers.append(nn.Conv2D(1, 9, padding=4, init="zeros", name="score"))
    net = nn.Sequential(layers, input_shape=(None, None, 3))
    set_weights(net, fold_batch_norms(read_layers(fetch("face_detector"))))
    return net.freeze()


def _convolution(filters: int, *, stride: int, padding: int) -> nn.Layer:
    """Return a 5 × 5 convolution with a ReLU; its batch norm is folded into its weights."""
    return nn.Conv2D(filters, 5, stride=stride, padding=padding, activation="relu", init="zeros")
