"""What is a choice of triplets worth, and what another loss? Many trainings on one budget.

    python tests/benchmarks/mining.py [--seeds 0 1 2] [--only NAME …]

Every run sees the same 1,000 drawn people in the same batches of 16 people × 4 pictures, takes the
same number of steps of Adam with the same rates, and starts from the same weights for one seed;
only the loss differs. For the three kinds of loss, one of four settings is chosen first, on 200
people who appear neither in training nor in the test. These and the forms of batch-hard run four
times as long as well. Controls tell apart what goes together: triplets and pairs with each other's
average, margin softmax without its margin, and batch-hard with forces that fade where they would
not, or the other way round, and with a shorter memory of Adam.
What is measured on 200 people who were never in training goes to
``minidl/course/measurements/mining.json``, which notebook 04 shows. Some twenty minutes on
two quiet cores.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import embedding_losses as losses
import numpy as np

import minidl
from minidl import datasets, faces, nn
from minidl.faces.training import labelled_batches
from minidl.files import check_writable, saving
from scripts.train_face_encoder import UNSEEN

OUTPUT = Path(minidl.__file__).parent / "course" / "measurements" / "mining.json"
PEOPLE, JUDGES, CHOOSING_SEED = 1000, range(1200, 1400), 100
SHORT, LONG = 5, 20  # epochs
WARM_SHARE = 0.4  # of the batches, after which batch-hard takes over

Make = Callable[[int, nn.Parameter], losses.Loss]  # from the number of batches, and directions


def warm(batches: int) -> Callable:
    """Semi-hard triplets at first, batch-hard ones later."""
    seen = 0

    def miner(*batch):
        nonlocal seen
        seen += 1
        return (faces.semi_hard if seen <= WARM_SHARE * batches else faces.batch_hard)(*batch)

    return miner


def mined(name: str, **options) -> Make:
    return lambda batches, people: losses.triplets(faces.MINERS[name], **options)


def hardest(**options) -> Make:
    return lambda batches, people: losses.hardest(**options)


def changed(forces: Callable[[losses.Loss], losses.Loss], make: Make) -> Make:
    return lambda batches, people: forces(make(batches, people))


def contrastive(**options) -> Make:
    return lambda batches, people: losses.contrastive(**options)


def arcface(**options) -> Make:
    return lambda batches, people: losses.margin_softmax(people, **options)


RUNS: dict[str, Make] = {
    "random": mined("random"),
    "semi-hard": mined("semi-hard"),
    "batch-hard": mined("batch-hard"),
    "batch-all": mined("batch-all"),
    "semi-hard, then batch-hard": lambda batches, people: losses.triplets(warm(batches)),
    "random, mean of all": mined("random", reduction="mean"),
    "batch-all, mean of all": mined("batch-all", reduction="mean"),
    "batch-all, mean of all, length 1": changed(
        losses.steady, mined("batch-all", reduction="mean")
    ),
    "batch-hard, distance": hardest(squared=False),
    "batch-hard, softplus": hardest(soft=True),
    "batch-hard, distance, softplus": hardest(squared=False, soft=True),
}
MIXED: dict[str, Make] = {
    "batch-hard, length 1": changed(losses.steady, hardest()),
    "batch-hard, distance, fading": changed(losses.fading, hardest(squared=False)),
    "batch-hard, β₂ = 0.99": mined("batch-hard"),
}
BETA2 = {"batch-hard, β₂ = 0.99": 0.99}  # Adam remembers a hundred steps, not a thousand
KINDS: dict[str, Callable[..., Make]] = {
    "triplets": lambda **options: mined("batch-all", **options),
    "contrastive": contrastive,
    "margin softmax": arcface,
}
SETTINGS: dict[str, dict[str, dict]] = {
    "triplets": {f"α = {margin}": {"margin": margin} for margin in (0.05, 0.1, 0.2, 0.5)},
    "contrastive": {f"margin {margin}": {"margin": margin} for margin in (0.3, 0.5, 0.7, 1.0)},
    "margin softmax": {
        f"m = {margin}, s = {scale}": {"margin": margin, "scale": scale}
        for margin in (0.2, 0.5)
        for scale in (16, 32)
    },
}
CONTROLS = {  # the chosen settings with one thing changed: the other loss's average, no margin
    "triplets, mean of all": ("triplets", {"reduction": "mean"}),
    "contrastive, mean of the active": ("contrastive", {"reduction": "active"}),
    "margin softmax, m = 0": ("margin softmax", {"margin": 0}),
}


def trained(
    make: Make | None, train: tuple, seed: int, epochs: int, beta2: float = 0.999
) -> nn.Sequential:
    """Return an encoder trained with a loss; without one only its batch norms have averages."""
    network = faces.face_encoder(32, seed=seed)
    images, labels = train
    rows = faces.people_batches(labels, 16, 4, seed=seed)
    batches = labelled_batches(images, labels, rows, None, seed)
    if make is None:
        for x, _ in batches(0):
            network.train().forward(x)
        return network.eval()
    steps = epochs * sum(1 for _ in rows(0))
    directions = np.random.default_rng(seed).standard_normal((PEOPLE, 128), dtype=np.float32)
    people = nn.Parameter(np.float32(0.05) * directions)  # short, so that Adam can turn them

    rate = nn.cosine(1e-3, steps, warmup=steps // 20)
    optimizer = nn.Adam(network.parameters | {"people": people}, rate, beta2=beta2)
    loss = make(steps, people)
    nn.fit(network, batches, loss, optimizer, epochs=epochs, progress=False)
    return network


def measure(network: nn.Sequential, images: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Equal error rate, and mean squared distances within people and between them."""
    pairs = faces.all_pairs(labels)
    d = faces.squared_distances(faces.encode(network, images))[pairs.first, pairs.second]
    return {
        "error": round(faces.equal_error_rate(d, pairs.same), 4),
        "near": float(f"{d[pairs.same].mean():.3g}"),
        "far": float(f"{d[~pairs.same].mean():.3g}"),
    }


