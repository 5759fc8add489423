"""The student's edition is what the source makes of it, and runs with every exercise unsolved."""

import pytest

from minidl.course.edition import make
from minidl.course.files import read
from minidl.course.refresh import execute


def test_it_is_in_step_with_the_source(source, root, tmp_path):
    folder = source.parent
    fresh = {path.name: path.read_bytes() for path in make(folder, tmp_path)}
    kept = {path.name: path.read_bytes() for path in (folder / "student").glob("*.ipynb")}
    assert fresh.keys() == kept.keys(), "run python -m minidl.course.edition"
    assert fresh[source.name] == kept[source.name], "run python -m minidl.course.edition"


def test_it_gives_nothing_away(source):
    for cell in read(source.parent / "student" / source.name).cells:
        assert "SOLUTION" not in cell.source
        if cell.metadata.get("nbgrader", {}).get("solution"):
            assert "raise NotImplementedError()" in cell.source
        if cell.cell_type == "code":
            assert cell.outputs == []


@pytest.mark.slow
def test_it_runs_to_the_end_unsolved(source):
    student = source.parent / "student" / source.name
    notebook = read(student)
    execute(notebook, student.parent, quick=True)
    for cell in notebook.cells:
        role = cell.metadata.get("nbgrader", {})
        if role.get("grade"):
            said = cell.outputs[0].data["text/plain"]
            assert "not written yet" in said and "goes on with minidl's own version" in said
