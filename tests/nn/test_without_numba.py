"""The core without compiled kernels: Numba not installed, or told not to compile."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
BLOCK = 'raise ImportError("Numba is hidden from this test run")\n'


@pytest.fixture(params=("not installed", "NUMBA_DISABLE_JIT"))
def environment(request, tmp_path) -> dict[str, str]:
    """Variables under which nothing is compiled, in one way or the other."""
    path = [*filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    if request.param == "NUMBA_DISABLE_JIT":
        return os.environ | {"NUMBA_DISABLE_JIT": "1"}
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba" / "__init__.py").write_text(BLOCK, encoding="utf-8")
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *path])}


def run(environment: dict[str, str], *arguments: str) -> str:
    """Run Python with these arguments in the repository; return what it printed."""
    result = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=TESTS.parent,
        capture_output=True,
        encoding="utf-8",
        timeout=1500,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-5000:]
    return result.stdout


def test_nothing_is_compiled(environment):
    code = "from minidl.kernels import jit; import minidl.nn; print(jit.AVAILABLE)"
    assert run(environment, "-c", code).strip() == "False"


@pytest.mark.parametrize("error", ["ImportError", "OSError"])
def test_a_numba_that_cannot_be_loaded_is_not_missed(tmp_path, error):
    """It may have been built for another NumPy, or for libraries that the system lacks."""
    (tmp_path / "numba.py").write_text(f"raise {error}('no library')\n", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    code = "from minidl.course.setup_check import check_setup; print(check_setup())"
    told = run(os.environ | {"PYTHONPATH": path}, "-c", code)
    assert "numba" in told and "not installed (no library)" in told
    assert "off: everything works, several times more slowly" in told


@pytest.mark.slow
def test_the_core_passes_all_of_its_tests(environment):
    folders = [str(TESTS / "functional"), str(TESTS / "nn")]
    options = ["-q", "-m", "not slow", "-p", "no:cacheprovider"]
    output = run(environment, "-m", "pytest", *folders, *options)
    assert " passed" in output
    assert "failed" not in output
