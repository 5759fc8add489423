"""Memory: estimates hold what runs take, and what cannot fit is refused with a size that can."""

import ctypes
import os
import re
import subprocess
import sys
import tracemalloc
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from minidl import kernels, nn
from minidl.nn import memory
from minidl.nn.layer import Layer
from minidl.zoo.layers import PadAdd, Standardize

# -- what caches hold -------------------------------------------------------------------------

LAYERS = {
    "conv": nn.Conv2D(20, 3, padding=1),
    "conv with ReLU": nn.Conv2D(20, 3, padding=1, activation="relu"),
    "conv transposed": nn.ConvTranspose2D(20, 2, stride=2),
    "dense": nn.Dense(20),
    "affine": nn.Affine(),
    "batch norm": nn.BatchNorm(),
    "batch norm with ReLU": nn.BatchNorm(activation="relu"),
    "normalize": nn.L2Normalize(),
    "ReLU": nn.ReLU(),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "softmax": nn.Softmax(),
    "leaky ReLU": nn.LeakyReLU(),
    "flatten": nn.Flatten(),
    "max pool": nn.MaxPool2D(2),
    "average pool": nn.AvgPool2D(2),
    "global pool": nn.GlobalAvgPool(),
    "add": nn.Add(),
    "padded add": PadAdd(),
    "standardize": Standardize([1.0] * 16),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_cache_holds_what_its_layer_says(name):
    layer = LAYERS[name]
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 16)).astype(np.float32)
    layer.build(x.shape[1:], rng=np.random.default_rng(1), dtype=np.dtype(np.float32))
    inputs = (x, x.copy()) if layer.kind == "add" else (x,)
    y, cache = layer.forward(*inputs, training=True)
    values = [getattr(cache, f.name) for f in fields(cache)] if is_dataclass(cache) else [cache]
    arrays = [v for v in values if isinstance(v, np.ndarray)]
    held = {k: any(np.shares_memory(a, whose) for a in arrays) for k, whose in (("x", x), ("y", y))}
    assert "".join(k for k in "xy" if held[k]) == layer.keeps


# -- estimates --------------------------------------------------------------------------------


def sequential(*layers: Layer, shape: tuple) -> nn.Sequential:
    return nn.Sequential(layers, input_shape=shape)


NETWORKS = {
    "pictures": (
        lambda: sequential(
            *(nn.Conv2D(f, 3, padding=1, activation="relu") for f in (16, 24)),
            nn.MaxPool2D(2),
            nn.Conv2D(32, 3, padding=1, activation="relu"),
            shape=(None, None, 3),
        ),
        (2, 64, 80, 3),
    ),
    "normalised": (
        lambda: sequential(
            *(nn.Conv2D(16, 3, padding=1), nn.BatchNorm(activation="relu"), nn.AvgPool2D(2)),
            *(nn.Conv2D(32, 3, padding=1), nn.BatchNorm(), nn.Tanh(), nn.GlobalAvgPool()),
            shape=(48, 48, 3),
        ),
        (8, 48, 48, 3),
    ),
    "residual": (
        lambda: sequential(
            nn.Conv2D(16, 3, padding=1),
            *(nn.Residual([nn.ReLU(), nn.Conv2D(16, 3, padding=1)]) for _ in range(3)),
            shape=(None, None, 16),
        ),
        (2, 64, 64, 16),
    ),
    "signals": (
        lambda: sequential(
            *(nn.Conv1D(16, 9, padding="same", activation="relu"), nn.MaxPool1D(2)),
            *(nn.Conv1D(32, 5, padding="same", activation="relu"), nn.Dropout(0.2)),
            *(nn.Conv1D(1, 1), nn.Sigmoid()),
            shape=(None, 12),
        ),
        (8, 1500, 12),
    ),
    "volumes": (
        lambda: sequential(
            nn.Conv3D(16, 3, padding=1, activation="relu"),
            nn.Conv3D(16, 3, padding=1, activation="relu"),
            shape=(None, None, None, 16),
        ),
        (1, 16, 32, 32, 16),
    ),
    "matrices": (
        lambda: sequential(
            *(nn.Dense(200), nn.ReLU(), nn.Dense(300), nn.LeakyReLU(), nn.Dense(9)), shape=(90,)
        ),
        (2500, 90),
    ),
    "transposed": (
        lambda: sequential(
            nn.Conv2D(24, 3, stride=2, padding=1, activation="relu"),
            nn.ConvTranspose2D(16, 2, stride=2),
            shape=(None, None, 16),
        ),
        (2, 64, 64, 16),
    ),
}
HOW = {
    "forwards": {"keep": False},
    "kept": {"keep": True},
    "there and back": {"keep": True, "backward": True},
}
LEAST = 0.55 if kernels.jit.AVAILABLE else 0.35  # of the estimate: NumPy's kernels vary more


