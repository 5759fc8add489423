"""What every notebook of the course holds to."""

import re

from minidl.course import find
from minidl.course.cells import exercise_cells
from minidl.course.files import source_notebooks

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven")
OPENING = ("what you will be able to do", "how long it takes")


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def grading(cell):
    return cell.metadata.get("nbgrader", {})


def folded(cell):
    return cell.metadata.get("jupyter", {}).get("source_hidden", False)


def solutions(notebook):
    return [cell for cell in code_cells(notebook) if grading(cell).get("solution")]


def test_it_opens_with_its_title_its_promise_and_its_time(source, notebook):
    assert notebook.cells[0].cell_type == "markdown"
    assert re.match(rf"# {source.name[:2]} · \S", notebook.cells[0].source)
    first_code = notebook.cells.index(code_cells(notebook)[0])
    opening = "\n".join(cell.source for cell in notebook.cells[:first_code]).lower()
    for words in OPENING:
        assert words in opening


def test_it_was_run_from_top_to_bottom_without_error(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))
    assert not [output for output in outputs(notebook) if output.output_type == "error"]


def test_nothing_was_stored_from_stderr(notebook):
    written = [o.text for o in outputs(notebook) if o.get("name") == "stderr"]
    assert not written, "a warning on the page, or a progress bar that refresh did not see"


def test_every_figure_says_what_it_shows(notebook):
    for output in outputs(notebook):
        for kind in output.get("data", {}):
            if kind.startswith("image/"):
                alt = output.metadata.get(kind, {}).get("alt", "")
                assert len(alt.split()) >= 3, "show figures with viz.show(fig, alt=…)"


def test_pictures_in_the_text_say_what_they_show(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert "![](" not in cell.source
            for tag in re.findall(r"<img[^>]*>", cell.source):
                assert re.search(r'alt="[^"]+"', tag)


def test_sliders_draw_without_output_widgets(notebook):
    """Output widgets can stall the tools that run notebooks: their answer crosses the cell's."""
    for cell in code_cells(notebook):
        assert not re.search(r"\binteract(ive|ive_output)?\(|\bOutput\(", cell.source), (
            "make sliders with viz.explore(draw, alt=…, name=(low, high))"
        )


def test_cells_are_short(notebook):
    for cell in code_cells(notebook):
        of_the_lesson = not (folded(cell) or grading(cell))  # with one idea
        if not grading(cell).get("solution"):
            assert len(cell.source.splitlines()) <= (15 if of_the_lesson else 40), cell.source[:200]


def test_it_is_light(source):
    most = 3e6 if source.name[:2] in ("07", "08") else 1.5e6  # those two show photographs
    assert source.stat().st_size <= most


def test_all_notebooks_together_are_light(root):
    assert sum(path.stat().st_size for path in source_notebooks(root / "notebooks")) <= 15e6


def test_it_ends_with_what_to_read(notebook):
    """Each with its year."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    *_, title, text = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    assert title == "Read more"
    found = [line for line in text.splitlines() if line.startswith("- ")]
    assert len(found) >= 3 and sum(bool(re.search(r"\b(1[89]|20)\d\d\b", f)) for f in found) >= 3


def test_it_has_three_to_seven_exercises(source, notebook):
    if source.name[:2] != "00":
        assert 3 <= len(solutions(notebook)) <= 7


def test_it_asks_for_four_predictions_or_more(notebook):
    assert sum(cell.source.startswith("predict(") for cell in code_cells(notebook)) >= 4


def test_it_has_as_many_exercises_as_it_promises(notebook):
    for word in re.findall(r"(\w+) exercises\b", notebook.cells[0].source):
        assert NUMBERS.index(word) == len(solutions(notebook))


def test_exercises_are_as_they_were_declared(source, notebook):
    cells = code_cells(notebook)
    for cell in solutions(notebook):
        name = grading(cell).grade_id
        solution, check = exercise_cells(name)
        assert find(name).notebook == source.name[:2]
        assert cell.source == solution.source, "run python -m minidl.course.refresh"
        assert cell.metadata == solution.metadata
        following = cells[cells.index(cell) + 1]
        assert following.source == check.source
        assert following.metadata == check.metadata
        shown = "".join(o.get("data", {}).get("text/plain", "") for o in following.outputs)
        assert shown.startswith(f"✓ {name}: right.")


def test_every_declared_exercise_of_it_is_there(source, notebook):
    from minidl.course import names

    declared = {name for name in names() if find(name).notebook == source.name[:2]}
    assert {grading(cell).grade_id for cell in solutions(notebook)} == declared


def test_the_setup_is_locked_and_identifiers_are_unique(notebook):
    assert grading(code_cells(notebook)[0]).get("locked"), "the first code cell is the setup"
    for key in ("grade_id",):
        found = [grading(cell)[key] for cell in notebook.cells if grading(cell)]
        assert len(set(found)) == len(found)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_solution_marks_stand_in_solution_cells_only(notebook):
    for cell in notebook.cells:
        if "BEGIN SOLUTION" in cell.source or "END SOLUTION" in cell.source:
            assert grading(cell).get("solution")


def test_commands_that_run_notebooks_read_them_as_utf8(root):
    """Before Python 3.15, ``jupyter execute`` on Windows reads in the system's own encoding."""
    page = (root / "README.md").read_text(encoding="utf-8")
    commands = [line for line in page.splitlines() if re.search(r"\bjupyter execute\b", line)]
    assert [line.split()[0] for line in commands] == ["PYTHONUTF8=1", "$env:PYTHONUTF8"]
