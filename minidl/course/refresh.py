"""Run notebooks and store what they show.

    python -m minidl.course.refresh notebooks/01_convolution.ipynb …

brings each exercise's cells up to date with its declaration, runs the notebook from a fresh kernel
in its own folder, in full, and stores the outputs, without what differs from run to run (times,
widget numbers, progress bars). A code cell that holds only ``# exercise NAME`` becomes the cells
of that exercise. A notebook that stops with an error is left as it was.
"""

import os
import re
import sys
from pathlib import Path

from nbclient import NotebookClient
from nbformat import NotebookNode

from minidl.console import say
from minidl.course.cells import exercise_cells
from minidl.course.files import marks, read, write
from minidl.files import check_writable

WIDGET = "application/vnd.jupyter.widget-view+json"


def refresh(path: Path) -> None:
    """Bring a notebook up to date, run it, and store it with its outputs."""
    notebook = read(check_writable(path))
    notebook.cells = up_to_date(notebook.cells)
    execute(notebook, path.parent)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in map(tidy, cell.outputs) if output]
    write(notebook, path)


def execute(notebook: NotebookNode, folder: Path, *, quick: bool = False) -> None:
    """Run a notebook in place from a fresh kernel; raises nbclient's CellExecutionError."""
    # quiet, or what another process compiles just now would be told of and stored
    environment = {**os.environ, "MINIDL_QUICK": "1" if quick else "", "MINIDL_QUIET": "1"}
    client = NotebookClient(
        notebook,
        timeout=None,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=environment)


def up_to_date(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells with every exercise's two as its declaration has them."""
    out: list[NotebookNode] = []
    for cell in cells:
        known = marks(cell)
        asked = re.fullmatch(r"# exercise (\w+)", cell.source.strip())
        if asked:
            out += exercise_cells(asked[1])
        elif known.get("grade"):
            out.append(exercise_cells(known["grade_id"].removesuffix("_check"))[1])
        elif known.get("solution"):
            out.append(exercise_cells(known["grade_id"])[0])
        else:
            out.append(cell)
    return out


def tidy(output: NotebookNode) -> NotebookNode | None:
    """Return an output as it is stored; None for one that means nothing without its kernel."""
    if output.output_type == "stream":
        return None if "\r" in output.text else output  # a progress bar
    data = output.get("data", {})
    if data.pop(WIDGET, None) is not None and not any(kind.startswith("image/") for kind in data):
        return None
    return output


if __name__ == "__main__":
    for name in sys.argv[1:]:
        refresh(Path(name))
        say(name)
