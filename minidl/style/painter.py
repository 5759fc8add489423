"""A network that paints in one pass: Johnson, Alahi and Fei-Fei, 2016, in small.

Transfer by descent asks VGG-19 a hundred times for every picture. This network was asked for that
work once, in training: its weights hold one style, and a photograph passes through it a single
time.
"""

import numpy as np

from minidl import nn
from minidl.style.borders import margins, mirrored
from minidl.style.images import as_pixels, to_bytes
from minidl.weights import load_weights
from minidl.zoo.layers import Standardize

FILTERS = (16, 32, 48)  # at full size, a half and a quarter
BLOCKS = 3  # residual ones, at a quarter of the size
MARGIN = 16  # pixels of mirror image around the photograph, cut off again
WEIGHTS = "painter.npz"


class InstanceNorm(nn.BatchNorm):
    """Batch norm whose batch is one picture, in training and afterwards (Ulyanov et al., 2016)."""

    def __init__(self, *, activation: str | None = None, name: str | None = None):
        super().__init__(momentum=1, activation=activation, name=name)

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return y and its cache, by the statistics of this picture alone."""
        if len(x) != 1:
            raise ValueError(f"the painter takes one picture at a time, got {len(x)}.")
        return super().forward(x, training=True)


def paint(photograph: np.ndarray) -> np.ndarray:
    """Return a photograph ``(H, W, 3)`` painted in thick strokes, uint8 of the same size."""
    pixels = as_pixels(photograph, "photograph", np.dtype(np.float32))
    height, width = pixels.shape[1:3]
    painted = painter().forward(mirrored(pixels, MARGIN))
    top, left = margins((height, width), MARGIN)
    return to_bytes(painted[:, top : top + height, left : left + width])


def painter() -> nn.Sequential:
    """Return the network with the weights that come with the package, frozen.

    Raises FileNotFoundError or WeightFileError if they are missing or damaged.
    """
    return load_weights(new_painter(), WEIGHTS)


def new_painter(seed: int = 0, dtype: type = np.float32) -> nn.Sequential:
    """Return the painter before training: from pixels ``(1, H, W, 3)`` 0…255 to such pixels.

    Two strided convolutions go down to a quarter of the size, where a neighbourhood is large, and
    two transposed ones come up again. The output is up to three pixels larger where H or W is no
    multiple of 4.
    """
    full, half, quarter = FILTERS
    layers = [
        Standardize([127.5] * 3, 1 / 64, name="preprocess"),
        *_down(full, 5, 1, "full"),
        *_down(half, 3, 2, "down1"),
        *_down(quarter, 3, 2, "down2"),
        *(_block(quarter, f"block{i}") for i in range(1, BLOCKS + 1)),
        *_up(half, "up1"),
        *_up(full, "up2"),
        nn.Conv2D(3, 5, padding="same", name="colours"),
        Standardize([-127.5 / 64] * 3, 64, name="pixels"),
    ]
    return nn.Sequential(layers, input_shape=(None, None, 3), seed=seed, dtype=dtype)


def _down(filters: int, size: int, stride: int, name: str) -> list[nn.Layer]:
    conv = nn.Conv2D(filters, size, stride=stride, padding="same", name=name)
    return [conv, InstanceNorm(activation="relu", name=f"{name}_norm")]


def _block(filters: int, name: str) -> nn.Residual:
    return nn.Residual(
        [
            nn.Conv2D(filters, 3, padding="same", name="first"),
            InstanceNorm(activation="relu", name="first_norm"),
            nn.Conv2D(filters, 3, padding="same", name="second"),
            InstanceNorm(name="second_norm"),
        ],
        name=name,
    )


def _up(filters: int, name: str) -> list[nn.Layer]:
    conv = nn.ConvTranspose2D(filters, 4, stride=2, padding=1, name=name)
    return [conv, InstanceNorm(activation="relu", name=f"{name}_norm")]
