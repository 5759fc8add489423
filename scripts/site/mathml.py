"""Formulas as MathML, which browsers typeset themselves: no script, no font, no network.

A Sphinx extension. It also gives the notebooks' pictures their words, and sets the formulas in
docstrings, which are written in plain Unicode, as formulas.
"""

from pathlib import Path

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

from minidl.course.files import read
from scripts.site.docstrings import typeset
from scripts.site.notebooks import alternative_texts


def mathml(tex: str, display: str) -> str:
    """Return a formula as MathML; ``display`` is "inline" or "block"."""
    return convert(tex, display=display)


def visit_math(self, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_displaymath(self, node: nodes.math_block) -> None:
    """Write a formula of its own line; one too wide for a small screen scrolls by itself."""
    self.body.append('<div class="math" tabindex="0">')
    self.body.append(mathml(node.astext(), "block"))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def set_formulas(app: Sphinx, what: str, name: str, value: object, options: object, lines: list):
    """Set the formulas of a docstring, after its sections have become reStructuredText."""
    lines[:] = typeset(lines)


def describe_pictures(app: Sphinx, doctree: nodes.document) -> None:
    """Give every picture among a notebook's outputs the words that are stored with it."""
    path = Path(app.env.doc2path(app.env.docname))
    if path.suffix != ".ipynb":
        return
    shown = [image for image in doctree.findall(nodes.image) if "alt" not in image]
    for image, alt in zip(shown, alternative_texts(read(path)), strict=True):
        image["alt"] = alt


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
    app.connect("autodoc-process-docstring", set_formulas, priority=900)
    app.connect("doctree-read", describe_pictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
