"""The encoder that the project trained, with its weights in ``data/``.

It learned from the lecture's number of pictures: 1,000 people with 10 pictures each, drawn people
0 … 999. Whoever tests it takes people from 1,000 on.
"""

from pathlib import Path

import minidl
from minidl import nn
from minidl.faces.encoder import face_encoder

PEOPLE, PICTURES, SEED = 1000, 10, 0
WIDTH = 32


def trained_weights() -> Path:
    """Return the file of the trained weights, ``data/face_encoder.npz`` beside the package."""
    return Path(minidl.__file__).resolve().parents[1] / "data" / "face_encoder.npz"


def trained_encoder() -> nn.Sequential:
    """Return the encoder with the weights that ``python -m minidl.faces.train`` made.

    Raises:
        FileNotFoundError: if they are not there: the package was copied out of its repository.
    """
    path = trained_weights()
    if not path.exists():
        raise FileNotFoundError(
            f"there are no trained weights at {path}. They come with the repository; "
            "`python -m minidl.faces.train` makes them again."
        )
    network = face_encoder(WIDTH)
    network.load(path)
    return network.freeze()
