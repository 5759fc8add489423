"""A folder of pictures becomes a gallery; a bad file is reported, and a second run goes on."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from minidl import datasets, faces, zoo


def colours(picture):
    """As many encodings as the picture's first pixel says: a stand-in for faces."""
    count = int(picture[0, 0, 0]) % 4
    means = picture.reshape(-1, 3).mean(axis=0, dtype=np.float32)
    return means + np.arange(count, dtype=np.float32)[:, None]


def fill(folder, number=12):
    rng = np.random.default_rng(0)
    for k in range(number):
        (folder / f"p{k % 3}").mkdir(parents=True, exist_ok=True)
        datasets.save_image(
            rng.integers(0, 256, (9, 11, 3), np.uint8), folder / f"p{k % 3}" / f"{k}.png"
        )


@pytest.fixture
def folder(tmp_path):
    fill(tmp_path / "pictures")
    return tmp_path / "pictures"


def described(folder, path, **options):
    gallery = faces.GalleryFolder(path, "colours", shard_rows=5)
    report = faces.describe_folder(folder, gallery, describe=colours, progress=False, **options)
    return report, gallery


def held(path):
    gallery = faces.GalleryFolder(path, "colours")
    return gallery.names(range(len(gallery))), np.concatenate(list(gallery.encodings()))


@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor(3)], ids=["here", "threads"])
def test_every_face_is_in_it_under_the_pictures_name(folder, tmp_path, executor):
    report, _ = described(folder, tmp_path / "g", executor=executor)
    names, rows = held(tmp_path / "g")
    pictures = dict(datasets.read_folder(folder))
    assert (report.pictures, report.faces, report.bad) == (12, len(rows), {})
    assert names == [name for name, p in pictures.items() for _ in colours(p)]
    assert_array_equal(rows, np.concatenate([colours(p) for p in pictures.values()]))


def test_a_bad_file_is_reported_and_tried_again(folder, tmp_path):
    (folder / "p1" / "bad.jpg").write_text("no picture", encoding="utf-8")
    (folder / "empty.png").write_bytes(b"")
    report, _ = described(folder, tmp_path / "g")
    assert report.pictures == 12 and sorted(report.bad) == ["empty.png", "p1/bad.jpg"]
    assert "not a picture" in report.bad["p1/bad.jpg"]
    datasets.save_image(np.full((5, 5, 3), 1, np.uint8), folder / "empty.png")
    report, _ = described(folder, tmp_path / "g")
    assert (report.pictures, report.faces, report.earlier) == (1, 1, 12)
    assert list(report.bad) == ["p1/bad.jpg"]


class Stopping:
    """Describes a few pictures, then the reader presses the stop button."""

    def __init__(self, after, error=KeyboardInterrupt):
        self.left, self.error = after, error

    def __call__(self, picture):
        self.left -= 1
        if self.left < 0:
            raise self.error("stop")
        return colours(picture)


def test_a_second_run_goes_on_and_ends_with_the_same_bits(folder, tmp_path):
    described(folder, tmp_path / "whole")
    for after in (0, 3, 5):
        gallery = faces.GalleryFolder(tmp_path / "g", "colours", shard_rows=5)
        with pytest.warns(UserWarning, match=f"interrupted after {after} pictures"):
            report = faces.describe_folder(
                folder, gallery, describe=Stopping(after), progress=False
            )
        assert report.interrupted and report.pictures == after
    report, _ = described(folder, tmp_path / "g")
    assert (report.earlier, report.pictures) == (8, 4)
    names, rows = held(tmp_path / "g")
    wanted, encodings = held(tmp_path / "whole")
    assert names == wanted
    assert_array_equal(rows, encodings)
    assert described(folder, tmp_path / "g")[0].pictures == 0


def test_an_error_of_describe_names_the_picture_and_keeps_what_came_before(folder, tmp_path):
    gallery = faces.GalleryFolder(tmp_path / "g", "colours")
    with pytest.raises(ZeroDivisionError) as caught:
        faces.describe_folder(
            folder, gallery, describe=Stopping(5, ZeroDivisionError), progress=False
        )
    assert "block 5" in caught.value.__notes__[0] and ".png" in caught.value.__notes__[0]
    assert len(faces.GalleryFolder(tmp_path / "g", "colours").pictures()) == 5


def test_no_folder_and_no_executor_are_refused(folder, tmp_path):
    with pytest.raises(ValueError, match="not a folder"):
        described(tmp_path / "nothing", tmp_path / "g")
    with pytest.raises(TypeError, match="get_executor"):
        described(folder, tmp_path / "g", executor="tcp://127.0.0.1")
    assert not (tmp_path / "g").exists()


@pytest.mark.slow(20)
def test_the_whole_chain_finds_the_same_people(tmp_path):
    folder = tmp_path / "people"
    folder.mkdir()
    for name in ("obama", "obama2", "biden"):
        datasets.save_image(zoo.photo(name), folder / f"{name}.png")
    report = faces.describe_folder(folder, tmp_path / "g", progress=False)
    assert (report.pictures, report.faces) == (3, 3)
    gallery = faces.GalleryFolder(tmp_path / "g", faces.fingerprint(zoo.face_resnet()))
    query = faces.describe(zoo.photo("obama3")).encodings
    distances, rows = gallery.nearest(query, 3)
    assert [Path(name).stem for name in gallery.names(rows[0])][2] == "biden"
    assert (np.sqrt(distances[0]) < zoo.FACE_THRESHOLD).tolist() == [True, True, False]
