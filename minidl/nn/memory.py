"""How much memory there is, and a clear error where a computation would need more.

A program that takes more is killed in the middle of its work, on Linux mostly without a message. So
large computations ask beforehand.

(psutil knows what a machine has, but neither a container's limit nor the process's own: most of
this would be here with it as well.)
"""

import ctypes
import os
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

SMALL = 1 << 26  # bytes; never refused, for the process may well have so much put aside
SPARE = 0.9  # of what there is, for a size that is recommended: the next time there may be less
MARGIN = 1.5  # by how much an estimate may be too low
SYSTEM = Path("/")


@dataclass(frozen=True)
class Estimate:
    """What a computation would take, as a function of the size that its user can choose.

    what: the computation, in words.
    size: the one asked for.
    need: the bytes for a size from 1 up to that one; they grow with it.
    fits: says in words that a size would fit.
    """

    what: str
    size: int
    need: Callable[[int], float]
    fits: Callable[[int], str]

    def check(self) -> None:
        """Raise MemoryError, naming a size that would fit, if more is needed than there is."""
        needed, room = self.need(self.size), available()
        if needed > max(room, SMALL):
            raise self._error(f"there are {in_words(room)}", room)

    def exceeded(self) -> MemoryError:
        """Return the error that says the same, for when the memory ran out after all."""
        room = min(self.need(self.size) / MARGIN, available())
        return self._error("that was not there", room)

    def _error(self, found: str, room: float) -> MemoryError:
        size = bisect_right(range(1, self.size), SPARE * room, key=self.need)
        advice = "nothing smaller would fit: close other programs, or restart the notebook's kernel"
        if size and self.need(size):
            advice = self.fits(size)
        needed = in_words(self.need(self.size))
        return MemoryError(f"{self.what} needs about {needed} of memory, {found}: {advice}.")


def in_words(size: float) -> str:
    """Write a number of bytes for people: ``"1.5 GB"``."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def available() -> int:
    """Return how many bytes more this process can have, as far as the system tells.

    The machine's memory counts, a container's limit (cgroups), and the process's own (ulimit -v).
    What other programs hold can go to the swap file as far as that has room; but a computation
    that had to go there itself would not end, so it must fit into what the machine has.
    """
    return max(0, int(min([_of_the_machine(), *_of_containers(), *_of_the_process()])))


def _of_the_machine() -> int:
    if sys.platform == "win32":
        status = _MemoryStatus()
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return min(status.total, status.commit_left)
    machine, own = _table("proc/meminfo"), _table("proc/self/status")
    if "MemAvailable" in machine:
        beyond = machine["MemAvailable"] + machine.get("SwapFree", 0)
        return 1024 * min(machine["MemTotal"] - own.get("VmRSS", 0), beyond)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")  # macOS, which makes room


class _MemoryStatus(ctypes.Structure):
    """Windows' MEMORYSTATUSEX."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in ("total", "free", "commit", "commit_left")),
        *((name, ctypes.c_uint64) for name in ("virtual", "virtual_left", "extended_left")),
    )

    def __init__(self):
        super().__init__(length=ctypes.sizeof(self))


def _of_the_process() -> Iterator[int]:
    """Yield what is left of ``ulimit -v``, where the system has it and keeps to it (Linux)."""
    with suppress(ImportError, KeyError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            yield limit - 1024 * _table("proc/self/status")["VmSize"]


def _of_containers() -> Iterator[int]:
    """Yield what is left to each control group that the process is in, directly or indirectly.

    Files that the group has read count as used, but give way. A container sees its own group at
    the top, whatever the path says.
    """
    for line in _lines("proc/self/cgroup"):
        _, kinds, path = line.split(":", 2)
        top, limit, used = "sys/fs/cgroup", "memory.max", "memory.current"
        if "memory" in kinds.split(","):
            top, limit, used = f"{top}/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
        elif kinds:
            continue
        for group in (PurePosixPath(top), *_groups(PurePosixPath(top), path)):
            with suppress(StopIteration, ValueError):  # there is none, or it says "max"
                room = int(next(_lines(group / limit))) - int(next(_lines(group / used)))
                files = _table(group / "memory.stat")
                names = ("inactive_file", "active_file")
                yield room + sum(files.get(f"total_{n}", files.get(n, 0)) for n in names)


def _groups(top: PurePosixPath, path: str) -> Iterator[PurePosixPath]:
    for name in PurePosixPath(path).parts:
        if name not in ("/", ".."):
            top /= name
            yield top


def _lines(path: PurePosixPath | str) -> Iterator[str]:
    """Yield the lines of one of the system's files; none if it does not exist."""
    with suppress(OSError):
        yield from (SYSTEM / path).read_text(encoding="utf-8").splitlines()


def _table(path: PurePosixPath | str) -> dict[str, int]:
    """Return the whole numbers in a file of lines such as ``VmSize: 1234 kB``."""
    rows = (line.replace(":", " ").split() for line in _lines(path))
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}
