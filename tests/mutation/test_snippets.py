"""The faults of ``mutants.py`` can be planted: the code has not moved on from under them."""

from pathlib import Path

from tests.mutation.mutants import MUTANTS

ROOT = Path(__file__).parents[2]


def test_each_snippet_occurs_once_in_its_files():
    stale = [
        f"{number}: {name}: {mutant.old!r}"
        for number, mutant in enumerate(MUTANTS, 1)
        for name in mutant.files
        if not (ROOT / name).is_file()
        or (ROOT / name).read_text(encoding="utf-8").count(mutant.old) != 1
    ]
    assert not stale, "\n".join(stale)
    assert len(MUTANTS) >= 40
