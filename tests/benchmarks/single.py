"""One measurement in a fresh process: peak memory of a step, start-up time, or threads that fight.

    python single.py memory ours|peer THREADS PIXELS [BATCH]
    python single.py import | first_conv | compile_all
    python single.py pools

Prints one line of JSON.
"""

import importlib
import json
import statistics
import sys
import time


def peak_mb() -> float | None:
    """Return the most memory that this process has held, in MB (None on Windows: not told)."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def memory(side_name: str, threads: str, pixels: str, batch: str = "1") -> dict:
    """Run a style step three times; of the peer, in the layout that is better (channels last)."""
    side = importlib.import_module(side_name)
    side.set_threads(int(threads))
    step = side.style_step(int(pixels), int(batch))
    step = step[-1] if isinstance(step, list) else step
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        step()
        times.append(time.perf_counter() - begin)
    return {"mb": peak_mb(), "ms": statistics.median(times) * 1000}


def import_time() -> dict:
    """Return what `import minidl.nn` takes beyond NumPy's own import."""
    import numpy  # noqa: F401

    begin = time.perf_counter()
    import minidl.nn  # noqa: F401

    return {"seconds": time.perf_counter() - begin}


def first_conv() -> dict:
    """Return what the very first convolution takes, import included, after NumPy's import."""
    import numpy as np

    begin = time.perf_counter()
    import minidl.functional as F

    x, w = np.ones((1, 32, 32, 16), np.float32), np.ones((3, 3, 16, 32), np.float32)
    F.conv(x, w, padding=1)
    return {"seconds": time.perf_counter() - begin}


def compile_all() -> dict:
    """Return what the first call of every kernel takes, in float32 and in float64."""
    import numpy as np

    sys.path.insert(0, "../kernels")
    from every_kernel import results

    begin = time.perf_counter()
    for dtype in (np.float32, np.float64):
        for _ in results(dtype):
            pass
    return {"seconds": time.perf_counter() - begin}


def pools() -> dict:
    """Return times of a loop and of the same loop after a product in BLAS's threads."""
    import numpy as np

    from minidl import kernels

    x = np.ones((64, 64, 64, 32), np.float32)
    a = np.ones((700, 700), np.float32)

    def loop():
        begin = time.perf_counter()
        kernels.relu_backward(x, x)
        return time.perf_counter() - begin

    def median(before):
        times = []
        for _ in range(40):
            before()
            times.append(loop())
        return statistics.median(times) * 1000

    median(lambda: None)
    return {
        "alone": median(lambda: None),
        "after our product": median(lambda: kernels.matmul(a, a)),
        "after BLAS's product": median(lambda: a @ a),
    }


if __name__ == "__main__":
    kinds = {"memory": memory, "import": import_time, "first_conv": first_conv}
    kinds |= {"compile_all": compile_all, "pools": pools}
    print(json.dumps(kinds[sys.argv[1]](*sys.argv[2:])))
