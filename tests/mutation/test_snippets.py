"""The faults of ``mutants.py`` can be planted: the code has not moved on from under them."""

from pathlib import Path

from tests.mutation.mutants import MUTANTS, stale

ROOT = Path(__file__).parents[2]


def test_each_snippet_occurs_once_in_its_files():
    found = [
        f"{number}: {fault}"
        for number, mutant in enumerate(MUTANTS, 1)
        for fault in stale(mutant, ROOT)
    ]
    assert not found, "\n".join(found)
    assert len(MUTANTS) >= 40
