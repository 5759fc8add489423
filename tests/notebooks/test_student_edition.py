"""The student's edition is what the source makes of it; test_nbgrader.py runs it unsolved."""

from minidl.course.edition import student_edition
from minidl.course.files import read, write


def test_it_is_in_step_with_the_source(source, tmp_path):
    write(student_edition(read(source)), tmp_path / source.name)
    kept = source.parent / "student" / source.name
    assert kept.exists() and kept.read_bytes() == (tmp_path / source.name).read_bytes(), (
        "run python -m minidl.course.edition"
    )


def test_it_has_no_notebook_without_a_source(root):
    notebooks = root / "notebooks"
    left_over = {path.name for path in (notebooks / "student").glob("*.ipynb")}
    assert left_over <= {path.name for path in notebooks.glob("*.ipynb")}


def test_it_gives_nothing_away(source):
    for cell in read(source.parent / "student" / source.name).cells:
        assert "SOLUTION" not in cell.source
        if cell.metadata.get("nbgrader", {}).get("solution"):
            assert "raise NotImplementedError()" in cell.source
        if cell.cell_type == "code":
            assert cell.outputs == []
