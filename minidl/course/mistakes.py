"""Known mistakes: what a student should read, and the edits of a solution that make the mistake."""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

BEGIN = "### BEGIN SOLUTION"

Edits = dict[str, str]  # old text: new text


def mistakes(text: str, **each: Sequence[str]) -> dict[str, Edits]:
    """Read known mistakes, each a diagnosis and, indented below it, the edits that make it::

        You took the mean of all numbers, and it is their sum
        that is asked for.
            .mean() -> .sum()
        You never go on to the next row.
            row = row + 1 ->
        You look at the first row only, and return too early.
            total += row.sum() ->
                total += row.sum()
                return total
            -> rows = rows[:1]

    An old text is replaced wherever it stands in the solution's source, by a new one that may be
    empty or, below the arrow and indented further, have several lines. Where no old text stands,
    the new one is put in front of the answer. A mistake that mentions ``{tiny}`` is made with each
    of the texts ``tiny``.
    """
    lines = textwrap.dedent(text).strip().splitlines()
    parts = ["\n".join(part) for _, part in groupby(lines, lambda line: line[:1] == " ")]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    table: dict[str, Edits] = {}
    for words, edits in pairs:
        for diagnosis, edit in _variants(" ".join(words.split()), edits, each):
            if diagnosis in table:
                raise ValueError(f"two mistakes have the same diagnosis: {diagnosis}")
            table[diagnosis] = _edits(edit)
    return table


def _variants(
    words: str, edits: str, each: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    for name, values in each.items():
        mark = f"{{{name}}}"
        if mark in words:
            yield from ((words.replace(mark, v), edits.replace(mark, v)) for v in values)
            return
    yield words, edits


def _edits(text: str) -> Edits:
    edits = {}
    for edit in re.split(r"\n(?! )", textwrap.dedent(text)):
        old, arrow, new = edit.partition("->")
        if not arrow:
            raise ValueError(f"an edit is written as old -> new: {edit!r}")
        edits[old.strip()] = textwrap.dedent(new).strip()
    return edits


def edited(source: str, edits: Edits) -> str:
    """Return a solution's source with the edits made in it, all at once.

    Raises ValueError where an old text does not stand in the source.
    """
    edits = {old or BEGIN: new for old, new in edits.items()}
    longest_first = sorted(edits, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    for old in edits.keys() - set(pattern.findall(source)):
        raise ValueError(f"{old!r} does not stand in its solution")

    def change(found: re.Match[str]) -> str:
        line = source[: found.start()].rpartition("\n")[2]
        indentation = line[: len(line) - len(line.lstrip())]
        return edits[found[0]].replace("\n", f"\n{indentation}")

    return pattern.sub(change, source)
