"""Grading all submissions of an assignment, as a function."""

import logging
import warnings
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGrader
from sqlalchemy.exc import SAWarning

from minidl.blocks import Executor, check_executor
from minidl.course.autograde.converter import Autograder
from minidl.course.environment import environment_kept
from minidl.course.submissions import faults


@dataclass(frozen=True)
class Result:
    """What a student got: points of how many, after how many seconds of work, and what went wrong.

    ``trouble`` is what may cost points for another reason than a wrong answer.
    """

    student: str
    score: float
    out_of: float
    seconds: float
    trouble: str = ""


@dataclass(frozen=True)
class Report:
    """The results of what was new, how many are left, and why, if it stopped before the end."""

    results: list[Result]
    left: int = 0
    stopped: str = ""


@environment_kept()
def autograde(
    course: Path,
    assignment: str,
    *,
    executor: Executor | None = None,
    student: str = "*",
    force: bool = False,
) -> Report:
    """Grade what is new of an assignment, into the gradebook that nbgrader's settings name.

    An Interrupt, or the loss of a worker, keeps what is graded.

    Args:
        course: the teacher's folder, with ``nbgrader_config.py``.
        assignment: its name.
        executor: who runs the notebooks; None: this process, one after the other. All workers see
            ``course`` by the same path.
        student: whose; "*" stands for any letters.
        force: whether to grade again what is graded.

    Raises:
        NbGraderException: if nothing was handed in, or nothing handed out.
        sqlalchemy.exc.OperationalError: if the gradebook cannot be reached.
    """
    check_executor(executor)
    app = NbGrader(log_level=logging.CRITICAL)  # it tells of each file; what matters is returned
    app.initialize([], root=str(course.resolve()))
    app.coursedir.assignment_id, app.coursedir.student_id = assignment, student
    grader = Autograder(executor, coursedir=app.coursedir, parent=app)
    grader.force = force
    stopped = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's use of SQLAlchemy
            grader.start()
    except KeyboardInterrupt:
        stopped = "interrupted"
    except BrokenExecutor as error:
        stopped = f"a worker was lost ({error})"
    return Report(list(_results(grader, course)), len(grader.new) - len(grader.ran), stopped)


def _results(grader: Autograder, course: Path) -> Iterator[Result]:
    """What the gradebook says of each submission, and the first that is amiss in the files."""
    folders, assignment = grader.coursedir, grader.coursedir.assignment_id
    amiss: dict[str, str] = {}
    for fault in faults(course, assignment):
        amiss.setdefault(fault.student, f"{fault.cell} {fault.what}".strip())
    with Gradebook(folders.db_url, folders.course_id) as book:
        for ran in sorted(grader.ran, key=lambda ran: ran.student):
            try:
                found = book.find_submission(assignment, ran.student)
                points = found.score, found.max_score
            except MissingEntry:
                points = 0.0, 0.0
            told = amiss.get(ran.student, "")
            # what never ran is wrong in the file
            trouble = ran.trouble or told if ran.seconds else told or ran.trouble
            yield Result(ran.student, *points, ran.seconds, trouble)
