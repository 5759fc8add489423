"""Reading the cells of a notebook that may be damaged, with an error that says how."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANOTHER = "open it in JupyterLab and save it, or ask the student for a file that opens there"


class Damaged(ValueError):
    """A file that is no notebook, why, and what to do."""

    def __init__(self, what: str, advice: str = ANOTHER):
        super().__init__(what)
        self.advice = advice


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in the file, with nbgrader's entry in its metadata, if it has one."""

    kind: str
    source: str
    marks: Mapping[str, Any] | None
    outputs: tuple[Mapping[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """Nbgrader's name for the cell, or ""."""
        name = (self.marks or {}).get("grade_id")
        return name if isinstance(name, str) else ""

    def marked(self, mark: str) -> bool:
        """Whether nbgrader knows it as a cell of that kind: grade, solution or locked."""
        return bool(self.marks and self.marks.get(mark))


CONFLICT = re.compile(r"^(<<<<<<<|>>>>>>>)(?!\S)", re.M)


def read_cells(path: Path) -> list[Cell]:
    """The cells of a notebook; Damaged if the file is none."""
    text = _text(path)
    if not text.strip():
        raise Damaged("the file is empty", "ask the student for the notebook")
    try:
        notebook = json.loads(text)
    except RecursionError:
        raise Damaged("the file is no notebook: it is nested without end") from None
    except ValueError as error:
        found = CONFLICT.search(text)
        if found:
            line = text.count("\n", 0, found.start()) + 1
            raise Damaged(
                f"git left a conflict of two versions in the file (line {line}: {found[0]})",
                "keep one of the two versions, or ask the student for a file that opens",
            ) from None
        raise Damaged(f"the file is no notebook, or was cut short ({error})") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise Damaged("the file is no notebook of today's format: it has no list of cells")
    return [_cell(raw, number) for number, raw in enumerate(notebook["cells"], 1)]


def _text(path: Path) -> str:
    if not path.is_file():
        raise Damaged("there is no file by that name, but something else", "ask for the file")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Damaged(f"the file is no notebook: byte {error.start} is not UTF-8") from None
    except OSError as error:
        advice = "see to it that you may read the file"
        raise Damaged(f"the file cannot be read ({error.strerror or error})", advice) from None


def _cell(raw: Any, number: int) -> Cell:
    try:
        kind, source, outputs = raw["cell_type"], raw["source"], raw.get("outputs", [])
        marks = raw["metadata"].get("nbgrader")
        source = source if isinstance(source, str) else "".join([*source])
        if isinstance(kind, str) and all(isinstance(x, dict) for x in (marks or {}, *outputs)):
            return Cell(kind, source, marks, tuple(outputs))
    except (AttributeError, KeyError, TypeError):
        pass
    raise Damaged(f"number {number} of its cells is no cell of a notebook")
