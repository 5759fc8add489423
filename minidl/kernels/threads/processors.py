"""How many processors this process may keep busy.

A container sees all cores of its machine, though the system gives it the time of a few only (its
*quota*) and stops all of its threads when that is used up. Linux says so in files: one folder for
each control group that the process is in, version 1 or 2 of them, each within another.
"""

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath


def processor_count(root: Path = Path("/")) -> int:
    """Return the cores that this process may run on, or its quota if that is less.

    A quota is rounded up: of the time of 1.5 cores, one thread would leave a third unused, while
    two that use it up early wait a little. root: where the system's files are.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:  # Windows and macOS
        cores = os.cpu_count() or 1
    return max(1, min([cores, *map(math.ceil, _quotas(root))]))


def _quotas(root: Path) -> Iterator[float]:
    """Yield every quota that is set for this process, in cores."""
    for folder in _control_groups(root):
        version_1 = f"{_read(folder / 'cpu.cfs_quota_us')} {_read(folder / 'cpu.cfs_period_us')}"
        for text in (version_1, _read(folder / "cpu.max")):
            try:
                quota, period = map(int, text.split())
            except ValueError:  # no such file, or "max": as much as there is
                continue
            if quota > 0 < period:  # −1 is version 1's word for no quota
                yield quota / period


def _control_groups(root: Path) -> Iterator[Path]:
    """Yield the folders of this process's control groups and of all that these are within.

    Inside a container the path may be the one outside, and the folder that of the whole system.
    """
    system = root / "sys/fs/cgroup"
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = (line.split(":", 2) + ["", ""])[:3]
        if not controllers:
            mounts = [system, system / "unified"]
        elif "cpu" in controllers.split(","):
            mounts = [system / controllers, system / "cpu"]
        else:
            continue
        for part in (PurePosixPath(path), *PurePosixPath(path).parents):
            for mount in mounts:
                yield mount / str(part).lstrip("/")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
