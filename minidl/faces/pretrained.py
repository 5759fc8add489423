"""The face encoder that the course trained, with its weights.

It learned from the lecture's number of pictures: 1,000 people with 10 pictures each, drawn people
0 … 999. Whoever tests it takes people from 1,000 on.
"""

from minidl import nn
from minidl.faces.encoder import face_encoder
from minidl.weights import load_weights

PEOPLE, PICTURES, SEED = 1000, 10, 0
WIDTH = 32
WEIGHTS = "face_encoder.npz"


def trained_encoder() -> nn.Sequential:
    """Return the encoder with the weights that ``scripts/train_face_encoder.py`` made, frozen."""
    return load_weights(face_encoder(WIDTH), WEIGHTS)
