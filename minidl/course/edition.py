"""The student's edition: the same notebooks without solutions and without outputs.

    python -m minidl.course.edition

makes ``notebooks/student/NN_*.ipynb`` from ``notebooks/NN_*.ipynb``. What takes the place of a
solution is what nbgrader puts there, so that both ways of handing out the course are the same.
"""

import copy
import sys
from pathlib import Path

from nbformat import NotebookNode

from minidl.console import say
from minidl.course.exercise import BEGIN, END
from minidl.course.files import read, source_notebooks, write

STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")


def student_edition(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook without solutions, outputs and execution counts."""
    student = copy.deepcopy(notebook)
    for cell in student.cells:
        if cell.cell_type == "code":
            cell.source = without_solution(cell.source)
            cell.outputs, cell.execution_count = [], None
    return student


def without_solution(source: str) -> str:
    """Return a cell's source with what stands between the solution marks replaced by a stub.

    Raises ValueError where a mark has no partner.
    """
    lines, inside = [], False
    for line in source.split("\n"):
        mark = line.strip()
        if mark in (BEGIN, END):
            if inside == (mark == BEGIN):
                raise ValueError(f"'{mark}' without its partner in the cell:\n{source}")
            inside = mark == BEGIN
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + stub for stub in STUB] if inside else []
        elif not inside:
            lines.append(line)
    if inside:
        raise ValueError(f"'{BEGIN}' without '{END}' in the cell:\n{source}")
    return "\n".join(lines)


def make(folder: Path, target: Path) -> list[Path]:
    """Make the student's edition of all notebooks in ``folder``; remove those without a source.

    Returns the files of ``target``.
    """
    made = []
    for path in source_notebooks(folder):
        write(student_edition(read(path)), target / path.name)
        made.append(target / path.name)
    for old in set(target.glob("[0-9][0-9]_*.ipynb")) - set(made):
        old.unlink()
    return made


if __name__ == "__main__":
    notebooks = Path(sys.argv[1] if len(sys.argv) > 1 else "notebooks")
    for student in make(notebooks, notebooks / "student"):
        say(student)
