"""``python -m minidl.faces folder/`` finds out who is who in a folder of photographs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from minidl import datasets, faces
from minidl.console import run_command, say
from minidl.faces.page import caption, people_page, summary
from minidl.files import check_writable, saving
from minidl.nn.progress import progress_bar
from minidl.zoo.asset import AssetError

THRESHOLD = 0.6  # Euclidean distance, as the network was trained for
SIZE = 2000  # pixels of the longer side: faces of a 33rd of that are still found
TOLD = 5  # files that were passed over
NOTEBOOK = "notebooks/06_real_faces.ipynb"


def parser() -> argparse.ArgumentParser:
    """Return the command line; its words are ASCII, which every console can show."""
    made = argparse.ArgumentParser(
        prog="python -m minidl.faces",
        description="Find the faces in a folder's photographs, and who is who among them.",
        epilog="Nothing leaves this computer. How it works: " + NOTEBOOK,
    )
    made.add_argument("folder", type=Path, help="photographs, also in folders within it")
    made.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("who_is_who.html"),
        metavar="FILE",
        help="the page with the pictures, one file to be opened in a browser (%(default)s)",
    )
    made.add_argument(
        "--threshold",
        type=float,
        default=THRESHOLD,
        help="distance below which faces count as one person (%(default)s)",
    )
    made.add_argument(
        "--size", type=int, default=SIZE, help="shrink longer sides to it first (%(default)s)"
    )
    return made


def look(options: argparse.Namespace) -> str:
    """Look at the folder, write the page, and return what to tell at the end.

    Raises ValueError, TypeError, OSError or AssetError, saying what to do.
    """
    if options.output.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"-o {options.output}: the name must end in .html.")
    if not options.threshold > 0:
        raise ValueError(f"--threshold must be above 0, got {options.threshold:g}.")
    check_writable(options.output)
    names, chips, encodings = _faces_in(options.folder, options.size)
    people = faces.group_people(encodings, options.threshold)
    distances = np.sqrt(faces.squared_distances(encodings))
    page = people_page(names, chips, people, distances, options.threshold)
    with saving(options.output) as file:
        file.write(page.encode("utf-8", "replace"))
    say(f"{summary(people, options.threshold)}\n")
    for person in range(people.max() + 1):
        say(f"person {person + 1}")
        for k in np.flatnonzero(people == person):
            say(f"  {names[k]}  ({caption(k, names, people, distances)})")
    return f"\nPictures and every distance: {options.output}. Read on: {NOTEBOOK}"


def _faces_in(folder: Path, size: int) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the name, chip and encoding of every face; a picture with several counts them."""
    found: list[tuple[str, faces.Faces]] = []
    unread: list[str] = []
    pictures = datasets.read_folder(folder, max_size=size, report=unread.append)
    with progress_bar(True, pictures, unit=" pictures") as bar:
        for name, picture in bar:
            found.append((name, faces.describe(picture)))
    for message in unread[:TOLD]:
        print(f"passed over: {message}", file=sys.stderr)
    if len(unread) > TOLD:
        print(f"passed over: {len(unread) - TOLD} other files", file=sys.stderr)
    if not found:
        raise ValueError(f"no picture could be read in {folder}: give a folder of photographs.")
    names = [
        name if len(here.boxes) == 1 else f"{name}, face {k + 1}"
        for name, here in found
        for k in range(len(here.boxes))
    ]
    if not names:
        raise ValueError(f"no face was found in the {len(found)} pictures of {folder}.")
    parts = ((here.chips, here.encodings) for _, here in found)
    chips, encodings = (np.concatenate(part) for part in zip(*parts, strict=True))
    return names, chips, encodings


def main(arguments: Sequence[str] | None = None) -> int | str:
    """Run the command; return 0, or what went wrong."""
    options = parser().parse_args(arguments)
    return run_command(
        lambda: look(options), AssetError, interrupted="interrupted: nothing is saved"
    )


if __name__ == "__main__":
    sys.exit(main())
