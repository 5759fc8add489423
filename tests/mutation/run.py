"""Mutation testing: plant each fault of `mutants.py` in a copy of the repository and run the tests.

    python tests/mutation/run.py                  all of them
    python tests/mutation/run.py --room kernels   those of one room
    python tests/mutation/run.py --only 3 17      two of them

A fault counts as found if a test fails with it and passes again without it. For each fault the
quick tests of its room run first, then all other quick tests, then the slow ones, each as far as
the first failure. What is printed says which test found it, in which tier, after how many seconds.
The exit status is 1 if a fault was not found.
"""

import argparse
import compileall
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from mutants import MUTANTS, Mutant, stale

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 3600  # seconds that one call of pytest may take
REACH = {"room": 1, "quick": 2, "slow": 4}  # tiers to try
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?::.+?)(?: - .*)?$", re.MULTILINE)


class Verdict(NamedTuple):
    """What became of a fault: the test that found it ("" if none did), its tier, and the time."""

    test: str
    tier: str
    seconds: float


def main() -> int:
    """Plant the faults that are asked for and return the exit status."""
    options = _options()
    chosen = [
        (number, mutant)
        for number, mutant in enumerate(MUTANTS, 1)
        if number in (options.only or [number]) and options.room in (None, mutant.room)
    ]
    _check_snippets(chosen)
    with _folders(options) as folders:
        print(f"{len(chosen)} faults, {len(folders)} at a time\n", flush=True)
        broken: set[str] = set()
        verdicts = _run_all(chosen, folders, REACH[options.until], broken)
    return _report(chosen, verdicts, broken)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="faults by their numbers")
    parser.add_argument("--room", choices=sorted({m.room for m in MUTANTS}))
    parser.add_argument(
        "--until",
        choices=REACH,
        default="slow",
        help="look in the room's quick tests, in all quick ones, or in the slow ones too (default)",
    )
    parser.add_argument("--workers", type=int, choices=(1, 2), default=1, help="faults at a time")
    parser.add_argument("--folder", type=Path, help="keep the copies, and what they compiled, here")
    return parser.parse_args()


def _check_snippets(chosen: list[tuple[int, Mutant]]) -> None:
    """Stop if the code has moved on, so that a fault cannot be planted."""
    found = [f"{number}: {fault}" for number, mutant in chosen for fault in stale(mutant, ROOT)]
    if found:
        sys.exit("\n".join(["mutants.py is out of date; each snippet must occur once:", *found]))


@contextmanager
def _folders(options: argparse.Namespace) -> Iterator[list[Path]]:
    """Yield a copy of the repository for each worker."""
    with tempfile.TemporaryDirectory(prefix="minidl-", ignore_cleanup_errors=True) as temporary:
        folder = options.folder or Path(temporary)
        copies = [folder.resolve() / f"copy{worker}" for worker in range(options.workers)]
        for copy in copies:
            _copy_to(copy)
        yield copies


