"""The kernels in processes of their own: other threads, other processors, no compiler, no cache."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from minidl import kernels
from minidl.kernels import Window
from minidl.kernels.compile import jit

HERE = Path(__file__).parent
if jit.AVAILABLE:
    from minidl.kernels.compile import simd
needs_numba = pytest.mark.skipif(not jit.AVAILABLE, reason="needs Numba")


def run_python(*arguments, **environment):
    """Run Python with this environment on top of ours; return (stdout, stderr)."""
    finished = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"MINIDL_QUIET": ""} | environment,
        timeout=900,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout, finished.stderr


def every_kernel(*arguments, **environment):
    stdout, _ = run_python(str(HERE / "every_kernel.py"), *arguments, **environment)
    return json.loads(stdout.splitlines()[-1])


@needs_numba
@pytest.mark.slow
def test_same_bits_on_one_two_and_five_threads_and_from_run_to_run():
    counts = ("1", "2", "2")
    runs = [every_kernel(OMP_NUM_THREADS=n, NUMBA_NUM_THREADS=n) for n in counts]
    assert runs[0]["compiled"]
    assert runs[0]["digests"] == runs[1]["digests"] == runs[2]["digests"]
    five = "import runpy, sys; from minidl import kernels; kernels.set_threads(5); "
    script = str(HERE / "every_kernel.py")
    stdout, _ = run_python("-c", f"{five}runpy.run_path({script!r}, run_name='__main__')")
    assert json.loads(stdout.splitlines()[-1])["digests"] == runs[0]["digests"]


def test_without_numba_the_twins_do_the_work(tmp_path):
    blocked = tmp_path / "numba"
    blocked.mkdir()
    (blocked / "__init__.py").write_text("raise ImportError('blocked')\n", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    assert not every_kernel("--check", PYTHONPATH=path)["compiled"]


def test_with_jit_disabled_the_twins_do_the_work():
    assert not every_kernel("--check", NUMBA_DISABLE_JIT="1")["compiled"]


@needs_numba
@pytest.mark.slow
@pytest.mark.parametrize("processor", ["generic", "haswell"])
def test_other_processors(processor, tmp_path):
    if processor != "generic" and simd.PROCESSOR != "x86":
        pytest.skip("needs an x86 processor")
    environment = {"NUMBA_CPU_NAME": processor, "NUMBA_CACHE_DIR": str(tmp_path)}
    if processor == "haswell":
        environment["NUMBA_CPU_FEATURES"] = "+avx2,+fma,+avx,+sse4.2,+sse4.1,+ssse3,+sse3,+popcnt"
    assert every_kernel("--check", **environment)["compiled"]


ONE_KERNEL = (
    "import numpy as np; from minidl import kernels; from minidl.kernels import jit; "
    "y = kernels.relu_backward(np.ones(100, np.float32), np.ones(100, np.float32)); "
    "assert y.sum() == 100; print(jit.FOLDER)"
)


@needs_numba
def test_first_use_is_announced_and_the_second_process_finds_the_code(tmp_path):
    folder, said = run_python("-c", ONE_KERNEL, NUMBA_CACHE_DIR=str(tmp_path))
    assert folder.startswith(str(tmp_path))
    assert "compiling" in said
    assert said.endswith(" s\n")
    assert said.count("\n") == 1
    _, said = run_python("-c", ONE_KERNEL, NUMBA_CACHE_DIR=str(tmp_path))
    assert said == ""


@needs_numba
def test_without_a_folder_to_write_to_kernels_compile_in_each_process(tmp_path):
    forbidden = (
        "import pathlib; from unittest import mock\n"
        "refuse = mock.patch.object(pathlib.Path, 'mkdir', side_effect=PermissionError)\n"
        f"with refuse: exec({ONE_KERNEL!r})"
    )
    for _ in range(2):
        folder, said = run_python("-c", forbidden, NUMBA_CACHE_DIR=str(tmp_path / "no"))
        assert folder.strip() == "None"
        assert "no folder" in said


@needs_numba
def test_damaged_code_is_compiled_anew(tmp_path):
    run_python("-c", ONE_KERNEL, NUMBA_CACHE_DIR=str(tmp_path))
    kept = [path for path in tmp_path.rglob("*.nb*") if path.is_file()]
    assert kept
    for path in kept:
        path.write_bytes(b"damaged")
    run_python("-c", ONE_KERNEL, NUMBA_CACHE_DIR=str(tmp_path))


def test_two_python_threads_at_once():
    rng = np.random.default_rng(0)
    window = Window((30, 30), (3, 3), (1, 1), (1, 1), (1, 1), (1, 1))
    x = [rng.standard_normal((1, 30, 30, 32)).astype(np.float32) for _ in range(2)]
    w = rng.standard_normal((3, 3, 32, 32)).astype(np.float32)

    def work(a):
        y = kernels.convolve(a, w, window)
        pooled, _ = kernels.max_pool(y, Window((30, 30), (2, 2), (2, 2), (1, 1), (0, 0), (0, 0)))
        return pooled.tobytes(), kernels.convolve_kernel_gradient(a, y, window).tobytes()

    expected = [work(a) for a in x]
    before = kernels.thread_count()
    kernels.set_threads(2)
    wrong = []

    def many(index):
        for _ in range(20):
            if work(x[index]) != expected[index]:
                wrong.append(index)

    try:
        callers = [threading.Thread(target=many, args=(i,)) for i in range(2)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(timeout=300)
            assert not caller.is_alive()
    finally:
        kernels.set_threads(before)
    assert not wrong
