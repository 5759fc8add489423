"""Train the encoder whose weights the project keeps.

    python -m scripts.train_face_encoder [--epochs 40] [--output FILE]

Draws the people of training, trains, measures on people whom it never saw, and writes the weights.
Interrupt it and start it again: it goes on where it was.
"""

import argparse
from pathlib import Path

import numpy as np

from minidl import nn
from minidl.console import say
from minidl.datasets import faces as draw_faces
from minidl.faces.distances import squared_distances
from minidl.faces.encoder import encode, face_encoder
from minidl.faces.pairs import all_pairs
from minidl.faces.pretrained import PEOPLE, PICTURES, SEED, WEIGHTS, WIDTH
from minidl.faces.roc import equal_error_rate
from minidl.faces.training import shift, train_with_triplets
from minidl.files import check_writable
from minidl.zoo.cache import cache_folder
from scripts import WEIGHTS_FOLDER

UNSEEN = range(PEOPLE, PEOPLE + 200)  # who was never in training


def unseen_error(network: nn.Sequential, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the equal error rate over all pairs of these pictures."""
    pairs = all_pairs(labels)
    d = squared_distances(encode(network, images))
    return equal_error_rate(d[pairs.first, pairs.second], pairs.same)


def train(epochs: int, output: Path, *, people: int = PEOPLE, progress: bool = True) -> float:
    """Train, write the weights, and return the equal error rate on unseen people."""
    check_writable(output)
    images, labels, _ = draw_faces(people, PICTURES, seed=SEED)
    unseen, who, _ = draw_faces(UNSEEN, PICTURES, seed=SEED)
    network = face_encoder(WIDTH, seed=SEED)
    checkpoint = cache_folder() / f"face_encoder_{people}_{epochs}.npz"
    history = train_with_triplets(
        network,
        images,
        labels,
        epochs=epochs,
        miner="batch-all",
        reduction="active",
        people=32,
        lr=2e-3,
        augment=shift(2),
        checkpoint=checkpoint,
        progress=progress,
    )
    error = unseen_error(network, unseen, who)
    if history.stopped:
        say(f"stopped after {history.epochs} of {epochs} epochs; the same command goes on.")
    else:
        network.save(output)
        checkpoint.unlink(missing_ok=True)
    return error


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--output", type=Path, default=WEIGHTS_FOLDER / WEIGHTS)
    arguments = parser.parse_args()
    error = train(arguments.epochs, arguments.output)
    say(f"equal error rate on {len(UNSEEN)} unseen people: {error:.2%}")


if __name__ == "__main__":
    main()
