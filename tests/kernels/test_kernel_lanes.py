"""Which processor and which registers the kernels are compiled for."""

import subprocess
import sys

import pytest

from minidl.kernels.compile import jit

if not jit.AVAILABLE:
    pytest.skip("needs Numba", allow_module_level=True)

from numba import config
from numba.core import codegen

from minidl.kernels.compile import simd


@pytest.mark.parametrize(
    ("triple", "processor"),
    [
        ("x86_64-unknown-linux-gnu", "x86"),
        ("x86_64-pc-windows-msvc", "x86"),
        ("x86_64-apple-darwin24.1.0", "x86"),
        ("i686-pc-windows-msvc", "x86"),
        ("i386-unknown-linux-gnu", "x86"),
        ("aarch64-unknown-linux-gnu", "arm"),
        ("aarch64-pc-windows-msvc", "arm"),
        ("arm64-apple-darwin24.1.0", "arm"),
        ("arm64ec-pc-windows-msvc", "arm"),
        ("armv7l-unknown-linux-gnueabihf", "other"),
        ("powerpc64le-unknown-linux-gnu", "other"),
        ("riscv64-unknown-linux-gnu", "other"),
    ],
)
def test_the_processor_is_what_code_is_compiled_for(triple, processor):
    assert simd.processor_of(triple) == processor


AS_ON_ANOTHER = """
import platform
platform.machine = lambda: {machine!r}
import numpy as np
from minidl.kernels.compile import jit, simd
from minidl.kernels.threads import atomics
print(simd.PROCESSOR, simd.MANY_REGISTERS)

@jit.kernel
def wait_a_little(numbers):
    atomics.pause()
    numbers[0] = 5

numbers = np.zeros(1)
wait_a_little(numbers)
assert numbers[0] == 5
"""


@pytest.mark.parametrize("machine", ["ARM64", "AMD64"])
def test_what_python_says_about_the_machine_does_not_matter(machine):
    """From 3.12 on, x64 Python on an ARM laptop says "ARM64", and runs x86 code all the same."""
    finished = subprocess.run(
        [sys.executable, "-c", AS_ON_ANOTHER.format(machine=machine)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.split() == [simd.PROCESSOR, str(simd.MANY_REGISTERS)]


@pytest.mark.parametrize(
    ("features", "bits"),
    [
        ("", 128),
        ("+sse4.2,-avx,-avx512f", 128),
        ("+sse4.2,+avx,-avx2", 256),
        ("+avx,+avx2,-avx512f", 256),
        ("+avx,+avx2,+avx512f", 512),
        ("+neon,+fp-armv8", 128),
        ("+avxvnni", 128),
    ],
)
def test_vectors_are_as_wide_as_the_features_allow(monkeypatch, features, bits):
    monkeypatch.setattr(config, "CPU_FEATURES", features)
    assert simd.vector_bits() == bits


@pytest.mark.parametrize(("enabled", "bits"), [(1, 512), (0, 128)])
def test_no_wide_vectors_where_numba_leaves_avx_out(monkeypatch, enabled, bits):
    """On Sandy and Ivy Bridge: they have AVX, and code for it would be slower."""

    class Host(dict):
        def flatten(self):
            return ",".join(("-", "+")[on] + name for name, on in self.items())

    host = {"sse4.2": True, "avx": True, "avx2": True, "avx512f": True}
    monkeypatch.setattr(config, "CPU_FEATURES", None)
    monkeypatch.setattr(config, "ENABLE_AVX", enabled)
    monkeypatch.setattr(codegen.ll, "get_host_cpu_features", lambda: Host(host))
    assert simd.vector_bits() == bits


def test_the_width_is_that_of_the_code_that_numba_makes():
    """Numba's own account of what it compiles for, and ours."""
    from numba.core.registry import cpu_target

    triple, _, features = cpu_target.target_context.codegen().magic_tuple()
    has = features.split(",")
    wide = 512 if "+avx512f" in has else 256 if "+avx" in has else 128
    assert wide == simd.BITS
    assert simd.processor_of(triple) == simd.PROCESSOR
