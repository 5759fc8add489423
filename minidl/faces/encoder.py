"""The encoder f: a picture of a face goes in, 128 numbers come out.

The encodings are brought to length 1. Then distances have a fixed scale (d² lies in 0 … 4), so that
a margin α and a threshold τ mean the same for every network, and training cannot satisfy the margin
by making all encodings longer.
"""

import hashlib
from pathlib import Path

import numpy as np

import minidl
from minidl import nn

SIZE = 48


def face_encoder(
    width: int = 16, *, size: int = SIZE, encoding: int = 128, seed: int = 0
) -> nn.Sequential:
    """Return a new network that encodes pictures ``(N, size, size, 3)`` as ``(N, encoding)``.

    Four times: a 3×3 convolution, batch norm, ReLU and a 2×2 pool; then a matrix, and length 1.

    Args:
        width: filters of the first convolution; the others have 2, 4 and 8 times as many.
        size: side of a picture, in pixels; at least 16.
        encoding: numbers in an encoding; the lecture's 128.
        seed: of the first weights.
    """
    stages = [layer for k in range(4) for layer in _stage(width * 2**k, f"stage{k + 1}")]
    return nn.Sequential(
        [*stages, nn.Flatten(), nn.Dense(encoding, name="encoding"), nn.L2Normalize(name="unit")],
        input_shape=(size, size, 3),
        seed=seed,
    )


def _stage(filters: int, name: str) -> list[nn.Layer]:
    return [
        nn.Conv2D(filters, 3, padding="same", bias=False, name=f"{name}_conv"),
        nn.BatchNorm(name=f"{name}_norm"),
        nn.ReLU(name=f"{name}_relu"),
        nn.MaxPool2D(2, name=f"{name}_pool"),
    ]


def pixels_to_input(images: np.ndarray) -> np.ndarray:
    """Return uint8 pictures ``(N, H, W, 3)`` as float32 in −1 … 1, what the encoder takes."""
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4:
        raise ValueError(
            f"pictures must be uint8 (N, H, W, 3), got {images.dtype} {images.shape}: "
            "put a single one in a batch with image[None]."
        )
    return images.astype(np.float32) / np.float32(127.5) - np.float32(1)


def encode(network: nn.Sequential, images: np.ndarray, *, batch_size: int = 128) -> np.ndarray:
    """Return the encodings ``(N, D)`` of uint8 pictures ``(N, H, W, 3)``."""
    return network.predict(pixels_to_input(images), batch_size=batch_size)


def fingerprint(network: nn.Sequential) -> str:
    """Return 64 hex digits that name a network's weights: any other weights have others.

    Encodings of different networks must never be compared; this is how they are told apart.
    """
    digest = hashlib.sha256()
    for name, array in sorted(network.state().items()):
        digest.update(f"{name} {array.dtype.str} {array.shape};".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def kept_weights() -> Path:
    """Return the file of the weights that the project trained (``python -m minidl.faces.train``).

    It lies in ``data/`` beside the package.
    """
    return Path(minidl.__file__).resolve().parents[1] / "data" / "face_encoder.npz"


def kept_encoder() -> nn.Sequential:
    """Return the encoder with the weights that the project keeps.

    Raises:
        FileNotFoundError: if the file is not there, for instance outside of a checkout.
    """
    path = kept_weights()
    if not path.exists():
        raise FileNotFoundError(
            f"there are no trained weights at {path}: run `python -m minidl.faces.train`, "
            "or work in a checkout of the repository, which holds them."
        )
    network = face_encoder(KEPT_WIDTH)
    network.load(path)
    return network


KEPT_WIDTH = 24
