"""Reading and writing notebooks, the same bytes on every machine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from minidl.files import read_text, saving

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def source_notebooks(folder: Path) -> list[Path]:
    """The notebooks ``NN_name.ipynb`` of a folder, in order; FileNotFoundError if none."""
    found = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise FileNotFoundError(
            f"no notebooks NN_name.ipynb in {folder.resolve()}: run this from the course's folder"
        )
    return found


def read(path: Path) -> NotebookNode:
    """The notebook in a file, as version 4 of the format."""
    return nbformat.reads(read_text(path, "notebook"), as_version=4)


def marks(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    """What nbgrader knows of a cell: its entry in the metadata, empty where there is none."""
    return cell["metadata"].get("nbgrader") or {}


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook whole or not at all, with metadata that no machine has put there."""
    notebook = nbformat.from_dict(notebook)
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    nbformat.validate(notebook)
    with saving(path) as file:
        file.write(f"{nbformat.writes(notebook)}\n".encode())
