"""A fault: what would cost a student points for another reason than a wrong answer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Whose it is, in which ``file`` of the course's folder, what is wrong, and what to do.

    ``cell`` is nbgrader's name for the cell, "" where it is about the whole file.
    """

    student: str
    file: str
    what: str
    advice: str
    cell: str = ""

    def __str__(self) -> str:
        place = f"{self.file}, cell {self.cell}" if self.cell else self.file
        lines = (f"{self.student}: {place}", f"    {self.what}", f"    To do: {self.advice}")
        return "\n".join(map(on_one_line, lines))


def on_one_line(text: str) -> str:
    """Names of files and words of errors come from students: no line breaks, no control codes."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
