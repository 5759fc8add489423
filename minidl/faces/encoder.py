"""The encoder f: a picture of a face goes in, 128 numbers come out.

The encodings are brought to length 1. Then distances have a fixed scale (d, squared, lies in
0 … 4), so that a margin α and a threshold τ mean the same for every network, and training cannot
satisfy the margin by making all encodings longer.
"""

import hashlib

import numpy as np

from minidl import nn
from minidl.arguments import as_array, check_int

SIZE = 48


def face_encoder(
    width: int = 32, *, size: int = SIZE, encoding: int = 128, seed: int = 0
) -> nn.Sequential:
    """Return a new network that encodes pictures ``(N, size, size, 3)`` as ``(N, encoding)``.

    Three times a convolution, batch norm, ReLU and a 2×2 pool; then a matrix, and length 1. The
    first convolution moves in steps of two pixels, which makes everything behind it four times
    cheaper.

    Args:
        width: filters of the first convolution; the second has twice as many, the third four times.
        size: side of a picture, in pixels; at least 16.
        encoding: numbers in an encoding; the lecture's 128.
        seed: of the first weights.
    """
    width, size = check_int(width, "width"), check_int(size, "size", 16)
    return nn.Sequential(
        [
            *_stage("stage1", width, 5, stride=2),
            *_stage("stage2", 2 * width, 3),
            *_stage("stage3", 4 * width, 3),
            nn.Flatten(name="flat"),
            nn.Dense(encoding, name="encoding"),
            nn.L2Normalize(name="unit"),
        ],
        input_shape=(size, size, 3),
        seed=seed,
    )


def _stage(name: str, filters: int, kernel: int, stride: int = 1) -> list[nn.Layer]:
    """A convolution (its bias would be lost in the batch norm), and what follows it."""
    return [
        nn.Conv2D(filters, kernel, stride=stride, padding="same", bias=False, name=f"{name}_conv"),
        nn.BatchNorm(activation="relu", name=f"{name}_norm"),
        nn.MaxPool2D(2, name=f"{name}_pool"),
    ]


def check_images(images: np.ndarray) -> np.ndarray:
    """Return pictures as an array, uint8 ``(N, H, W, 3)``."""
    images = as_array(images, "images")
    if images.dtype != np.uint8 or images.ndim != 4:
        raise ValueError(
            f"images must be uint8 (N, H, W, 3), got {images.dtype} {images.shape}: "
            "put a single one in a batch with image[None]."
        )
    return images


def pixels_to_input(images: np.ndarray) -> np.ndarray:
    """Return uint8 pictures ``(N, H, W, 3)`` as float32 in −1 … 1, what the encoder takes."""
    images = check_images(images)
    x = images.astype(np.float32)
    x /= np.float32(127.5)
    x -= np.float32(1)
    return x


def encode(network: nn.Sequential, images: np.ndarray, *, batch_size: int = 128) -> np.ndarray:
    """Return the encodings ``(N, D)`` of uint8 pictures ``(N, H, W, 3)``."""
    return network.predict(pixels_to_input(images), batch_size=batch_size)


def fingerprint(network: nn.Sequential) -> str:
    """Return 64 hex digits that name a network's weights: any other weights have others.

    Encodings of different networks must never be compared, so a gallery holds this.
    """
    if not isinstance(network, nn.Sequential):
        raise TypeError(f"network must be an nn.Sequential, got {type(network).__name__}.")
    digest = hashlib.sha256()
    for name, array in sorted(network.state().items()):
        digest.update(f"{name} {array.dtype.str} {array.shape};".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
