"""Print every fault in a teacher's folder; exit status 1 if there is one."""

import sys
from pathlib import Path

from minidl.console import say
from minidl.course.submissions import faults


def main(arguments: list[str]) -> int | str:
    """Look at the course in the folder given, or in this one."""
    if len(arguments) > 1:
        return (
            "usage: python -m minidl.course.submissions [FOLDER]   (this folder if none is given)"
        )
    try:
        found = faults(Path(arguments[0] if arguments else "."))
    except (FileNotFoundError, ValueError) as error:
        return str(error)
    for fault in found:
        say(f"{fault}\n")
    students = len({fault.student for fault in found})
    say(
        f"{len(found)} faults, in what {students} students handed in."
        if found
        else "Nothing that would cost points in silence."
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
