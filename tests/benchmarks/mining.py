"""What is a good choice of triplets worth? Five ways at equal budget, over several seeds.

    python tests/benchmarks/mining.py [--seeds 0 1 2] [--epochs 5]

Every run sees the same 1,000 drawn people in the same number of batches of 64 pictures, and starts
from the same weights for one seed; only the choice of triplets differs. The equal error rates on
200 unseen people are written to ``data/mining.json``, which notebook 04 shows. Four minutes
on two cores; seeds may be measured one at a time.
"""

import argparse
import json
import statistics
from pathlib import Path

from minidl import datasets, faces
from minidl.files import check_writable, saving
from scripts.train_face_encoder import UNSEEN, unseen_error

OUTPUT = Path(__file__).resolve().parents[2] / "data" / "mining.json"
WARM = "semi-hard, then batch-hard"


def miner(name: str, batches: int):
    """A miner of the package; or two, where batch-hard takes over after 40 % of the batches."""
    if name != WARM:
        return name
    seen = 0

    def first_one_then_the_other(*batch):
        nonlocal seen
        seen += 1
        return (faces.semi_hard if seen <= 0.4 * batches else faces.batch_hard)(*batch)

    return first_one_then_the_other


def measure(name: str, seed: int, epochs: int, train, unseen) -> float:
    """Train from scratch; return the equal error rate on people who were not in training."""
    network = faces.face_encoder(32, seed=seed)
    batches = epochs * sum(1 for _ in faces.people_batches(train[1], 16, 4)(0))
    faces.train_with_triplets(
        network,
        *train,
        miner=miner(name, batches),
        reduction="active" if name == "batch-all" else "mean",
        epochs=epochs,
        seed=seed,
        progress=False,
    )
    return unseen_error(network, *unseen)


def main() -> None:
    """Measure, print a table, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    check_writable(arguments.output)

    kept = (
        json.loads(arguments.output.read_text(encoding="utf-8"))
        if arguments.output.exists()
        else {}
    )
    if kept.get("epochs") != arguments.epochs:
        kept = {"epochs": arguments.epochs, "equal_error_rate": {}}
    train, unseen = (datasets.faces(people, 10, seed=0)[:2] for people in (1000, UNSEEN))
    for name in (*faces.MINERS, WARM):
        errors = kept["equal_error_rate"].setdefault(name, {})
        for seed in arguments.seeds:
            error = measure(name, seed, arguments.epochs, train, unseen)
            errors[str(seed)] = round(error, 4)
            print(f"{name:26} seed {seed}: {error:.2%}", flush=True)
            with saving(arguments.output) as file:
                file.write(json.dumps(kept, indent=1).encode() + b"\n")

    for name, errors in kept["equal_error_rate"].items():
        values = list(errors.values())
        print(f"{name:26} {statistics.mean(values):.2%}  ({min(values):.2%} … {max(values):.2%})")


if __name__ == "__main__":
    main()
