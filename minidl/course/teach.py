"""A folder for a teacher who grades with nbgrader.

    python -m minidl.course.teach my_course

makes ``my_course`` with one assignment for every notebook that has exercises, as nbgrader wants
them, and its settings. What to do with it is told in TEACHERS.md.
"""

import json
import sys
from pathlib import Path

from minidl.console import say
from minidl.course.files import marks, read, source_notebooks
from minidl.files import saving

CONFIG = '''\
"""nbgrader's settings for this course."""

import os

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = {course}

# Grading asks whether the exercises are right, not whether a network trains well:
# long loops take few steps, and no figure is drawn. Set this to "0" to run submissions in full.
os.environ.setdefault("MINIDL_QUICK", "1")
c.Execute.timeout = 300  # seconds for a cell
'''
UNFIT = "[%"  # nbgrader looks for files with glob, and for its database through a settings file


def make(notebooks: Path, course: Path) -> list[str]:
    """Put every notebook with exercises into a course folder; returns the assignments' names.

    Notebooks that are there already are brought up to date; nbgrader_config.py is left as it is.
    ValueError for a folder in which nbgrader cannot work.
    """
    unfit = [sign for sign in UNFIT if sign in str(course.resolve())]
    if unfit:
        raise ValueError(f"nbgrader finds nothing in {course.resolve()}: it has {unfit[0]} in it")
    course.mkdir(parents=True, exist_ok=True)
    assignments = []
    for path in source_notebooks(notebooks):
        if any(marks(cell).get("grade") for cell in read(path).cells):
            folder = course / "source" / path.stem
            _copy(path.read_bytes(), folder / path.name)
            assignments.append(path.stem)
    config = course / "nbgrader_config.py"
    if not config.exists():
        name = json.dumps(course.resolve().name, ensure_ascii=False)  # whatever signs are in it
        _copy(CONFIG.format(course=name).encode(errors="replace"), config)
    return assignments


def _copy(data: bytes, path: Path) -> None:
    with saving(path) as file:
        file.write(data)


def main(arguments: list[str]) -> str | None:
    """Make the folder named, and say what is in it; returns what went wrong."""
    if len(arguments) != 1:
        return "usage: python -m minidl.course.teach FOLDER   (from the folder of the course)"
    try:
        say("\n".join(make(Path("notebooks"), Path(arguments[0]))))
    except (FileNotFoundError, ValueError) as error:
        return str(error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
