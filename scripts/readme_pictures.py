"""The pictures of README.md, from what the notebooks store and from drawn faces.

    python -m scripts.readme_pictures

writes them into docs/pictures/. Run it after the notebooks that it names have been refreshed.
"""

import io
from base64 import b64decode
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from minidl import datasets, faces, viz
from minidl.console import say
from minidl.course.files import read
from minidl.files import saving
from minidl.viz.encode import pixels

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pictures"
STORED = {  # picture: the notebook and the cell that shows it
    "painting": ("08_style_transfer", "cell-51"),
    "hidden_units": ("07_hidden_units", "draw-wall"),
    "scoreboard": ("10_speed", "cell-63"),
}
PLOTS = ("scoreboard",)  # lines and letters: kept without loss
PEOPLE, PICTURES = (1003, 1010, 1036), 2  # nobody whom the encoder was trained on


def stored(notebook: str, cell: str) -> np.ndarray:
    """Return the picture that a cell of a notebook shows, uint8 ``(H, W, 3)``.

    Raises ValueError if there is no such cell, or no picture in it.
    """
    for one in read(ROOT / "notebooks" / f"{notebook}.ipynb").cells:
        if one.id == cell:
            for output in one.get("outputs", []):
                for kind, data in output.get("data", {}).items():
                    if kind in ("image/png", "image/jpeg"):
                        image = Image.open(io.BytesIO(b64decode(data)))
                        return np.array(image.convert("RGB"))
    raise ValueError(f"{notebook} shows no picture in a cell called {cell!r}.")


def drawn_faces() -> np.ndarray:
    """Draw the faces of the row, uint8 ``(N, 48, 48, 3)``."""
    return datasets.faces(PEOPLE, PICTURES, seed=0)[0]


def distances(images: np.ndarray) -> np.ndarray:
    """Return d between each face and the first, by the encoder of the course."""
    encodings = faces.encode(faces.trained_encoder(), images)
    return faces.squared_distances(encodings[:1], encodings)[0]


def row_of_faces() -> np.ndarray:
    """Return a row of faces, the first without a name, the others with their distance d to it."""
    images = drawn_faces()
    titles = ["who is it?", *(f"d = {d:.2f}" for d in distances(images)[1:])]
    fig = viz.pictures(images, titles=titles, columns=len(images), size=1.2)
    drawn = pixels(fig)
    plt.close(fig)
    return drawn


def pictures() -> dict[str, np.ndarray]:
    """Return every picture by its name."""
    made = {name: stored(*where) for name, where in STORED.items()}
    return {**made, "faces": row_of_faces()}


def main() -> None:
    """Write the pictures."""
    for name, picture in pictures().items():
        path = FOLDER / f"{name}.webp"
        with saving(path) as file:
            Image.fromarray(picture).save(
                file, "WEBP", quality=80, method=6, lossless=name in PLOTS
            )
        say(f"{path.relative_to(ROOT).as_posix()}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
