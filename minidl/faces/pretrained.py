"""The face encoder that the course trained, with its weights.

It learned from the lecture's number of pictures: 1,000 people with 10 pictures each, drawn people
0 … 999. Whoever tests it takes people from 1,000 on.
"""

import numpy as np

from minidl import nn
from minidl.faces.distances import squared_distances
from minidl.faces.encoder import encode, face_encoder
from minidl.faces.pairs import all_pairs
from minidl.faces.roc import equal_error_rate
from minidl.weights import load_weights

PEOPLE, PICTURES, SEED = 1000, 10, 0
UNSEEN = range(PEOPLE, PEOPLE + 200)  # who was never in training
WIDTH = 32
WEIGHTS = "face_encoder.npz"


def trained_encoder() -> nn.Sequential:
    """Return the encoder with the weights that ``scripts/train_face_encoder.py`` made, frozen."""
    return load_weights(face_encoder(WIDTH), WEIGHTS)


def unseen_error(network: nn.Sequential, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the equal error rate over all pairs of these pictures."""
    pairs = all_pairs(labels)
    d = squared_distances(encode(network, images))
    return equal_error_rate(d[pairs.first, pairs.second], pairs.same)
