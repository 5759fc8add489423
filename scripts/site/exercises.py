"""A page of exercises: each as the student gets it, with its hints and a solution folded."""

import html
import re
from collections.abc import Sequence

from minidl.course.edition import without_solution
from minidl.course.exercise import BEGIN, END, Exercise


def exercise_page(notebook: str, title: str, exercises: Sequence[Exercise]) -> str:
    """Return the page of a notebook's exercises, in Markdown; ``notebook`` is its file's stem."""
    points = sum(exercise.points for exercise in exercises)
    head = (
        f"# {exercises[0].notebook} · Exercises: {title}\n\n"
        f"{len(exercises)} exercises, {points} points. In "
        f"[the notebook](../notebooks/{notebook}.ipynb) each one checks itself; here they are for "
        "looking up. Open a hint only when you are stuck.\n"
    )
    return "\n".join([head, *map(_section, exercises)])


def _section(exercise: Exercise) -> str:
    count = len(exercise.hints)
    hints = [
        _folded(f"{exercise.name}: hint {k} of {count}", f"<p>{_inline(hint)}</p>")
        for k, hint in enumerate(exercise.hints, 1)
    ]
    marks = (BEGIN, END)
    lines = [line for line in exercise.source.splitlines() if line.strip() not in marks]
    solution = _folded(f"{exercise.name}: a solution", "\n" + _code("\n".join(lines)) + "\n")
    points = f"{exercise.points} point{'s' * (exercise.points != 1)}"
    parts = [f"({anchor(exercise.name)})=", f"## {exercise.name}", points]
    return "\n\n".join([*parts, _code(without_solution(exercise.source)), *hints, solution]) + "\n"


def anchor(name: str) -> str:
    """Return the name by which other pages refer to an exercise."""
    return f"exercise-{name.replace('_', '-')}"


def _code(source: str) -> str:
    return f"```python\n{source}\n```"


def _folded(summary: str, content: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n{content}\n</details>"


def _inline(text: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text, quote=False))
