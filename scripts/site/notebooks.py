"""Notebooks as the site shows them: as they are stored, without what only a kernel can show."""

import copy

from nbformat import NotebookNode

WIDGET = "application/vnd.jupyter.widget-view+json"


def as_page(notebook: NotebookNode) -> NotebookNode:
    """Return a copy: a slider's stored picture in place of it, and folded cells folded."""
    page = copy.deepcopy(notebook)
    for cell in page.cells:
        if cell.cell_type == "code":
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET, None)
            if cell.metadata.get("jupyter", {}).get("source_hidden"):
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
    return page


def alternative_texts(notebook: NotebookNode) -> list[str]:
    """Return the words for every picture among the outputs, in their order."""
    return [
        output.metadata[kind]["alt"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        for kind in output.get("data", {})
        if kind.startswith("image/")
    ]
