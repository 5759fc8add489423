"""A look at the reader's machine before the course begins: what is there, and what to do if not."""

import importlib
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from minidl.console import printable
from minidl.kernels.threads.processors import processor_count
from minidl.zoo import cache_folder
from minidl.zoo.fetching import missing

PYTHON = (3, 11)
PACKAGES = ("numpy", "numba", "scipy", "PIL", "matplotlib", "tqdm", "ipywidgets")
DISK = 500e6  # bytes that the fetched networks and data take, with room to spare


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is as it should be, and what to do if not."""

    name: str
    good: bool
    found: str
    advice: str = ""


@dataclass(frozen=True)
class SetupReport:
    """All findings. It is true if nothing that the course needs is missing."""

    findings: tuple[Finding, ...]

    def __bool__(self) -> bool:
        return all(f.good for f in self.findings)

    def __str__(self) -> str:
        width = max(len(f.name) for f in self.findings)
        lines = [
            f"{'ok  ' if f.good else 'LOOK'}  {f.name.ljust(width)}  {f.found}"
            + (f"\n      → {f.advice}" if f.advice and not f.good else "")
            for f in self.findings
        ]
        verdict = "Everything is ready." if self else "See the lines marked LOOK."
        return printable("\n".join([*lines, "", verdict]))

    __repr__ = __str__


def check_setup() -> SetupReport:
    """Look at Python, the packages, the compiler, the processor, the cache folder and the disk.

    Where everything that the course fetches is there already, the last two may be as they like.
    """
    here = (_python(), *map(_package, PACKAGES), _compiler(), _processor())
    complete = all(asset.package.kind == "installed" for asset in missing())
    return SetupReport((*here, _cache(complete), _disk(complete)))


def _python() -> Finding:
    wanted = ".".join(map(str, PYTHON))
    advice = f"install Python {wanted} or newer and make the virtual environment again (README)"
    return Finding("Python", sys.version_info >= PYTHON, platform.python_version(), advice)


def _package(name: str) -> Finding:
    advice = "run: python -m pip install -r requirements.txt"
    try:
        module = importlib.import_module(name)
    except (ImportError, OSError) as error:
        return Finding(name, name == "numba", f"not installed ({error})", advice)
    return Finding(name, True, getattr(module, "__version__", "installed"))


def _compiler() -> Finding:
    try:
        off = importlib.import_module("numba").config.DISABLE_JIT
    except (ImportError, OSError):
        off = True
    found = "off: everything works, several times more slowly" if off else "on"
    return Finding("compiled loops", True, found)


def _processor() -> Finding:
    cores = processor_count()
    name = platform.processor() or platform.machine()
    return Finding("processor", True, f"{name}, {cores} cores, {platform.system()}")


def _cache(complete: bool) -> Finding:
    folder = cache_folder()
    advice = "set MINIDL_CACHE to a folder that you may write to, and restart the kernel"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        found = "complete, so it need not be" if complete else str(folder)
        found = f"cannot be written ({error.strerror or error}): {found}"
        return Finding("cache folder", complete, found, advice)
    return Finding("cache folder", True, "can be written")


def _disk(complete: bool) -> Finding:
    folder = cache_folder()
    existing = next(p for p in (folder, *folder.parents, Path("/")) if p.exists())
    free = shutil.disk_usage(existing).free
    advice = "free some space, or set MINIDL_CACHE to a folder on another disk"
    return Finding("free disk", complete or free > DISK, f"{free / 1e9:.0f} GB", advice)
