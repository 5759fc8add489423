"""The face descriptor: a residual network that turns a face into 128 numbers (Davis King, 2017).

It was trained with a metric loss on about three million faces, so that two pictures of one person
lie less than 0.6 apart (Euclidean distance, not squared), pictures of two persons farther.
"""

import numpy as np

from minidl import nn
from minidl.arguments import as_array, check_int
from minidl.zoo.dlib import read_layers, set_weights
from minidl.zoo.fetching import fetch
from minidl.zoo.layers import PadAdd, Standardize

CHIP = 150  # pixels, the side of the square picture of an aligned face
MEAN_RGB = (122.782, 117.001, 104.298)
FACE_THRESHOLD = 0.6  # Euclidean distance: below it, the same person
STAGES = ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1))  # filters, blocks


class FaceNetwork(nn.Sequential):
    """A network whose outputs describe faces."""

    def describe(self, chips: np.ndarray, *, batch_size: int = 32) -> np.ndarray:
        """Return one descriptor for each aligned face.

        Args:
            chips: uint8 RGB ``(N, 150, 150, 3)``, as ``minidl.faces`` cuts them out.
            batch_size: how many run at once.

        Returns:
            ``(N, 128)`` float32, length about 1.3; same person: Euclidean distance < 0.6.

        Raises:
            TypeError, ValueError: for other dtypes and shapes.
        """
        chips, batch_size = as_array(chips, "chips"), check_int(batch_size, "batch_size")
        if chips.dtype != np.uint8:
            raise TypeError(f"chips must be uint8 pixels 0…255, got {chips.dtype}.")
        if chips.shape == (CHIP, CHIP, 3):
            raise ValueError("chips must be a batch: give a single chip as chips[None].")
        if chips.ndim != 4 or chips.shape[1:] != (CHIP, CHIP, 3):
            raise ValueError(f"chips must be (N, {CHIP}, {CHIP}, 3), got shape {chips.shape}.")
        batches = [chips[i : i + batch_size] for i in range(0, len(chips), batch_size)]
        found = [self.predict(batch.astype(np.float32)) for batch in batches]
        return np.concatenate([np.empty((0, 128), np.float32), *found])


def face_resnet() -> FaceNetwork:
    """Return the face descriptor network with its learned weights, frozen.

    It takes RGB pictures ``(N, 150, 150, 3)``, float32, 0…255; ``describe`` takes uint8 ones.
    Raises AssetError if the weights cannot be fetched.
    """
    net = FaceNetwork(_layers(), input_shape=(CHIP, CHIP, 3))
    set_weights(net, read_layers(fetch("face_descriptor")))
    return net.freeze()


def _layers() -> list[nn.Layer]:
    layers = [
        Standardize(MEAN_RGB, 1 / 256, name="preprocess"),
        *_convolution(32, 7, stride=2),
        nn.ReLU(name="relu1"),
        nn.MaxPool2D(3, stride=2, name="pool1"),
    ]
    for stage, (filters, blocks) in enumerate(STAGES, start=2):
        for place in range(1, blocks + 1):
            halves = stage > 2 and place == 1  # a new number of filters, half the positions
            layers += _block(filters, halves, f"block{stage}_{place}")
    return [*layers, nn.GlobalAvgPool(name="mean"), nn.Dense(128, bias=False, name="descriptor")]


def _convolution(filters: int, size: int, *, stride: int = 1, padding: int = 0) -> list[nn.Layer]:
    """Return a convolution and the batch norm behind it, which training has left as γx + β."""
    conv = nn.Conv2D(filters, size, stride=stride, padding=padding, init="zeros")
    return [conv, nn.Affine()]


def _block(filters: int, halves: bool, name: str) -> list[nn.Layer]:
    """Return a residual block and its ReLU; one that halves pools its shortcut."""
    stride, padding = (2, 0) if halves else (1, 1)
    main = [
        *_convolution(filters, 3, stride=stride, padding=padding),
        nn.ReLU(),
        *_convolution(filters, 3, padding=1),
    ]
    shortcut = [nn.AvgPool2D(2)] if halves else None
    sum_name = name.replace("block", "sum")
    return [nn.Residual(main, shortcut, join=PadAdd(), name=sum_name), nn.ReLU(name=name)]
