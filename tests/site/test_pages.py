"""The pages that the site makes from notebooks, exercises and the package."""

import re

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from minidl.course import find
from scripts.site.exercises import exercise_page
from scripts.site.notebooks import WIDGET, alternative_texts, as_page
from scripts.site.pages import api_page, packages, within_site


def picture(alt, **others):
    data = {"image/png": "iVBORw0KGgo=", **others}
    return new_output("display_data", data=data, metadata={"image/png": {"alt": alt}})


def test_a_notebook_is_shown_without_what_needs_a_kernel():
    cells = [
        new_markdown_cell("# A title"),
        new_code_cell("draw()", outputs=[picture("One."), picture("Two.", **{WIDGET: {}})]),
        new_code_cell("plot()", metadata={"jupyter": {"source_hidden": True}}),
    ]
    notebook = new_notebook(cells=cells)
    page = as_page(notebook)
    assert WIDGET in notebook.cells[1].outputs[1].data, "the notebook itself was changed"
    assert WIDGET not in page.cells[1].outputs[1].data
    assert [cell.metadata.get("tags") for cell in page.cells] == [None, None, ["hide-input"]]
    assert alternative_texts(page) == ["One.", "Two."]


def test_an_exercise_shows_no_answer_unfolded():
    one, other = find("gram_matrix"), find("content_cost")
    page = exercise_page("08_style_transfer", "Style", [other, one])
    assert f"2 exercises, {one.points + other.points} points" in page
    unfolded = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    assert "(exercise-gram-matrix)=\n\n## gram_matrix" in unfolded
    assert unfolded.count("raise NotImplementedError()") == 2
    for exercise in (one, other):
        answer = exercise.source.partition("### BEGIN SOLUTION")[2].splitlines()[1].strip()
        assert answer in page and answer not in unfolded
        assert page.count(f"<summary>{exercise.name}: hint ") == len(exercise.hints)


def test_every_package_has_its_page():
    found = [name for name, _ in packages()]
    assert found[0] == "files" and {"kernels", "nn", "style", "course", "viz"} < set(found)
    page = api_page("nn", "layers")
    assert ".. autoclass:: minidl.nn.Conv2D\n   :members:" in page
    assert ".. autofunction:: minidl.nn.fit" in page
    assert "``vgg19``" in api_page("style", "") and "<module" not in api_page("functional", "")


def test_links_out_of_the_site_become_words():
    text = "See [a](data/README.md), [b](TEACHERS.md), [c](https://d.example) and [e](#f)."
    assert within_site(text) == ("See a, [b](teachers.md), [c](https://d.example) and [e](#f).")
