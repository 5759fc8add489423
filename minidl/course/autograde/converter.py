"""nbgrader's autograder, whose notebooks are run by an executor.

What nbgrader does before a notebook runs (make the folder in ``autograded/``, put locked cells
back) and after it (save the points) stays in this process and in nbgrader's hands: a gradebook
takes one writer. Between the two the notebook is away.
"""

import os
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_locked, rmtree
from sqlalchemy.exc import OperationalError

from minidl.blocks import Executor, Shared, in_order
from minidl.course.autograde.run import Course, Prepared, Ran, run, words
from minidl.course.autograde.slicing import unmarked_sources
from minidl.course.environment import environment_kept
from minidl.course.files import read


class Autograder(Autograde):
    """Grades every submission of an assignment that is new; ``ran`` says what came of each."""

    def __init__(self, executor: Executor | None = None, **settings: Any):
        super().__init__(**settings)
        self.executor = executor
        self.new: list[str] = []
        self.ran: list[Ran] = []
        self.away: set[str] = set()
        self.executed: dict[str, str] = {}

    def convert_notebooks(self) -> None:
        """Send out what is new, and save what comes back, in the order of the students."""
        self.new = sorted(filter(self._is_new, map(self._student, self.assignments)))
        runs = in_order(
            run,
            self._prepared(self.new),
            self.executor,
            shared=Shared(self._course()),
            progress=True,
            total=len(self.new),
            unit="submission",
        )
        try:
            with closing(runs):
                for ran in runs:
                    self.ran.append(self._saved(ran))
                    self.away.remove(ran.student)
        finally:  # what is away at an Interrupt is as new as before
            for student in self.away:
                self._remove(student)

    def _course(self) -> Course:
        source = self._folder(self.coursedir.source_directory, ".")
        handed_out = {path.stem: unmarked_sources(read(path).cells) for path in _notebooks(source)}
        ours = {key: value for key, value in os.environ.items() if key.startswith("MINIDL_")}
        return Course(self.config, handed_out, ours)

    def _folder(self, step: str, student: str) -> Path:
        return Path(self.coursedir.format_path(step, student, self.coursedir.assignment_id))

    def _submitted(self, student: str) -> Path:
        return self._folder(self.coursedir.submitted_directory, student)

    def _graded(self, student: str) -> Path:
        return self._folder(self.coursedir.autograded_directory, student)

    def _student(self, folder: str) -> str:
        name = re.escape(self.coursedir.assignment_id)
        pattern = self._format_source(name, "(?P<student>.*)", escape=True)
        return re.fullmatch(pattern, folder)["student"]

    def _remove(self, student: str) -> None:
        if self._graded(student).exists():
            rmtree(str(self._graded(student)))

    def _is_new(self, student: str) -> bool:
        """Whether it has not been graded to its end, or was handed in again since."""
        submitted, graded = self._submitted(student), self._graded(student)
        if student in self.coursedir.student_id_exclude.split(","):
            return False
        if self.force or not graded.exists():
            return True
        now, then = map(self.coursedir.get_existing_timestamp, (str(submitted), str(graded)))
        if now is not None and then is not None and now > then:
            return True
        source = self._folder(self.coursedir.source_directory, ".")
        names = {path.name for path in _notebooks(source)}
        found = [path for path in _notebooks(submitted) if path.name in names]
        return not all(_was_graded(path, graded / path.name) for path in found)

    # -- before a notebook runs ------------------------------------------------------------------

    def _prepared(self, students: list[str]) -> Iterator[Prepared]:
        for student in students:
            self._remove(student)
            self.away.add(student)
            try:
                yield self._prepare(student)
            except OperationalError:  # of the database, which concerns everybody
                raise
            except Exception as error:
                self.ran.append(Ran(student, {}, 0.0, words(error), failed=True))
                self._remove(student)
                self.away.remove(student)

    def _prepare(self, student: str) -> Prepared:
        assignment = self.coursedir.assignment_id
        self.notebooks = list(map(str, _notebooks(self._submitted(student))))
        self.run_pre_convert_hook()
        self.init_assignment(assignment, student)  # drops what is none of its notebooks
        for notebook in self.notebooks:
            self._sanitizing = True
            self._init_preprocessors()
            BaseConverter.convert_single_notebook(self, notebook)
        names = tuple(Path(notebook).stem for notebook in self.notebooks)
        return Prepared(student, self._graded(student), names)

    # -- after it has run ------------------------------------------------------------------------

    def _saved(self, ran: Ran) -> Ran:
        if not ran.failed:
            try:
                self._save(ran)
            except OperationalError:
                raise
            except Exception as error:
                ran = replace(ran, trouble=words(error), failed=True)
        if ran.failed:  # as nbgrader does it
            self._remove(ran.student)
        return replace(ran, notebooks={})

    def _save(self, ran: Ran) -> None:
        self._sanitizing, self.executed = False, ran.notebooks
        try:
            self._init_preprocessors()
            with environment_kept(NBGRADER_EXECUTION="autograde"):
                for name in ran.notebooks:
                    path = self._graded(ran.student) / f"{name}.ipynb"
                    BaseConverter.convert_single_notebook(self, str(path))
        finally:
            self._sanitizing = True
        self.notebooks = list(map(str, _notebooks(self._submitted(ran.student))))
        self.set_permissions(self.coursedir.assignment_id, ran.student)
        self.run_post_convert_hook()

    def _init_preprocessors(self) -> None:
        """nbgrader's own, but that the notebook comes back with its outputs from elsewhere."""
        super()._init_preprocessors()
        steps = self.exporter._preprocessors
        self.exporter._preprocessors = [self._come_back if type(s) is Execute else s for s in steps]

    def _come_back(self, notebook: Any, resources: dict) -> tuple[Any, dict]:
        return nbformat.reads(self.executed[resources["unique_key"]], as_version=4), resources


def _notebooks(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ipynb"))


def _was_graded(handed_in: Path, graded: Path) -> bool:
    """Whether that is what was graded, to the end; nbgrader puts locked cells back."""
    if not graded.exists():
        return False
    try:
        new, old = read(handed_in).cells, read(graded).cells
    except Exception:  # no notebook, whatever is wrong with it: better the grade that there is
        return True
    if not any(cell.get("execution_count") for cell in old) or len(new) != len(old):
        return False
    return all(is_locked(b) or a.source == b.source for a, b in zip(new, old, strict=True))
