"""A gallery on disk: what it finds, what survives a crash, what it refuses."""

import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from minidl import faces
from minidl.faces import additions, gallery_folder, shards
from minidl.nn.weights import WeightFileError

ROOT = Path(__file__).parents[2]


def crowd(number, width=8, seed=0):
    rows = np.random.default_rng(seed).standard_normal((number, width), np.float32)
    return [f"person {k}" for k in range(number)], rows


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a gallery"


@pytest.fixture
def filled(path):
    """25 people in shards of 10."""
    gallery = faces.GalleryFolder(path, "n", shard_rows=10)
    gallery.add(*crowd(25))
    return gallery


def held(gallery):
    """Everything in a gallery: names and encodings."""
    return gallery.names(range(len(gallery))), np.concatenate(list(gallery.encodings()))


@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor(2)], ids=["here", "threads"])
@pytest.mark.parametrize("count", [1, 4, 30])
def test_the_nearest_are_those_of_a_search_in_memory(filled, count, executor):
    _, rows = crowd(25)
    queries = crowd(7, seed=1)[1]
    distances, found = filled.nearest(queries, count, executor=executor)
    wanted, places = faces.nearest(queries, rows, count)
    assert_array_equal(found, places)
    assert_array_equal(distances, wanted)


def test_equal_distances_come_in_the_order_of_rows(path):
    gallery = faces.GalleryFolder(path, "n", shard_rows=3)
    gallery.add([str(k) for k in range(8)], np.ones((8, 4), np.float32))
    distances, rows = gallery.nearest(np.ones((1, 4), np.float32), 5)
    assert rows.tolist() == [[0, 1, 2, 3, 4]] and not distances.any()


def test_it_is_opened_again_and_goes_on(filled, path):
    again = faces.GalleryFolder(path, "n")  # the size of a shard is the gallery's
    names, rows = crowd(12, seed=2)
    again.add(names, rows)
    assert [len(part) for part in again.encodings()] == [10, 10, 10, 7]
    found, encodings = held(faces.GalleryFolder(path, "n"))
    assert found == crowd(25)[0] + names
    assert_array_equal(encodings, np.concatenate([crowd(25)[1], rows]))


@pytest.mark.parametrize("parts", [1, 2, 7, 25])
def test_the_files_do_not_depend_on_how_it_came(filled, path, tmp_path, parts):
    names, rows = crowd(25)
    other = faces.GalleryFolder(tmp_path / "other", "n", shard_rows=10)
    for chosen in np.array_split(np.arange(25), parts):
        other.add([names[k] for k in chosen], rows[chosen])
    files = {p.name: p.read_bytes() for p in path.iterdir()}
    assert {p.name: p.read_bytes() for p in other.path.iterdir()} == files
    assert len(files) == 2 * 3 + 2  # shards, the catalogue and the lock


def test_many_pictures_without_faces_fill_shards_too(path):
    gallery = faces.GalleryFolder(path, "n", shard_rows=10)
    with gallery.adding() as new:
        for k in range(34):
            new.add([], np.zeros((0, 8), np.float32), [f"{k}.jpg"])
        new.add(["a"], np.ones((1, 8), np.float32), ["a.jpg"])
    again = faces.GalleryFolder(path, "n")
    assert len(again) == 1 and len(again.pictures()) == 35
    assert len(list(again.encodings())) == 4
    assert again.names([0]) == ["a"]


def test_a_person_is_forgotten_on_the_disk_too(filled, path):
    filled.add(["person 3"], np.full((1, 8), 7, np.float32))
    gone = [crowd(25)[1][3].tobytes(), np.full(8, 7, np.float32).tobytes()]
    before = b"".join(p.read_bytes() for p in path.glob("*.f32"))
    assert all(row in before for row in gone)
    filled.remove("person 3")
    after = b"".join(p.read_bytes() for p in path.iterdir())
    assert not any(row in after for row in gone) and b'"person 3"' not in after
    names, encodings = held(faces.GalleryFolder(path, "n"))
    kept = [k for k in range(25) if k != 3]
    assert names == [f"person {k}" for k in kept]
    assert_array_equal(encodings, crowd(25)[1][kept])
    with pytest.raises(ValueError, match="nobody called 'person 3'"):
        filled.remove("person 3")
    filled.add(["newcomer"], np.ones((1, 8), np.float32))
    _, rows = filled.nearest(np.ones((1, 8), np.float32))
    assert filled.names(rows[0]) == ["newcomer"]


