"""The notebook cells of an exercise, with the metadata by which nbgrader knows them.

Schema 3 of nbgrader. The cell with the solution is the student's to write in; the cell that checks
it counts the points and is locked: nbgrader puts it back as it was before it grades. It names
``check`` in full: a student may have given that short name to something else.
"""

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from minidl.course.exercise import Exercise
from minidl.course.registry import find


def exercise_cells(name: str) -> list[NotebookNode]:
    """The two cells of an exercise: its solution, and the line that checks it."""
    exercise = find(name)
    return [_solution_cell(exercise), _check_cell(exercise)]


def nbgrader_metadata(grade_id: str, **roles: Any) -> dict[str, Any]:
    """The entry "nbgrader" of a cell's metadata; ``roles`` are solution, grade, locked, points."""
    plain = {"grade": False, "solution": False, "locked": False, "task": False}
    common = {"schema_version": 3, "grade_id": grade_id, "cell_type": "code"}
    return {**common, **plain, **roles}


def _solution_cell(exercise: Exercise) -> NotebookNode:
    metadata = nbgrader_metadata(exercise.name, solution=True)
    return _cell(exercise.source, metadata)


def _check_cell(exercise: Exercise) -> NotebookNode:
    name = exercise.name
    grade_id = f"{name}_check"
    metadata = nbgrader_metadata(grade_id, grade=True, locked=True, points=exercise.points)
    return _cell(f'import minidl.course\n{name} = minidl.course.check("{name}", {name})', metadata)


def _cell(source: str, metadata: dict[str, Any]) -> NotebookNode:
    grade_id = metadata["grade_id"].replace("_", "-")
    return new_code_cell(source, metadata={"nbgrader": metadata}, id=grade_id[:64])