def _copy_to(copy: Path) -> None:
    """Bring a folder to the state of the working tree; what kernels compiled there may stay."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True, encoding="utf-8",
    )  # fmt: skip
    names = {name for name in listed.stdout.split("\0") if (ROOT / name).is_file()}
    for old in copy.rglob("*"):
        name = old.relative_to(copy)
        if old.is_file() and name.as_posix() not in names and "__pycache__" not in name.parts:
            old.unlink()
    for name in names:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    compileall.compile_dir(copy / "minidl", quiet=1)
    python = "import minidl; print(minidl.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", python], cwd=copy, env=_environment(copy), capture_output=True,
        check=True, text=True, encoding="utf-8",
    )  # fmt: skip
    if not Path(found.stdout.strip()).is_relative_to(copy):
        sys.exit(f"the tests would import {found.stdout.strip()} instead of the copy in {copy}")


def _environment(copy: Path) -> dict[str, str]:
    """Return the environment of the tests: the copy's package, the reader's fetched files."""
    fetched = os.environ.get("MINIDL_CACHE") or str(ROOT / "data" / "cache")
    return {
        **os.environ,
        "PYTHONPATH": str(copy),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # never the code of a fault that has gone
        "MINIDL_CACHE": fetched,
        "HYPOTHESIS_STORAGE_DIRECTORY": str(copy / ".hypothesis"),
    }


def _run_all(
    chosen: list[tuple[int, Mutant]], folders: list[Path], reach: int, broken: set[str]
) -> list[Verdict]:
    free: SimpleQueue[Path] = SimpleQueue()
    for folder in folders:
        free.put(folder)

    def judge(item: tuple[int, Mutant]) -> Verdict:
        number, mutant = item
        copy = free.get()
        try:
            verdict = _judge(mutant, copy, reach, broken)
        finally:
            free.put(copy)
        print(_line(number, mutant, verdict), flush=True)
        return verdict

    with ThreadPoolExecutor(len(folders)) as pool:
        return list(pool.map(judge, chosen))


def _judge(mutant: Mutant, copy: Path, reach: int, broken: set[str]) -> Verdict:
    """Plant one fault, look for a test that finds it, and take it back.

    Tests that fail without the fault, too, go to ``broken`` and are left out from then on.
    """
    begin = time.perf_counter()
    for tier, arguments in _tiers(mutant.room)[:reach]:
        while True:
            left_out = [f"--deselect={test}" for test in sorted(broken)]
            with _planted(mutant, copy):
                status, output = _pytest(copy, *arguments, *left_out)
            if not (found := FAILED.search(output)):
                break
            test, seconds = found[1].strip(), time.perf_counter() - begin
            if _passes(copy, test):
                return Verdict(test, tier, seconds)
            broken.add(test)
        if status not in (0, 5):  # 5: no test was selected
            told = f"pytest ended with {status}: {output.strip()[-300:]}"
            return Verdict("", told, time.perf_counter() - begin)
    return Verdict("", "not found", time.perf_counter() - begin)


def _tiers(room: str) -> list[tuple[str, list[str]]]:
    tests, quick = f"tests/{room}", "not slow"
    return [
        ("quick", [tests, "-m", quick]),
        ("quick", ["tests", f"--ignore={tests}", "-m", quick]),
        ("slow", [tests, "-m", "slow"]),
        ("slow", ["tests", f"--ignore={tests}", "-m", "slow"]),
    ]


@contextmanager
def _planted(mutant: Mutant, copy: Path) -> Iterator[None]:
    paths = [copy / name for name in mutant.files]
    before = [(path.read_bytes(), path.stat()) for path in paths]
    for path in paths:
        text = path.read_text(encoding="utf-8").replace(mutant.old, mutant.new)
        path.write_text(text, encoding="utf-8", newline="\n")
    try:
        yield
    finally:
        for path, (data, facts) in zip(paths, before, strict=True):
            path.write_bytes(data)
            os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))  # by which Numba knows it
        shutil.rmtree(copy / ".hypothesis", ignore_errors=True)  # examples of this fault


def _passes(copy: Path, test: str) -> bool:
    status, _ = _pytest(copy, test)
    if status == 4:  # the words in [ ] are not always enough to name a test
        status, _ = _pytest(copy, test.partition("[")[0])
    return status == 0


def _pytest(copy: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "-p", "no:cacheprovider"]
    command.append("--ignore=tests/mutation")  # it sees what is planted, but not what that breaks
    if importlib.util.find_spec("xdist"):
        command.append("-n0")
    try:
        run = subprocess.run(
            [*command, *arguments], cwd=copy, env=_environment(copy), timeout=PATIENCE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            errors="replace",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return -1, f"it had not ended after {PATIENCE} s"
    return run.returncode, run.stdout


def _line(number: int, mutant: Mutant, verdict: Verdict) -> str:
    where = f"{verdict.tier:6} {verdict.seconds:5.0f} s  {verdict.test}"
    return f"{number:3}  {mutant.room:11} {mutant.breaks}\n     {where}"


def _report(chosen: list[tuple[int, Mutant]], verdicts: list[Verdict], broken: set[str]) -> int:
    tiers = [verdict.tier for verdict in verdicts]
    quick, slow = tiers.count("quick"), tiers.count("slow")
    print(f"\n{quick + slow} of {len(chosen)} found, {quick} of them by quick tests")
    for (number, mutant), verdict in zip(chosen, verdicts, strict=True):
        if verdict.tier not in ("quick", "slow"):
            print(f"NOT FOUND  {number}: {mutant.breaks} ({verdict.tier})")
    for test in sorted(broken):
        print(f"fails without any fault: {test}")
    return 0 if quick + slow == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
