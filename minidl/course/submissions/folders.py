"""Where nbgrader looks for what students handed in, and what lies elsewhere."""

import difflib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from minidl.course.submissions.cells import Cell, Damaged, read_cells
from minidl.course.submissions.changes import changes
from minidl.course.submissions.fault import Fault
from minidl.course.submissions.grades import Grading

ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar")
HANDED_IN = (".ipynb", *ARCHIVES)

Notebooks = dict[str, list[Cell]]  # the cells of each as they were handed out, by its file's name


def faults(course: Path, assignment: str | None = None) -> list[Fault]:
    """Everything in a teacher's folder that would cost points in silence.

    With ``assignment``, only in what was handed in for it.

    Raises FileNotFoundError if it has no folder source or submitted, and ValueError if a notebook
    to hand out or the gradebook is damaged.
    """
    for name in ("source", "submitted"):
        if not (course / name).is_dir():
            raise FileNotFoundError(f"no folder {name} in {course.resolve()}: is it your course?")
    assignments, grading = _assignments(course, assignment), Grading(course)
    found: list[Fault] = []
    for student in _visible(course / "submitted"):
        try:
            for fault in _of_student(student, assignments, grading, assignment):
                found.append(fault)
        except OSError as error:
            what = f"cannot be read ({error.strerror or error})"
            found.append(_fault(student, student, what, "see to it that you may read the folder"))
    return found


def _assignments(course: Path, name: str | None) -> dict[str, Notebooks]:
    return {
        folder.name: {path.name: _handed_out(course, path) for path in folder.glob("*.ipynb")}
        for folder in _visible(course / "source")
        if name in (None, folder.name)
    }


def _handed_out(course: Path, source: Path) -> list[Cell]:
    released = course / "release" / source.parent.name / source.name
    path = released if released.exists() else source
    try:
        return read_cells(path)
    except Damaged as damage:
        raise ValueError(f"{path}: {damage}; make it again (TEACHERS.md)") from None


def _visible(folder: Path) -> list[Path]:
    """What lies in a folder, without what systems and Jupyter put there for themselves."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "__")))


def _fault(student: Path, path: Path, what: str, advice: str, cell: str = "") -> Fault:
    submitted = student.parent
    return Fault(student.name, path.relative_to(submitted.parent).as_posix(), what, advice, cell)


def _of_student(
    student: Path, assignments: dict[str, Notebooks], grading: Grading, only: str | None
) -> Iterator[Fault]:
    if only is not None:
        if (student / only).is_dir():
            yield from _of_assignment(student, student / only, assignments[only], grading)
        return
    place = "submitted/STUDENT/ASSIGNMENT"
    if not student.is_dir():
        if student.suffix.lower() in HANDED_IN:
            yield _fault(student, student, "nbgrader does not look here", f"move it to {place}")
        return
    if student.name in assignments:
        what = "is the name of an assignment, where nbgrader expects the student's"
        yield _fault(student, student, what, f"rearrange it as {place}")
        return
    for path in _visible(student):
        if path.is_dir() and path.name in assignments:
            yield from _of_assignment(student, path, assignments[path.name], grading)
        elif path.is_dir():
            close = difflib.get_close_matches(path.name, assignments, n=1, cutoff=0)
            advice = f"rename the folder to {close[0]}" if close else "make the assignment first"
            yield _fault(student, path, "no assignment has this folder's name", advice)
        elif path.suffix.lower() in HANDED_IN:
            what = "lies in the student's own folder, where nbgrader does not look"
            yield _fault(student, path, what, f"move it to {place}")


def _of_assignment(
    student: Path, folder: Path, notebooks: Notebooks, grading: Grading
) -> Iterator[Fault]:
    names = {path.name for path in _visible(folder)}
    others = sorted(n for n in names if n.endswith(".ipynb") and n not in notebooks)
    for name, wanted in sorted(notebooks.items()):
        if name not in names:
            what = f"there is no {name}, for which nbgrader gives 0"
            yield _fault(student, folder, what, _where_it_may_be(folder, name, others))
        else:
            yield from _of_notebook(student, folder / name, wanted, grading)
    if others and notebooks.keys() <= names:
        what = f"nbgrader will not look at {', '.join(others)}"
        yield _fault(student, folder, what, "see which of the notebooks has the answers")
    for path in _visible(folder):
        if _shadows_a_module(path):
            what = f"Python would import it in place of the module {path.stem}"
            yield _fault(student, path, what, "remove it")


def _where_it_may_be(folder: Path, name: str, others: list[str]) -> str:
    inner = [path for path in _visible(folder) if path.is_dir()]
    deeper = [
        p for d in inner for ending in ("*.ipynb", "*/*.ipynb") for p in sorted(d.glob(ending))
    ]
    archives = [path.name for path in _visible(folder) if path.suffix.lower() in ARCHIVES]
    if len(others) == 1:
        return f"rename {others[0]} to {name}, if it is that"
    if others:
        return f"rename the right one of {', '.join(others)} to {name}"
    if deeper:
        return f"move {deeper[0].relative_to(folder).as_posix()} up into the folder"
    return f"unpack {archives[0]}" if archives else "ask the student for it"


def _shadows_a_module(path: Path) -> bool:
    name = path.name.removesuffix(".py")
    importable = path.suffix == ".py" or (path / "__init__.py").is_file()
    return importable and name.isidentifier() and find_spec(name) is not None


def _of_notebook(
    student: Path, path: Path, wanted: list[Cell], grading: Grading
) -> Iterator[Fault]:
    try:
        cells = read_cells(path)
    except Damaged as damage:
        yield _fault(student, path, str(damage), damage.advice)
        return
    found = [*changes(wanted, cells)] or grading.faults(student.name, path, wanted, cells)
    for cell, what, advice in found:
        yield _fault(student, path, what, advice, cell)
