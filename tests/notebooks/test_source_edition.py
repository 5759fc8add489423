"""The reader's edition, run in full from a fresh kernel, shows what is stored in it."""

import os
import re
import subprocess
import sys

import pytest
from nbformat import read, write
from nbval.plugin import get_sanitize_patterns

NBVAL = ("--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q", "--tb=short")


def nbval(path, root):
    """Run nbval on a notebook; its kernel has its own process, and so has nbval."""
    return subprocess.run(
        [
            sys.executable,
            *("-m", "pytest", *NBVAL),
            f"--nbval-sanitize-with={root / 'tests' / 'notebooks' / 'sanitize.cfg'}",
            "--nbval-cell-timeout=900",
            str(path),
        ],
        cwd=root,
        env={**os.environ, "MINIDL_QUICK": "", "MINIDL_QUIET": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=2400,
    )


def test_a_fresh_run_shows_what_is_stored(reader_copy, root):
    run = nbval(reader_copy, root)
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


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("took 12.3 ms, then 4 s", "took TIME ms, then TIME s"),
        ("250 GF/s, 3.1× faster", "TIME GF/s, RATIO× faster"),
        ("(6, 5) pictures of 6 × 5; loss 0.125 after 300 steps", None),
        ("3 samples in 2 minutes", None),
    ],
)
def test_only_times_and_their_ratios_are_not_compared(text, left, root):
    rules = (root / "tests" / "notebooks" / "sanitize.cfg").read_text(encoding="utf-8")
    compared = text
    for pattern, word in get_sanitize_patterns(rules):
        compared = re.sub(pattern, word, compared)
    assert compared == (left or text)
