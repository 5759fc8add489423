"""What went wrong while nbgrader graded: it tells of it among hundreds of lines, or not at all."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from traitlets.config.loader import PyFileConfigLoader

from minidl.course.environment import environment_kept
from minidl.course.submissions.cells import Cell, Damaged, read_cells
from minidl.course.submissions.changes import Change


class Grading:
    """What nbgrader has done so far in a teacher's folder."""

    def __init__(self, course: Path):
        self.course = course
        self.begun = _begun(_address(course))

    def faults(
        self, student: str, path: Path, handed_out: list[Cell], submitted: list[Cell]
    ) -> Iterator[Change]:
        """Yield what went wrong in the grading of the notebook at ``path``, if it was graded."""
        assignment = path.parent.name
        if (student, assignment) not in self.begun:
            if any(other == assignment for _, other in self.begun):
                what = "has not been graded, while others have: it counts 0"
                yield "", what, f"nbgrader autograde {assignment}"
            return
        again = f"nbgrader autograde {assignment} --student {shlex.quote(student)}"
        graded = self.course / "autograded" / student / assignment / path.name
        try:
            cells = read_cells(graded)
        except Damaged:
            what = "nbgrader began to grade it and could not end (the kernel died?): it counts 0"
            yield "", what, f"see why, and mend it in the file: {again}"
            return
        if _answers(cells) != _answers(submitted):
            yield "", "is not the version that nbgrader graded", f"{again} --force"
            return
        by_name = {cell.name: cell for cell in cells}
        for cell in handed_out:
            if cell.marked("grade") and cell.name in by_name:
                yield from _unchecked(by_name[cell.name])


def _address(course: Path) -> str:
    """The gradebook's address, as nbgrader's settings give it; "" if there is none yet."""
    if (course / "nbgrader_config.py").is_file():
        try:
            with environment_kept():
                settings = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
        except Exception as error:  # they are a program
            raise ValueError(f"{course / 'nbgrader_config.py'} cannot be read ({error})") from error
        if isinstance(settings.CourseDirectory.get("db_url"), str):
            return settings.CourseDirectory.db_url
    file = course / "gradebook.db"
    return f"sqlite:///{file.resolve()}" if file.is_file() else ""


def _begun(address: str) -> set[tuple[str, str]]:
    """Every (student, assignment) that nbgrader has tried to grade."""
    if not address:
        return set()
    from nbgrader.api import Gradebook

    try:
        with Gradebook(address) as book:
            return {
                (submission.student.id, assignment.name)
                for assignment in book.assignments
                for submission in book.assignment_submissions(assignment.name)
            }
    except Exception as error:  # SQLAlchemy's, of many kinds
        raise ValueError(f"{address} is no gradebook of nbgrader ({error})") from error


def _answers(cells: list[Cell]) -> list[str]:
    return [cell.source for cell in cells if cell.marked("solution")]


def _unchecked(cell: Cell) -> Iterator[Change]:
    """What a check cell shows where it did not fail for a wrong answer, or not only."""
    for output in cell.outputs:
        kind, name = output.get("output_type"), output.get("ename")
        if kind == "error" and name != "AssertionError":
            what = f"counts 0 without having looked at the answer: {name}: {output.get('evalue')}"
            yield cell.name, what, "see in the feedback what the cells above it say"
            return
        if kind == "stream" and output.get("name") == "stderr":
            what = "counts 0 for whatever the answer is, as it wrote to stderr"
            yield cell.name, what, f"see what it wrote: {str(output.get('text'))[:80]!r}"
            return
