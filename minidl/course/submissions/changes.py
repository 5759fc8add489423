"""What a student's notebook has lost or gained since it was handed out."""

from collections import Counter
from collections.abc import Iterator

from minidl.course.submissions.cells import CONFLICT, Cell

Change = tuple[str, str, str]  # the cell's name, what is wrong, what to do

MARKS = ("grade", "solution", "task", "schema_version")
PASTE = "copy the cell from the notebook that you handed out to where it stood"
UNMARK = "copy what is in it to a new cell, and delete it"
GIVES_UP = "at which nbgrader gives up"


def changes(handed_out: list[Cell], submitted: list[Cell]) -> Iterator[Change]:
    """Yield every change in the cells that nbgrader knows by name."""
    wanted = {cell.name: cell for cell in handed_out if cell.name}
    found = {cell.name: cell for cell in submitted if cell.name in wanted}
    if wanted and not found:
        yield (
            "",
            "none of its cells has nbgrader's marks any more, so that no point can be counted",
            "copy the answers into a notebook as you handed it out",
        )
        return
    yield from _missing(wanted, found)
    yield from _repeated(wanted, submitted)
    yield from _out_of_order(list(wanted), list(dict.fromkeys(c.name for c in submitted)))
    for name, cell in found.items():
        yield from _changed(wanted[name], cell)
    for number, cell in enumerate(submitted, 1):
        name = cell.name or f"number {number}"
        if cell.marks is not None and cell.name not in wanted:
            yield name, f"has marks of nbgrader that you did not hand out, {GIVES_UP}", UNMARK
        if cell.kind == "code" and CONFLICT.search(cell.source):
            what = "git left a conflict of two versions in it (<<<<<<<), so that it cannot run"
            yield name, what, "keep one of the two versions"


def _missing(wanted: dict[str, Cell], found: dict[str, Cell]) -> Iterator[Change]:
    for name in (name for name in wanted if name not in found):
        cell = wanted[name]
        if cell.marked("grade"):
            yield name, f"is gone: {cell.marks.get('points')} points cannot be counted", PASTE
        elif cell.marked("solution"):
            yield name, "is gone, and the answer with it", "ask the student for it"
        else:
            yield name, "is gone, and cells below may need it", PASTE


def _repeated(wanted: dict[str, Cell], submitted: list[Cell]) -> Iterator[Change]:
    for name, times in Counter(cell.name for cell in submitted).items():
        if times > 1 and name in wanted:
            what = f"is there {times} times, {GIVES_UP}, on later students too"
            yield name, what, "delete all but the one with the answer"


def _out_of_order(wanted: list[str], submitted: list[str]) -> Iterator[Change]:
    order = [name for name in wanted if name in submitted]
    moved = [name for name in submitted if name in order]
    for name, expected in zip(moved, order, strict=True):
        if name != expected:
            what = f"stands where {expected} should stand: the notebook runs from top to bottom"
            yield name, what, "put the cells in their order again"
            return


def _changed(wanted: Cell, cell: Cell) -> Iterator[Change]:
    """What nbgrader does not put back: it does so with points, kind and locks of a cell."""
    other = [mark for mark in MARKS if wanted.marks.get(mark) != cell.marks.get(mark)]
    if other:
        yield wanted.name, f"has other marks of nbgrader than before ({', '.join(other)})", PASTE
    locked = wanted.marked("locked") and not wanted.marked("solution")
    if locked and cell.source.strip() != wanted.source.strip():
        yield (
            wanted.name,
            "is locked and was changed: nbgrader puts it back, and what was written there is lost",
            "move an answer that stands in it to the cell for it",
        )
