"""Grade an assignment from the command line, and print a table."""

import os
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loky import ProcessPoolExecutor
from nbgrader.converters import NbGraderException
from sqlalchemy.exc import SQLAlchemyError

from minidl.blocks import Executor
from minidl.console import say
from minidl.course.autograde import Report, autograde
from minidl.course.submissions.fault import on_one_line


def main(arguments: list[str]) -> int | str:
    """Grade the course in this folder; 0 if every submission could be graded."""
    parser = ArgumentParser("python -m minidl.course.autograde", description=__doc__)
    parser.add_argument("assignment", help="its name, 01_convolution for instance")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes at a time")
    parser.add_argument("--student", default="*", help="grade this student alone")
    parser.add_argument("--force", action="store_true", help="grade again what is graded")
    given = parser.parse_args(arguments)
    try:
        with _workers(given.workers) as executor:
            report = autograde(
                Path(),
                given.assignment,
                executor=executor,
                student=given.student,
                force=given.force,
            )
    except (NbGraderException, SQLAlchemyError, ValueError) as error:
        return str(error)
    say(table(report))
    return 1 if report.stopped or any(result.trouble for result in report.results) else 0


@contextmanager
def _workers(count: int) -> Iterator[Executor | None]:
    """A pool of processes; when it closes, nothing of it is left, kernels neither."""
    if count < 2:
        yield None
        return
    pool = ProcessPoolExecutor(count, initializer=_leave_interrupts_to_the_caller)
    try:
        yield pool
    finally:
        pool.shutdown(kill_workers=True)


def _leave_interrupts_to_the_caller() -> None:
    # a function, since kernels would inherit SIG_IGN, and could not be interrupted any more
    signal.signal(signal.SIGINT, lambda number, frame: None)


def table(report: Report) -> str:
    """Student, points, seconds and what went wrong, a line for each."""
    width = max((len(result.student) for result in report.results), default=0)
    lines = []
    for one in report.results:
        points = f"{one.score:5g} / {one.out_of:<4g}"
        line = f"{one.student:{width}} {points} {one.seconds:6.1f} s  {one.trouble}".rstrip()
        lines.append(on_one_line(line))
    done = f"{len(report.results)} graded"
    if report.stopped:
        done += f", {report.left} left: {report.stopped}; the same command goes on"
    return "\n".join([*lines, done])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
