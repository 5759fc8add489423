"""A page of the people in a folder: one HTML file that holds its pictures and needs no network."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

import numpy as np

from minidl.viz.encode import encode_pixels

MOST = 40  # faces whose distances are shown as a table

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 60rem }
main { padding: 0 1rem }
section { border-top: 1px solid #8888 }
ul { display: flex; flex-wrap: wrap; gap: 1rem; list-style: none; padding: 0 }
li { width: 150px; overflow-wrap: anywhere }
img { display: block; width: 150px; height: 150px; border-radius: 8px }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-size: 0.9rem }
th, td { padding: 0.2rem 0.5rem; text-align: right; white-space: nowrap }
td.same { font-weight: bold; outline: 1px solid }
""".strip()

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Who is who</title>
<style>
{style}
</style>
</head>
<body>
<main>
<h1>Who is who</h1>
<p>{summary}</p>
{people}
{table}
<p>A distance is no proof: children, relatives, blurred and turned faces are often mistaken, and the
network errs more often on some groups of people than on others. Read on:
<code>notebooks/06_real_faces.ipynb</code></p>
</main>
</body>
</html>
"""


def people_page(
    names: Sequence[str],
    chips: np.ndarray,
    people: np.ndarray,
    distances: np.ndarray,
    threshold: float,
) -> str:
    """Return the page of N faces as HTML.

    Args:
        names: of each face's picture.
        chips: the faces, ``(N, H, W, 3)`` uint8.
        people: a number from 0 for each face, equal for one person, ``(N,)``.
        distances: of every pair of faces, ``(N, N)``.
        threshold: the distance below which two faces were taken for one person.
    """
    captions = [caption(k, names, people, distances) for k in range(len(names))]
    sections = []
    for person in range(people.max() + 1):
        faces = [
            f'<li><img src="{_source(chips[k])}" alt="Face from {escape(names[k])}">'
            f"{escape(names[k])}<br>{escape(captions[k])}</li>"
            for k in np.flatnonzero(people == person)
        ]
        title = f"<h2>Person {person + 1}</h2>"
        sections.append(f"<section>\n{title}\n<ul>\n" + "\n".join(faces) + "\n</ul>\n</section>")
    return PAGE.format(
        style=STYLE,
        summary=summary(people, threshold),
        people="\n".join(sections),
        table=_table(names, people, distances) if 1 < len(names) <= MOST else "",
    )


def summary(people: np.ndarray, threshold: float) -> str:
    """Say how many faces and people there are."""
    faces, persons = len(people), people.max() + 1
    return (
        f"{faces} face{'s' * (faces != 1)}, {persons} {'people' if persons != 1 else 'person'}: "
        f"faces closer than {threshold:g} on average are taken for one person."
    )


def caption(face: int, names: Sequence[str], people: np.ndarray, distances: np.ndarray) -> str:
    """Say how far a face is from the nearest one of the same person, or else of anybody."""
    others = np.arange(len(names)) != face
    same = others & (people == people[face])
    among = same if same.any() else others
    if not among.any():
        return "the only face"
    nearest = int(np.where(among, distances[face], np.inf).argmin())
    where = "to" if same.any() else "to the nearest,"
    return f"{distances[face, nearest]:.2f} {where} {names[nearest]}"


def _source(chip: np.ndarray) -> str:
    kind, data = encode_pixels(chip)
    return f"data:{kind};base64,{b64encode(data).decode('ascii')}"


def _table(names: Sequence[str], people: np.ndarray, distances: np.ndarray) -> str:
    """All distances, faces of one person side by side and in bold."""
    order = np.argsort(people, kind="stable")
    head = "".join(f'<th scope="col">{k + 1}</th>' for k in range(len(order)))
    rows = []
    for number, i in enumerate(order, 1):
        cells = "".join(
            f"<td{' class=same' * bool(people[i] == people[j] and i != j)}>"
            f"{distances[i, j]:.2f}</td>"
            for j in order
        )
        rows.append(f'<tr><th scope="row">{number} · {escape(names[i])}</th>{cells}</tr>')
    return (
        '<section>\n<h2>Every distance</h2>\n<div class="scroll" tabindex="0" role="region" '
        'aria-label="Table of distances"><table>\n<caption>Bold: taken for one person.</caption>\n'
        f"<tr><td></td>{head}</tr>\n" + "\n".join(rows) + "\n</table></div>\n</section>"
    )
