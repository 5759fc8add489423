"""Every reader of files that others made: how it is called, what it may say no with, good files.

A weight file ends in a checksum, and the zip archive in it has one a member. Both are made anew
after each change: damage would otherwise never get past them.
"""

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from minidl import nn
from minidl.course.cells import exercise_cells
from minidl.course.edition import student_edition
from minidl.course.files import write as write_notebook
from minidl.course.submissions import faults
from minidl.datasets.images import read_image
from minidl.faces import Gallery
from minidl.faces.lfw import read_pairs
from minidl.nn import weights
from minidl.style import transfer
from tests.nn import training_run
from tests.setup_cell import setup_cell
from tests.style.examples import make_network, picture
from tests.written import write_anew

NAME = "file"


@dataclass(frozen=True)
class Reader:
    """``read`` takes the path ``place`` below the folder; ``seeds`` are good files."""

    read: Callable[[Path], object]
    refuses_with: type[Exception] | tuple[type[Exception], ...]
    seeds: list[bytes]
    place: str = NAME
    sealed: bool = False

    def write(self, path: Path, data: bytes) -> None:
        """Write these bytes, with checksums where the reader wants them."""
        write_anew(path, sealed(data) if self.sealed else data)


BETWEEN = b"\xffmember\xff"


def members(path: Path) -> bytes:
    """A weight file's arrays in a row, each with its name on a line before it."""
    with zipfile.ZipFile(path) as archive:
        return BETWEEN.join(
            name.encode() + b"\n" + archive.read(name) for name in archive.namelist()
        )


def sealed(data: bytes) -> bytes:
    """Make a weight file of the bytes of an archive, or of what ``members`` returned."""
    if not data.startswith(b"PK"):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # two of one name
            for member in data.split(BETWEEN):
                name, _, content = member.partition(b"\n")
                archive.writestr(name.decode("latin-1").strip("\0") or "?", content)
            archive.comment = b" " * weights.COMMENT
        data = file.getvalue()[: -weights.COMMENT]
    return data + weights.checksum(data)


def of_weight_file(read: Callable[[Path], object], error: type[Exception], path: Path) -> Reader:
    """A reader of the kind of weight file that is at ``path``."""
    return Reader(read, error, [path.read_bytes()[: -weights.COMMENT], members(path)], sealed=True)


def pictures(folder: Path) -> Reader:
    rng = np.random.default_rng(0)
    seeds = []
    for mode, shape in (("RGB", (9, 7, 3)), ("L", (8, 8)), ("RGBA", (5, 6, 4))):
        image = Image.fromarray(rng.integers(0, 256, shape, np.uint8), mode)
        exif = Image.Exif()
        exif[0x0112] = 6
        for kind in ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "PPM"):
            if (mode, kind) in (("RGBA", "JPEG"), ("RGBA", "PPM")):
                continue
            file = io.BytesIO()
            image.save(file, kind, **({"exif": exif} if kind in ("PNG", "JPEG", "TIFF") else {}))
            seeds.append(file.getvalue())
    return Reader(read_image, ValueError, seeds)


def weight_files(folder: Path) -> Reader:
    network = training_run.make_network()
    network.save(folder / NAME)
    return of_weight_file(network.load, nn.WeightFileError, folder / NAME)


def galleries(folder: Path) -> Reader:
    gallery = Gallery(network="a network")
    for name, person in (("Ada", 0), ("Émilie", 1), ("Ada", 2)):
        gallery.enrol(name, np.eye(3, 8, dtype=np.float32)[person])
    gallery.save(folder / NAME)

    def read(path: Path) -> object:
        return Gallery.load(path, "a network").encodings

    return of_weight_file(read, ValueError, folder / NAME)


def training_checkpoints(folder: Path) -> Reader:
    x, labels = training_run.make_data()

    def read(path: Path) -> object:
        network = training_run.make_network()
        return nn.fit(
            network,
            nn.shuffled_batches(x, labels, 20),
            nn.softmax_cross_entropy,
            nn.Adam(network.parameters),
            epochs=1,
            checkpoint=path,
            progress=False,
        )

    read(folder / NAME)
    return of_weight_file(read, nn.WeightFileError, folder / NAME)


def style_checkpoints(folder: Path) -> Reader:
    network, content, style = make_network(), picture(16, 20), picture(20, 16, seed=1)

    def read(path: Path) -> object:
        return transfer(
            content,
            style,
            network=network,
            content_layer="two",
            style_layers=("one", "three"),
            steps=2,
            checkpoint=path,
            progress=False,
        )

    read(folder / NAME)
    return of_weight_file(read, nn.WeightFileError, folder / NAME)


def pair_lists(folder: Path) -> Reader:
    fold = "Ada\t1\t2\nBo\t1\t3\nAda\t1\tBo\t2\nBo\t3\tCy\t1\n"
    texts = (f"2\t2\n{fold}{fold}", f"2\r\n{fold}".replace("\n", "\r\n"))
    seeds = [text.encode(code) for text in texts for code in ("utf-8", "utf-8-sig", "utf-16")]
    return Reader(read_pairs, ValueError, seeds)


def submissions(folder: Path) -> Reader:
    """A student's notebook, in a teacher's folder."""
    name = "01_convolution"
    cells = [setup_cell("import numpy as np"), *exercise_cells("output_size"), new_code_cell("1")]
    given = student_edition(new_notebook(cells=cells))
    place = f"submitted/ada/{name}/{name}.ipynb"
    for path in (f"source/{name}/{name}.ipynb", place):
        write_notebook(given, folder / path)
    seeds = [(folder / place).read_bytes(), json.dumps(given).encode("utf-8")]
    return Reader(lambda path: faults(folder), (), seeds, place)


READERS: dict[str, Callable[[Path], Reader]] = {
    f.__name__: f
    for f in (
        pictures,
        weight_files,
        galleries,
        training_checkpoints,
        style_checkpoints,
        pair_lists,
        submissions,
    )
}
