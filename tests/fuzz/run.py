"""Coverage-guided fuzzing of every reader: no crash, no hang, bounded memory.

    pip install atheris
    python -m tests.fuzz.run                 # every reader for ten minutes, one by one
    python -m tests.fuzz.run pictures --seconds 60

Atheris changes bytes of good files, keeps what reaches new code, and stops at the first exception
that a reader may not raise, a reading that takes more than ten seconds, or a process of more than
four gigabytes. The bytes that did it are kept in tests/fuzz/found/. Not in CI: it takes hours, and
finds other things each time. Atheris has no wheels for Windows.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).parent
FOUND = HERE / "found"
# Atheris 3.0 keeps the result of every comparison of arrays that it traces, 160 bytes or so: the
# reader of shape predictors, which compares most, seems to grow by 1 KB a reading, and does not.
LIMITS = ("-timeout=10", "-rss_limit_mb=4000", "-max_len=60000", "-print_final_stats=1")
# What guides it. Kernels are not among them: Numba compiles bytecode, which must be Python's own.
GUIDES = ("zoo", "datasets", "nn", "faces", "style", "course", "files")


def fuzz(name: str, arguments: list[str]) -> None:
    """Fuzz one reader in this process; libFuzzer ends it."""
    import atheris

    import minidl.kernels  # noqa: F401  (before instrumentation)

    with atheris.instrument_imports(include=[*(f"minidl.{room}" for room in GUIDES), "PIL"]):
        from tests.fuzz.readers import READERS

    with tempfile.TemporaryDirectory() as folder:
        reader = READERS[name](Path(folder))
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(reader.seeds):
            (corpus / str(number)).write_bytes(seed)
        path = Path(folder, reader.place)

        def once(data: bytes) -> None:
            reader.write(path, data)
            with suppress(reader.refuses_with):
                reader.read(path)

        atheris.Setup([sys.argv[0], *arguments, str(corpus)], once)
        atheris.Fuzz()


def report(name: str, seconds: int) -> bool:
    """Fuzz one reader in a process of its own, and print a line about it; True if all was well."""
    FOUND.mkdir(exist_ok=True)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "tests.fuzz.run", name, "--here"),
            *(*LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={FOUND / name}-"),
        ],
        cwd=HERE.parents[1],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    (FOUND / f"{name}.log").write_text(run.stderr, encoding="utf-8")
    facts = dict(re.findall(r"stat::(\w+): +(\d+)", run.stderr))
    covered = (re.findall(r"\bcov: (\d+)", run.stderr) or ["?"])[-1]
    outcome = "nothing" if run.returncode == 0 else f"exit {run.returncode}, see {name}.log"
    print(
        f"{name:22} {facts.get('number_of_executed_units', '?'):>9} readings, "
        f"{covered:>6} places covered, {facts.get('peak_rss_mb', '?'):>5} MB: {outcome}",
        flush=True,
    )
    return run.returncode == 0


def main() -> int:
    """Fuzz the readers named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="READER")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given, rest = parser.parse_known_args()
    if given.here:
        fuzz(given.names[0], rest)
        return 0
    from tests.fuzz.readers import READERS

    if unknown := {*given.names} - {*READERS}:
        parser.error(f"no reader {', '.join(unknown)}; there are {', '.join(READERS)}")
    well = [report(name, given.seconds) for name in given.names or READERS]
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