def main() -> None:
    """Choose settings, measure, print, and keep after every run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--only", nargs="+", metavar="NAME")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    check_writable(arguments.output)
    train, judges, unseen = (
        datasets.faces(people, 10, seed=0)[:2] for people in (PEOPLE, JUDGES, UNSEEN)
    )
    kept = {"settings": {}, "chosen": {}, "runs": {str(SHORT): {}, str(LONG): {}}}
    if arguments.output.exists():
        kept = json.loads(arguments.output.read_text(encoding="utf-8"))

    def keep(*words: object) -> None:
        print(*words, flush=True)
        with saving(arguments.output) as file:
            file.write(json.dumps(kept, indent=1, ensure_ascii=False).encode() + b"\n")

    for kind, settings in SETTINGS.items():
        tried = kept["settings"].setdefault(kind, {})
        for name, options in settings.items():
            if name in tried:
                continue
            network = trained(KINDS[kind](**options), train, CHOOSING_SEED, SHORT)
            tried[name] = measure(network, *judges)["error"]
            keep(kind, name, tried[name])
        kept["chosen"][kind] = min(tried, key=tried.get)
    chosen = {kind: SETTINGS[kind][name] for kind, name in kept["chosen"].items()}
    kinds = {kind: KINDS[kind](**options) for kind, options in chosen.items()}
    controls = {
        name: KINDS[kind](**(chosen[kind] | options)) for name, (kind, options) in CONTROLS.items()
    }

    forms = {name: make for name, make in RUNS.items() if name.startswith("batch-hard")}
    for epochs, runs in (
        (SHORT, {"untrained": None, **RUNS, **kinds, **controls}),
        (LONG, {**forms, **MIXED, **kinds}),
    ):
        for name in arguments.only or runs:
            if name not in runs:
                continue
            found = kept["runs"][str(epochs)].setdefault(name, {})
            for seed in arguments.seeds:
                network = trained(runs[name], train, seed, epochs, BETA2.get(name, 0.999))
                found[str(seed)] = measure(network, *unseen)
                keep(f"{name:32} {epochs} epochs, seed {seed}:", found[str(seed)])


if __name__ == "__main__":
    main()