def peak(run) -> int:
    """The most bytes of arrays that were alive at once, beyond those that there were before."""
    run()  # what is made once and kept
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("tapped", [False, True])
def test_an_estimate_is_enough_and_not_much_too_much(name, how, tapped):
    make, shape = NETWORKS[name]
    net, x = make(), np.random.default_rng(0).normal(size=shape).astype(np.float32)
    taps = tuple(net.graph.nodes)[:: 2 if len(net.graph.nodes) > 4 else 1] if tapped else ()
    optimizer = nn.Adam(net.parameters)

    def run():
        net.train("backward" in HOW[how])
        trace = net.trace(x, taps, keep=HOW[how]["keep"])
        if "backward" in HOW[how]:
            trace.backward({name: np.ones_like(trace[name]) for name in trace.taps})
            optimizer.step()

    measured = peak(run)
    estimate = net.footprint.bytes(x.shape, taps or (net.output_name,), **HOW[how])
    assert LEAST * estimate < measured < estimate, measured / estimate


def test_numbers_of_float64_count_twice():
    sizes = []
    for dtype in (np.float32, np.float64):
        net = nn.Sequential([nn.Conv2D(4, 3)], input_shape=(None, None, 3), dtype=dtype)
        sizes.append(net.footprint.bytes((2, 40, 40, 3), ("conv1",)))
    assert sizes[1] == pytest.approx(2 * sizes[0], abs=1)


# -- refusals ---------------------------------------------------------------------------------


@pytest.fixture
def little(monkeypatch):
    """A machine with 100 MB left."""
    monkeypatch.setattr(memory, "available", lambda: 100_000_000)
    monkeypatch.setattr(memory, "SMALL", 0)


def small_net(*, fixed: bool = False) -> nn.Sequential:
    shape = (2000, 2000, 3) if fixed else (None, None, 3)
    layers = [nn.Conv2D(8, 3, padding=1, activation="relu"), nn.AvgPool2D(2), nn.Conv2D(8, 3)]
    return nn.Sequential(layers, input_shape=shape)


def huge(*shape: int) -> np.ndarray:
    """An array of zeros that takes no memory."""
    return np.broadcast_to(np.float32(0), shape)


def refused(run, pattern: str) -> tuple[int, ...]:
    """Run it; it is refused in one line that the pattern matches. Return the numbers found."""
    with pytest.raises(MemoryError) as caught:
        run()
    sentence = str(caught.value)
    found = re.search(pattern, sentence)
    assert found, sentence
    assert "needs about" in sentence
    assert "\n" not in sentence
    return tuple(map(int, found.groups()))


BATCHES = {
    "forward": lambda net, x: net.forward(x),
    "trace": lambda net, x: net.trace(x, ("conv1",), keep=False),
    "predict": lambda net, x: net.predict(x, batch_size=len(x)),
    "fit": lambda net, x: nn.fit(
        net,
        lambda epoch: [(x, None)],
        lambda y, _: (0.0, np.zeros_like(y)),
        nn.GradientDescent(net.parameters),
        epochs=1,
        progress=False,
    ),
}


