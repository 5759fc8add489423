"""What a check says: a few lines that read well in JupyterLab and in a terminal."""

import html
import re
from dataclasses import dataclass

from minidl.console import in_notebook, say

MARKS = {"right": "✓", "wrong": "✗", "open": "○", "hint": "→", "solution": "→"}
COLOURS = {  # Okabe and Ito's, which colour-blind readers tell apart
    "right": "#009E73",
    "wrong": "#D55E00",
    "open": "#56B4E9",
    "hint": "#E69F00",
    "solution": "#E69F00",
}


@dataclass(frozen=True)
class Feedback:
    """A title and a few lines; text between backticks is code, as in Markdown.

    ``kind`` is one of right, wrong, open, hint, solution. ``diagnosis`` is the known mistake that
    was recognised, if one was. ``code`` is shown below the lines, as it is; ``answer`` is folded
    away in a notebook and left out elsewhere.
    """

    kind: str
    title: str
    lines: tuple[str, ...] = ()
    code: str = ""
    diagnosis: str | None = None
    answer: str = ""

    def __str__(self) -> str:
        text = "\n".join([f"{MARKS[self.kind]} {self.title}", *(f"  {x}" for x in self.lines)])
        return f"{text}\n\n{self.code}" if self.code else text

    def _repr_html_(self) -> str:
        style = f"border-left:4px solid {COLOURS[self.kind]};padding:0.3em 0.9em;margin:0.3em 0"
        title = f"<strong>{MARKS[self.kind]} {_inline(self.title)}</strong>"
        lines = "".join(f'<div style="margin-top:0.3em">{_inline(x)}</div>' for x in self.lines)
        wide = "margin-top:0.6em;white-space:pre;overflow-x:auto"
        code = f'<pre style="{wide}">{html.escape(self.code)}</pre>' if self.code else ""
        fold = f"<details><summary>the answer</summary>{_inline(self.answer)}</details>"
        return f'<div style="{style}">{title}{lines}{code}{fold if self.answer else ""}</div>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}

    def show(self) -> None:
        """Display this: rich in a notebook, text elsewhere."""
        if in_notebook():
            from IPython.display import display

            display(self)
        else:
            say(self)


def _inline(text: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))
