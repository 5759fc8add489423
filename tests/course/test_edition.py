"""Solutions are cut out cleanly, and nothing else is."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from minidl.course import teach
from minidl.course.cells import exercise_cells
from minidl.course.edition import make, student_edition, without_solution
from minidl.course.files import read, write


def test_a_stub_takes_the_place_of_a_solution_at_its_indentation():
    solution = "    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    stub = "    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert without_solution(f"def f():\n{solution}\nx = 2") == f"def f():\n{stub}\nx = 2"


def test_several_solutions_and_none():
    part = "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"
    stub = "# YOUR CODE HERE\nraise NotImplementedError()"
    assert without_solution(f"{part}\ny = 2\n{part}") == f"{stub}\ny = 2\n{stub}"
    assert without_solution("x = 1\n") == "x = 1\n"


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN SOLUTION\nx = 1",
        "x = 1\n### END SOLUTION",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
    ],
)
def test_a_mark_without_its_partner_is_refused(source):
    with pytest.raises(ValueError, match=r"partner|without"):
        without_solution(source)


def a_notebook():
    cells = [
        new_markdown_cell("# 01 · Title", id="a"),
        *exercise_cells("convolve"),
        new_code_cell("print(1)", id="b", metadata={"tags": ["x"]}, execution_count=7),
    ]
    cells[-1].outputs = [new_output("stream", name="stdout", text="1\n")]
    return new_notebook(cells=cells)


def test_outputs_go_and_metadata_stays():
    source = a_notebook()
    student = student_edition(source)
    assert [cell.metadata for cell in student.cells] == [cell.metadata for cell in source.cells]
    assert student.cells[-1].outputs == [] and student.cells[-1].execution_count is None
    assert "tensordot" not in student.cells[1].source and "np.pad" not in student.cells[1].source
    check = 'import minidl.course\nconvolve = minidl.course.check("convolve", convolve)'
    assert student.cells[2].source == check
    assert source.cells[-1].outputs, "the source is left as it was"


def test_making_an_edition_is_repeatable_and_drops_what_has_no_source(tmp_path):
    folder = tmp_path / "with space"
    student = folder / "student"
    write(a_notebook(), folder / "01_a.ipynb")
    write(a_notebook(), folder / "02_b.ipynb")
    assert make(folder, student) == [student / "01_a.ipynb", student / "02_b.ipynb"]
    first = (student / "01_a.ipynb").read_bytes()
    assert b"\r" not in first and first.endswith(b"}\n")
    (folder / "02_b.ipynb").unlink()
    make(folder, student)
    assert (student / "01_a.ipynb").read_bytes() == first
    assert [path.name for path in student.iterdir()] == ["01_a.ipynb"]


def test_a_folder_without_notebooks_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="run this from the course's folder"):
        make(tmp_path, tmp_path / "student")


@pytest.mark.parametrize("form", ["utf-8-sig", "windows", "latin-1"])
def test_a_notebook_is_read_as_an_editor_left_it(tmp_path, form):
    path = tmp_path / "n.ipynb"
    write(new_notebook(cells=[new_markdown_cell("Überblick", id="a")]), path)
    text = path.read_text(encoding="utf-8")
    if form == "latin-1":
        path.write_bytes(text.encode(form))
        with pytest.raises(ValueError, match=r"n\.ipynb seems to be .*Latin-1.*save it as UTF-8"):
            read(path)
        return
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-8" if form == "windows" else form))
    assert read(path).cells[0].source == "Überblick"


def test_a_course_folder_can_be_made_again(tmp_path):
    write(a_notebook(), tmp_path / "notebooks" / "01_a.ipynb")
    for _ in range(2):
        assert teach.make(tmp_path / "notebooks", tmp_path / "course") == ["01_a"]
    made = sorted(
        p.relative_to(tmp_path / "course").as_posix() for p in tmp_path.glob("course/**/*")
    )
    assert made == ["nbgrader_config.py", "source", "source/01_a", "source/01_a/01_a.ipynb"]


def test_writing_puts_no_machine_into_the_file(tmp_path):
    notebook = a_notebook()
    notebook.metadata["widgets"] = {"x": 1}
    notebook.metadata["language_info"] = {"name": "python", "version": "3.99"}
    write(notebook, tmp_path / "n.ipynb")
    assert set(read(tmp_path / "n.ipynb").metadata) == {"kernelspec", "language_info"}
    assert b"3.99" not in (tmp_path / "n.ipynb").read_bytes()