def test_bad_input_adds_nothing(filled):
    for names, rows, words in (
        (["a"], np.ones((2, 8), np.float32), "1 names for 2"),
        (["a"], np.ones((1, 7), np.float32), "8 numbers"),
        (["a"], np.full((1, 8), np.nan, np.float32), "finite"),
        (["a"], np.ones((1, 8), int), "floats"),
        (["a\0b"], np.ones((1, 8), np.float32), "text"),
        ("a", np.ones((1, 8), np.float32), "list of names"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            filled.add(names, rows)
    assert len(faces.GalleryFolder(filled.path, "n")) == 25
    with pytest.raises(ValueError, match="equally many numbers"):
        filled.nearest(np.ones((1, 5), np.float32))
    with pytest.raises(TypeError, match="fingerprint"):
        faces.GalleryFolder(filled.path, "")


def test_a_second_look_at_names_reads_nothing(path, monkeypatch):
    real, reads = shards.read_names, []
    gallery = faces.GalleryFolder(path, "n", shard_rows=2)
    gallery.add(*crowd(2 * gallery_folder.KEPT + 2))
    monkeypatch.setattr(shards, "read_names", lambda *asked: reads.append(asked) or real(*asked))
    assert (
        gallery.names([0, 3, 1]) == gallery.names([0, 3, 1]) == ["person 0", "person 3", "person 1"]
    )
    assert len(reads) == 2
    assert held(gallery)[0] == crowd(len(gallery))[0]
    assert len(reads) == gallery_folder.KEPT + 1 and len(gallery._named) == gallery_folder.KEPT
    gallery.names([0])  # was dropped for the last shard's
    assert len(reads) == gallery_folder.KEPT + 2
    assert pickle.loads(pickle.dumps(gallery)).names([0]) == ["person 0"]
    gallery.remove("person 1")  # whoever is gone is not remembered either
    assert not gallery._named and gallery.names([0, 1]) == ["person 0", "person 2"]


def test_an_empty_one_knows_nobody(path):
    gallery = faces.GalleryFolder(path, "n")
    assert len(gallery) == 0 and gallery.pictures() == set() and not path.exists()
    with pytest.raises(ValueError, match="nobody"):
        gallery.nearest(np.ones((1, 8), np.float32))


def test_another_networks_gallery_is_refused(filled, path):
    with pytest.raises(ValueError, match="the network n"):
        faces.GalleryFolder(path, "m")


@pytest.mark.parametrize("name", ["000001.f32", "000001.npz", "catalogue.npz"])
@pytest.mark.parametrize("damage", ["cut", "gone", "changed"])
def test_damage_is_found(filled, path, name, damage):
    file = path / name
    whole = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(whole[:-1] if damage == "cut" else whole[:20] + b"??" + whole[22:])
    if name == "catalogue.npz" and damage == "gone":
        assert len(faces.GalleryFolder(path, "n")) == 0
    elif name != "000001.f32" or damage != "changed":  # bare numbers have no checksum
        with pytest.raises((WeightFileError, FileNotFoundError)):
            held(faces.GalleryFolder(path, "n"))


@pytest.mark.parametrize("rows", [10**15, -1, 26])
def test_sizes_in_a_catalogue_are_not_trusted(filled, path, rows):
    catalogue = shards.read_catalogue(path)
    lying = (catalogue.shards[0]._replace(rows=rows), *catalogue.shards[1:])
    shards.write_catalogue(path, catalogue._replace(shards=lying))
    with pytest.raises(WeightFileError):
        faces.GalleryFolder(path, "n").nearest(np.ones((1, 8), np.float32))


def test_what_lies_behind_the_counts_is_not_there(filled, path):
    """As after a crash between the rows and the catalogue; the next to come is written over it."""
    with (path / "000002.f32").open("ab") as file:
        file.write(b"half a row")
    (path / "000003.f32").write_bytes(b"a shard that no catalogue names")
    again = faces.GalleryFolder(path, "n")
    again.add(["last"], np.ones((1, 8), np.float32))
    names, rows = held(faces.GalleryFolder(path, "n"))
    assert names == [*crowd(25)[0], "last"] and rows[-1].tolist() == [1] * 8
    assert not (path / "000003.f32").exists()


@pytest.mark.parametrize("where", ["extend", "write_catalogue"])
def test_an_interrupt_while_writing_loses_and_doubles_nothing(path, monkeypatch, where):
    real = getattr(additions, where)
    calls = []

    def interrupted(*arguments):
        result = real(*arguments)
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(additions, where, interrupted)
    gallery = faces.GalleryFolder(path, "n", shard_rows=10)
    names, rows = crowd(25)
    with pytest.raises(KeyboardInterrupt), gallery.adding() as new:
        for k in range(25):
            new.add(names[k : k + 1], rows[k : k + 1])
    again = faces.GalleryFolder(path, "n")
    found, encodings = held(again)
    assert found == names[: len(found)] and len(found) in (20, 25)
    assert_array_equal(encodings, rows[: len(found)])


def test_one_writes_at_a_time(filled, path):
    if os.name == "nt":
        pytest.skip("Windows has no such locks")
    with filled.adding(), pytest.raises(OSError, match="another process"):
        faces.GalleryFolder(path, "n").add(["a"], np.ones((1, 8), np.float32))


WRITER = """
import sys
import numpy as np
from minidl import faces
from minidl.faces import additions
additions.EVERY = 0.01
gallery = faces.GalleryFolder(sys.argv[1], "n", shard_rows=50)
with gallery.adding() as new:
    k = len(gallery)
    while True:
        new.add([f"person {k}"], np.full((1, 500), k, np.float32))
        k += 1
        if not new.waiting:
            print(k, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a POSIX signal")
def test_killing_the_writer_loses_nothing_that_was_written(path):
    rng = np.random.default_rng(0)
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdout=subprocess.PIPE,
            encoding="utf-8",
            cwd=ROOT,
        )
        process.stdout.readline()
        time.sleep(rng.uniform(0.05, 0.4))
        process.send_signal(signal.SIGKILL)
        said = process.stdout.read().split()
        process.wait()
        gallery = faces.GalleryFolder(path, "n")
        names, rows = held(gallery)
        assert len(names) >= int(said[-1] if said else 1)
        assert names == [f"person {k}" for k in range(len(names))]
        assert_array_equal(rows[:, 0], np.arange(len(names)))
    assert len(names) > 50