@pytest.mark.parametrize("way", BATCHES)
def test_a_batch_that_is_too_large_names_one_that_fits(little, way):
    (fits,) = refused(
        lambda: BATCHES[way](small_net(), huge(5000, 64, 64, 3)),
        r"a batch of 5000 examples of size 64 × 64 × 3 .* there are 100 MB: .* size (\d+) would",
    )
    BATCHES[way](small_net(), huge(fits, 64, 64, 3))
    refused(lambda: BATCHES[way](small_net(), huge(fits * 5 // 4, 64, 64, 3)), f"({fits})")


def test_a_picture_that_is_too_large_names_one_that_fits(little):
    height, width = refused(
        lambda: small_net().forward(huge(1, 30_000, 20_000, 3)),
        r"an example of size 30000 × 20000 × 3 .* one of size (\d+) × (\d+) × 3 would fit",
    )
    assert width == pytest.approx(height * 2 / 3, abs=1)
    small_net().forward(huge(1, height, width, 3))
    refused(lambda: small_net().forward(huge(1, height * 6 // 5, width, 3)), "(1)")


def test_where_nothing_smaller_would_do_it_says_so(little):
    net = small_net(fixed=True)
    refused(lambda: net.forward(huge(1, 2000, 2000, 3)), "nothing smaller would fit")
    refused(lambda: net.forward(huge(9, 2000, 2000, 3)), "nothing smaller would fit")


def test_the_smallest_sizes_do_not_count_where_the_network_cannot_take_them(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 100)
    monkeypatch.setattr(memory, "SMALL", 0)
    refused(lambda: small_net().forward(huge(1, 1000, 1000, 3)), "nothing smaller would fit")


def test_little_is_never_refused(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 0)
    small_net().forward(huge(4, 64, 64, 3))


def test_what_fits_is_asked_about_once(monkeypatch):
    asked = []
    monkeypatch.setattr(memory, "available", lambda: asked.append(1) or 10**12)
    net = small_net()
    for _ in range(5):
        net.forward(huge(4, 16, 16, 3))
    assert len(asked) == 1
    net.forward(huge(5, 16, 16, 3))
    assert len(asked) == 2


class RunsOut(nn.Layer):
    """A layer for which there is no memory any more."""

    def forward(self, x, *, training=False):
        raise MemoryError("Unable to allocate")


@pytest.mark.parametrize("way", BATCHES)
def test_memory_that_runs_out_on_the_way_gives_the_same_sentence(monkeypatch, way):
    monkeypatch.setattr(memory, "available", lambda: 10**12)
    net = nn.Sequential([nn.Conv2D(4, 3, name="conv1"), RunsOut()], input_shape=(None, None, 3))
    pattern = r"a batch of 60 examples .* was not there: a batch of size (\d+) would fit"
    if way == "trace":
        monkeypatch.setattr(nn.Conv2D, "forward", RunsOut.forward)
    (fits,) = refused(lambda: BATCHES[way](net, huge(60, 8, 8, 3)), pattern)
    assert 30 < fits < 40  # an estimate may be too low by half


# -- what there is ----------------------------------------------------------------------------

MEMINFO = "MemTotal: 8000000 kB\nMemFree: 100 kB\nMemAvailable: {} kB\nSwapFree: {} kB\n"
STATUS = "Name:\tpython\nVmSize:\t3000000 kB\nVmRSS:\t1000000 kB\n"


@pytest.fixture
def system(monkeypatch, tmp_path):
    """Write the system's files; return a function that does it."""
    monkeypatch.setattr(memory, "SYSTEM", tmp_path)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(memory, "_of_the_process", lambda: [])

    def write(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    write(proc__meminfo=MEMINFO.format(2_000_000, 500_000), proc__self__status=STATUS)
    return write


@pytest.mark.parametrize(
    ("free", "swap", "expected"),
    [(2_000_000, 0, 2_000_000), (2_000_000, 500_000, 2_500_000), (7_500_000, 9_000_000, 7_000_000)],
)
def test_what_the_machine_has(system, free, swap, expected):
    system(proc__meminfo=MEMINFO.format(free, swap))
    assert memory.available() == 1024 * expected


V2 = {"proc__self__cgroup": "0::/user/job\n"}
V1 = {"proc__self__cgroup": "5:cpu,cpuacct:/user\n4:memory:/user/job\n0::/user\n"}
USED = "anon 90\n{0}inactive_file 7\n{0}active_file 3\n"


@pytest.mark.parametrize("where", ["", "user__", "user__job__"])
@pytest.mark.parametrize("kind", ["v1", "v2"])
def test_what_a_container_is_limited_to(system, kind, where):
    """The limit may stand at any level; files that were read give way."""
    if kind == "v2":
        top, limit, used, total = "sys__fs__cgroup__", "memory.max", "memory.current", ""
    else:
        top, total = "sys__fs__cgroup__memory__", "total_"
        limit, used = "memory.limit_in_bytes", "memory.usage_in_bytes"
    system(**(V2 if kind == "v2" else V1))
    for level in ("", "user__", "user__job__"):
        most = "300000\n" if level == where else "max\n" if kind == "v2" else f"{2**63 - 4096}\n"
        files = {limit: most, used: "100000\n", "memory.stat": USED.format(total)}
        system(**{f"{top}{level}{name}": text for name, text in files.items()})
    assert memory.available() == 200_010


def test_a_container_that_sees_itself_at_the_top(system):
    system(proc__self__cgroup="0::/../../elsewhere\n")
    system(**{"sys__fs__cgroup__memory.max": "5000\n", "sys__fs__cgroup__memory.current": "1000"})
    assert memory.available() == 4000


def test_a_container_that_is_full_leaves_nothing(system):
    system(proc__self__cgroup="0::/\n")
    system(**{"sys__fs__cgroup__memory.max": "5000\n", "sys__fs__cgroup__memory.current": "6000"})
    assert memory.available() == 0


def test_a_system_without_such_files(system, monkeypatch):
    system(proc__meminfo="")
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1000}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__, raising=False)
    assert memory.available() == 4_096_000


def test_windows(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert ctypes.sizeof(memory._MemoryStatus) == 64

    def answer(pointer):
        status = pointer._obj
        assert status.length == 64
        status.total, status.commit_left = 8_000_000, 5_000_000

    kernel32 = SimpleNamespace(GlobalMemoryStatusEx=answer)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel32), raising=False)
    assert memory._of_the_machine() == 5_000_000


def test_this_machine_has_some():
    assert 10**6 < memory.available() < 10**15


# -- in earnest -------------------------------------------------------------------------------

LIMITED = """
import re, resource
import numpy as np
from minidl import nn
from minidl.nn.memory import _table

net = nn.Sequential([nn.Conv2D(16, 3, padding=1, activation="relu"), nn.MaxPool2D(2),
                     nn.Conv2D(16, 3, padding=1, activation="relu")], input_shape=(64, 64, 3))
x = np.broadcast_to(np.float32(1), (100_000, 64, 64, 3))

def fit(number):
    def loss(y, target):
        return 0.0, np.zeros_like(y)
    nn.fit(net, lambda epoch: [(x[:number].copy(), x)], loss, nn.Adam(net.parameters), epochs=1,
           progress=False)

def check(run, number):
    run(4)
    used = 1024 * _table("proc/self/status")["VmSize"]
    resource.setrlimit(resource.RLIMIT_AS, (used + 250_000_000, -1))
    try:
        run(number)
    except MemoryError as error:
        print(error)
        number = int(re.search(r"size (\\d+) would fit", str(error))[1])
        run(number)
        print(f"{number} fitted")

check(lambda n: net.predict(x[:n], batch_size=n), 100_000)
check(fit, 3000)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="limits are Linux's alone")
def test_the_size_that_is_named_fits_under_a_real_limit():
    result = subprocess.run(
        [sys.executable, "-c", LIMITED],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    told = r"there are \d+ MB: a batch of size (\d+) would fit\.\n\1 fitted"
    assert len(re.findall(told, result.stdout)) == 2
