"""Measure minidl, beside PyTorch and ONNX Runtime where installed: `tests/benchmarks/run.py`.

    --only conv style …   some of: conv style training layers start growth threads onnx
    --quick               one round, and no accuracy
    --rounds N            3 unless said; more on a machine that others use
    --json FILE           write all numbers to a file (- for the standard output, without tables)
    --threads N           threads of both sides (all cores unless said)
    --peer PYTHON         another Python that has PyTorch
    --onnx PYTHON         another Python that has ONNX Runtime (onnxruntime and onnx)

The two sides run in processes of their own with equal threads, one measuring while the other waits,
in turns: A B A B. A number is the median over rounds of medians over runs; of PyTorch's two memory
layouts the better one counts. "Times" says how many times faster minidl is.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import cases
from report import geometric_mean, machine, table

from minidl.files import check_writable, saving

HERE = Path(__file__).parent


class Side:
    """A worker process, started when it is first asked."""

    def __init__(self, name: str, python: str, threads: int):
        environment = os.environ | {"OMP_NUM_THREADS": str(threads), "MINIDL_QUIET": "1"}
        self.process = subprocess.Popen(
            [python, str(HERE / "worker.py"), name, str(threads)],
            cwd=HERE,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        answer = json.loads(self.process.stdout.readline() or '{"ready": false}')
        self.ready, self.version = answer["ready"], answer.get("version")

    def ask(self, **request):
        """Send a request and wait for its answer."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        """Let the process end."""
        self.process.stdin.close()
        self.process.wait(timeout=60)


class Bench:
    """Both sides, and how they are asked."""

    def __init__(self, options):
        self.options = options
        self.rounds = 1 if options.quick else options.rounds
        self.ours = Side("ours", sys.executable, options.threads)
        self.peer = Side("peer", options.peer, options.threads)
        self.versions = {"PyTorch": self.peer.version}
        if not self.peer.ready:
            print("PyTorch is not installed: minidl's numbers alone.", file=sys.stderr)

    def in_turns(self, peer: Side, **request):
        """Ask both sides in turns; return the median of each side's answers (None: no peer)."""
        sides = [self.ours, peer] if peer.ready else [self.ours]
        answers = [[] for _ in sides]
        for _ in range(self.rounds):
            for side, heard in zip(sides, answers, strict=True):
                heard.append(side.ask(**request))
        medians = [_median(heard) for heard in answers]
        return medians if peer.ready else [medians[0], None]

    def compare(
        self, what: str, request: dict, side: Side | None = None, name: str = "PyTorch"
    ) -> list[dict]:
        """Return a row for each pass that the request measures on both sides."""
        ours, peer = self.in_turns(side or self.peer, **request)
        if not isinstance(ours, dict):
            ours, peer = {"step": ours}, {"step": peer} if peer else None
        return [
            {
                "what": what,
                "pass": pass_,
                "minidl ms": time,
                f"{name} ms": peer[pass_] if peer else None,
                "times": peer[pass_] / time if peer else None,
            }
            for pass_, time in ours.items()
            if peer is None or pass_ in peer
        ]

    def single(self, *arguments: str, python: str = sys.executable, **environment) -> dict:
        """Run one measurement in a fresh process."""
        environment = {"OMP_NUM_THREADS": str(self.options.threads), **environment}
        finished = subprocess.run(
            [python, str(HERE / "single.py"), *arguments],
            cwd=HERE,
            env=os.environ | {"MINIDL_QUIET": "1"} | environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        return json.loads(finished.stdout.splitlines()[-1])


def _median(answers):
    if isinstance(answers[0], dict):
        return {key: statistics.median(a[key] for a in answers) for key in answers[0]}
    return statistics.median(answers)


def conv(bench: Bench) -> list[dict]:
    """Convolutions: forward and both gradients, with minidl's largest error over the RMS."""
    rows = []
    for case in cases.CONVOLUTIONS:
        errors = {}
        if not bench.options.quick:
            errors = bench.ours.ask(measure="errors", case=cases.as_dict(case))
        for row in bench.compare(case.name, {"measure": "case", "case": cases.as_dict(case)}):
            rate = case.multiplications() * 2e-6 / row["minidl ms"]
            rows.append(row | {"minidl GF/s": rate, "error": errors.get(row["pass"])})
    return rows


def style(bench: Bench) -> list[dict]:
    """A step of style transfer through VGG-19 to conv5_1, with peak memory of the process."""
    rows = []
    for pixels in cases.STYLE_SIZES:
        (row,) = bench.compare(f"{pixels} px", {"measure": "style", "pixels": pixels})
        rows.append(row | _memory(bench, pixels))
    return rows


def training(bench: Bench) -> list[dict]:
    """A step of Siamese training on drawn faces, 64 pictures of 48×48."""
    rows = bench.compare("64 pictures", {"measure": "training", "batch": 64})
    return [row | {"minidl pictures/s": 64e3 / row["minidl ms"]} for row in rows]


def layers(bench: Bench) -> list[dict]:
    """Pooling and batch norm, forward and backward."""
    return [
        row
        for case in cases.LAYERS
        for row in bench.compare(case.name, {"measure": "case", "case": cases.as_dict(case)})
    ]


def start(bench: Bench) -> list[dict]:
    """Import, the first convolution, and all kernels: without and with compiled code on disk."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        kept = {"NUMBA_CACHE_DIR": folder}
        for what, kind in [
            ("first convolution, nothing compiled yet", "first_conv"),
            ("first convolution, compiled before", "first_conv"),
            ("every kernel, float32 and float64, nothing else compiled yet", "compile_all"),
            ("every kernel, compiled before", "compile_all"),
            ("import beyond NumPy's", "import"),
        ]:
            rows.append({"what": what, "seconds": bench.single(kind, **kept)["seconds"]})
    return rows


def growth(bench: Bench) -> list[dict]:
    """VGG-19 forwards and back to the pixels: time and memory against size and batch."""
    rows = []
    for batch, pixels in cases.GROWTH:
        rows.append({"batch": batch, "pixels": pixels} | _memory(bench, pixels, batch))
    return rows


def _memory(bench, pixels, batch=1) -> dict:
    sizes = (str(bench.options.threads), str(pixels), str(batch))
    row = {}
    for name, side, python in [
        ("minidl", "ours", sys.executable),
        ("PyTorch", "peer", bench.options.peer),
    ]:
        if side == "peer" and not bench.peer.ready:
            continue
        measured = bench.single("memory", side, *sizes, python=python)
        row[f"{name} MB"] = measured["mb"]
        if batch > 1 or pixels not in cases.STYLE_SIZES:
            row[f"{name} ms"] = measured["ms"]
    return row


def threads(bench: Bench) -> list[dict]:
    """A short loop by itself, after a product in our threads, and after one in BLAS's threads."""
    return [{"loop": what, "ms": ms} for what, ms in bench.single("pools").items()]


def onnx(bench: Bench) -> list[dict]:
    """Convolutions forward, beside ONNX Runtime."""
    side = Side("onnx_peer", bench.options.onnx, bench.options.threads)
    bench.versions["ONNX Runtime"] = side.version
    rows = []
    for case in cases.CONVOLUTIONS:
        request = {"measure": "case", "case": cases.as_dict(case)}
        rows += bench.compare(case.name, request, side, "ONNX Runtime")
    side.stop()
    return rows


GROUPS = {f.__name__: f for f in (conv, style, training, layers, start, growth, threads, onnx)}


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=list(GROUPS), default=list(GROUPS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--peer", metavar="PYTHON", default=sys.executable)
    parser.add_argument("--onnx", metavar="PYTHON", default=sys.executable)
    options = parser.parse_args()
    if options.json not in (None, "-"):
        check_writable(options.json)
    bench = Bench(options)
    results = {
        "machine": machine(),
        "threads each": options.threads,
        "versions": bench.versions,
    }
    show = options.json != "-"
    if show:
        print(f"{results['machine']}; {options.threads} threads each")
    for name in options.only:
        rows = results[name] = GROUPS[name](bench)
        if show:
            print(table(GROUPS[name].__doc__.rstrip("."), rows), flush=True)
            ratios = [row["times"] for row in rows if row.get("times")]
            if ratios:
                print(f"\ngeometric mean {geometric_mean(ratios):.2f}, least {min(ratios):.2f}")
    for side in (bench.ours, bench.peer):
        side.stop()
    if options.json == "-":
        print(json.dumps(results, indent=1))
    elif options.json:
        with saving(options.json) as file:
            file.write(json.dumps(results, indent=1).encode())


if __name__ == "__main__":
    main()
