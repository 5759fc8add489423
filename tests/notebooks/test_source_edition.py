"""The reader's edition, run in full from a fresh kernel, shows what is stored in it."""

import os
import subprocess
import sys

import pytest
from nbformat import read, write

NBVAL = ("--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q", "--tb=short")


def nbval(path, root):
    """Run nbval on a notebook; its kernel has its own process, and so has nbval."""
    return subprocess.run(
        [
            sys.executable,
            *("-m", "pytest", *NBVAL),
            f"--nbval-sanitize-with={root / 'tests' / 'notebooks' / 'sanitize.cfg'}",
            "--nbval-cell-timeout=300",
            str(path),
        ],
        cwd=root,
        env={**os.environ, "MINIDL_QUICK": "", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )


@pytest.mark.slow
def test_a_fresh_run_shows_what_is_stored(source, root, clean_tree):
    run = nbval(source, root)
    assert run.returncode == 0, run.stdout[-6000:]


@pytest.mark.slow
@pytest.mark.parametrize("change", ["printed", "error"])
def test_a_difference_is_found(change, small, root):
    """The comparison itself can fail: a stored word or a new error is noticed."""
    assert nbval(small, root).returncode == 0
    notebook = read(small, as_version=4)
    if change == "printed":
        notebook.cells[-1].outputs[0].text = "twelve\n"
    else:
        notebook.cells[-1].source += "\nraise ValueError"
    write(notebook, small)
    run = nbval(small, root)
    assert run.returncode == 1
    assert ("mismatch 'stdout'" if change == "printed" else "ValueError") in run.stdout
