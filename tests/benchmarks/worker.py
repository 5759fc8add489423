"""One side of the benchmarks in a process of its own: reads what to time, answers with times.

    python worker.py ours|peer|onnx_peer THREADS

A line of JSON in, a line of JSON out; prints {"ready": …} first.
"""

import importlib
import json
import statistics
import sys
import time

import cases

SECONDS = 0.25  # for one measurement of one function
MOST_RUNS = 200


def median_ms(functions) -> float:
    """Return the best function's median time in milliseconds, each warmed up twice."""
    medians = []
    for function in functions if isinstance(functions, list) else [functions]:
        function()
        function()
        times, end = [], time.perf_counter() + SECONDS
        while len(times) < 3 or (time.perf_counter() < end and len(times) < MOST_RUNS):
            begin = time.perf_counter()
            function()
            times.append(time.perf_counter() - begin)
        medians.append(statistics.median(times))
    return min(medians) * 1000


def measure(side, request: dict):
    """Answer one request."""
    kind = request["measure"]
    if kind == "errors":
        return side.conv_errors(cases.from_dict(request["case"]))
    if kind == "case":
        case = cases.from_dict(request["case"])
        functions = side.conv(case) if isinstance(case, cases.Conv) else side.layer(case)
        return {name: median_ms(function) for name, function in functions.items()}
    if kind == "style":
        return median_ms(side.style_step(request["pixels"]))
    if kind == "training":
        return median_ms(side.training(request["batch"]))
    raise ValueError(kind)


def main() -> None:
    """Answer requests until the input ends."""
    try:
        side = importlib.import_module(sys.argv[1])
    except ImportError as error:
        print(json.dumps({"ready": False, "why": str(error)}), flush=True)
        return
    side.set_threads(int(sys.argv[2]))
    print(json.dumps({"ready": True, "version": getattr(side, "VERSION", None)}), flush=True)
    for line in sys.stdin:
        print(json.dumps(measure(side, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
