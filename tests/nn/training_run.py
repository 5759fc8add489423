"""A small training run with everything that draws or remembers; also run as a script, to be killed.

python training_run.py checkpoint.npz result.npz epochs pause
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from minidl import nn

EPOCHS = 8


def make_network(seed: int = 3) -> nn.Sequential:
    layers = [
        nn.Conv2D(4, 3, padding="same", name="conv"),
        nn.BatchNorm(),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(3, name="logits"),
    ]
    return nn.Sequential(layers, input_shape=(6, 6, 2), seed=seed)


def make_data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 40)
    x = rng.standard_normal((40, 6, 6, 2)) + labels[:, None, None, None]
    return x.astype(np.float32), labels


def train(
    network: nn.Sequential,
    checkpoint: Path | None = None,
    epochs: int = EPOCHS,
    pause: float = 0.0,
    **more,
) -> tuple[nn.History, nn.Optimizer]:
    """Train with dropout, batch norm, augmentation and a schedule."""
    x, labels = make_data()

    def noise(batch, rng):
        time.sleep(pause)
        return batch + rng.normal(0, 0.1, batch.shape).astype(np.float32)

    schedule = nn.cosine(0.02, 60, warmup=5)
    optimizer = nn.Adam(network.parameters, schedule, weight_decay=1e-3)
    settings = {
        "epochs": epochs,
        "validate": lambda net: {"error": float((net.predict(x).argmax(axis=1) != labels).mean())},
        "checkpoint": checkpoint,
        "progress": False,
    } | more
    batches = nn.shuffled_batches(x, labels, 16, seed=7, augment=noise)
    return nn.fit(network, batches, nn.softmax_cross_entropy, optimizer, **settings), optimizer


def result(network: nn.Sequential, history: nn.History) -> dict[str, np.ndarray]:
    """Everything that must come out the same, to the last bit."""
    text = json.dumps([history.curves, history.stopped]).encode("utf-8")
    return {**network.state(), "history": np.frombuffer(text, np.uint8)}


if __name__ == "__main__":
    checkpoint, out, epochs, pause = sys.argv[1:]
    network = make_network()
    history, _ = train(network, Path(checkpoint), int(epochs), float(pause))
    nn.write_arrays(out, result(network, history))
