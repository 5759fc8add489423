"""The first code cell of the course's notebooks, for tests that make notebooks."""

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from minidl.course.cells import nbgrader_metadata


def setup_cell(source: str) -> NotebookNode:
    """A notebook's first code cell, which imports what the checks need: locked."""
    metadata = {"nbgrader": nbgrader_metadata("setup", locked=True)}
    return new_code_cell(source, metadata=metadata, id="setup")
