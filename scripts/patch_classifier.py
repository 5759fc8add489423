"""What the two networks that tell where a patch is from share: a measure and a command line."""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from minidl import nn
from minidl.console import say
from minidl.files import check_writable
from scripts import WEIGHTS_FOLDER


def accuracy(network: nn.Sequential, patches: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of patches ``(N, 64, 64, 3)`` whose picture has the highest score."""
    return float((network.predict(patches).argmax(axis=1) == labels).mean())


def command(
    description: str, train: Callable[..., tuple[nn.Sequential, float]], epochs: int, weights: str
) -> None:
    """Read the command line, train, write the weights, and say how good they are.

    Args:
        description: of the command, for ``--help``.
        train: called with ``epochs`` and ``checkpoint``; returns the network and its accuracy.
        epochs: how many without ``--epochs``.
        weights: the file in minidl/weights without ``--output``.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--output", type=Path, default=WEIGHTS_FOLDER / weights)
    parser.add_argument("--checkpoint", type=Path, help="go on from here if it exists")
    given = parser.parse_args()
    check_writable(given.output)
    network, share = train(epochs=given.epochs, checkpoint=given.checkpoint)
    network.save(given.output)
    say(f"{share:.1%} of the test patches told right; weights in {given.output}")
