"""From a folder of photographs to a gallery: every face in every picture, on any executor."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from minidl import zoo
from minidl.arguments import check_int, is_text
from minidl.blocks import Executor, Shared, check_executor, in_order
from minidl.datasets.images import files_in, read_image
from minidl.faces.descriptors import Describer
from minidl.faces.encoder import fingerprint
from minidl.faces.gallery_folder import GalleryFolder

Describe = Callable[[np.ndarray], np.ndarray]


@dataclass
class FolderReport:
    """What became of the pictures of a folder.

    Attributes:
        pictures: how many were looked through.
        faces: how many faces were found in them.
        earlier: how many pictures had been looked through before.
        bad: ``{name: why}`` of those that could not be read; the next run tries them again.
        interrupted: whether it ended early.
    """

    pictures: int = 0
    faces: int = 0
    earlier: int = 0
    bad: dict[str, str] = field(default_factory=dict)
    interrupted: bool = False


def describe_folder(
    folder: str | Path,
    gallery: GalleryFolder | str | Path,
    *,
    executor: Executor | None = None,
    describe: Describe | None = None,
    max_size: int = 2000,
    progress: bool = True,
) -> FolderReport:
    """Describe every face in a folder's pictures and add it to a gallery, under the picture's name.

    The name is the path below the folder with ``/`` between its parts. A second run goes on where
    the first stopped, after Interrupt or a crash too: pictures that were looked through are passed
    over. What the gallery holds, to the last bit and in its order (the names'), depends neither on
    the executor nor on how often the run was stopped.

    Args:
        folder: holds the pictures, also in subfolders.
        gallery: what they go into, or the path of its folder, which need not be there yet.
        executor: describes the pictures, see ``minidl.blocks``; its workers must see the folder
            under the same path. None: this process.
        describe: from a picture, uint8 RGB ``(H, W, 3)``, to encodings of its faces ``(K, D)``, a
            function that can be sent; by default the whole chain of ``faces.describe``.
        max_size: a picture with a longer side than this is shrunk first.
        progress: whether to show a bar.

    Returns:
        What became of the pictures; bad files are in it, and are no error.

    Raises:
        ValueError: if there is no such folder, or the gallery is another network's.
        OSError: if another process is writing to the gallery, or it cannot be written.
        AssetError: if the networks cannot be fetched.
    """
    check_executor(executor)
    files, max_size = files_in(folder), check_int(max_size, "max_size")
    if describe is None:
        describe = Describer()
    if not isinstance(gallery, GalleryFolder):
        gallery = GalleryFolder(gallery, fingerprint(zoo.face_resnet()))
    report = FolderReport()
    with gallery.adding() as additions:
        done = gallery.pictures()
        todo = {name: file.absolute() for name, file in files.items() if name not in done}
        report.earlier = len(files) - len(todo)
        for name in [name for name in todo if not is_text(name)]:
            report.bad[name] = f"{todo.pop(name)!s} has a name that is no Unicode: give it another."
        shared = Shared((describe, max_size))
        results = in_order(
            _encodings_of, todo.values(), executor, shared=shared, progress=progress, unit="picture"
        )
        try:
            for name, found in zip(todo, results, strict=True):
                if isinstance(found, str):
                    report.bad[name] = found
                    continue
                additions.add([name] * len(found), found, [name])
                report.pictures, report.faces = report.pictures + 1, report.faces + len(found)
        except KeyboardInterrupt:
            report.interrupted = True
            warnings.warn(f"interrupted after {report.pictures} pictures.", stacklevel=2)
    return report


def _encodings_of(file: Path, how: tuple[Describe, int]) -> np.ndarray | str:
    """Return the encodings of a picture's faces ``(K, D)``, or why it cannot be read."""
    describe, max_size = how
    try:
        picture = read_image(file, max_size=max_size)
    except (ValueError, OSError, MemoryError) as error:
        return str(error)
    return describe(picture)
