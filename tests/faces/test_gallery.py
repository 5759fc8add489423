import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from minidl.faces import Gallery
from minidl.nn import WeightFileError, write_arrays
from minidl.nn.weights import json_array

RNG = np.random.default_rng(0)
FACES = {name: RNG.standard_normal(8).astype(np.float32) for name in ("Ada", "Grace", "Ünal 李")}


def a_gallery():
    gallery = Gallery("network 1")
    for name, face in FACES.items():
        gallery.enrol(name, face)
    return gallery


def test_one_picture_enrols_and_another_one_verifies():
    gallery = a_gallery()
    other_picture = FACES["Ada"] + np.float32(0.1)
    match = gallery.verify("Ada", other_picture, threshold=0.2)
    assert match.name == match.nearest == "Ada"
    assert match.distance == pytest.approx(8 * 0.1**2, rel=1e-4)
    assert gallery.verify("Grace", other_picture, threshold=0.2).name is None
    assert gallery.verify("Ada", other_picture, threshold=0.05).name is None


def test_the_threshold_itself_is_not_below_the_threshold():
    gallery = Gallery("n")
    gallery.enrol("Ada", np.array([0.0]))
    assert gallery.identify(np.array([2.0]), 4.0).name is None
    assert gallery.identify(np.array([2.0]), 4.1).name == "Ada"


def test_identify_finds_the_nearest_and_refuses_strangers():
    gallery = a_gallery()
    near = FACES["Grace"] + np.float32(0.05)
    assert gallery.identify(near, 0.5).name == "Grace"
    stranger = gallery.identify(near + 50, 0.5)
    assert stranger.name is None and stranger.nearest in FACES
    many = gallery.identify_all(np.stack([*FACES.values(), near + 50]), 0.5)
    assert [m.name for m in many] == [*FACES, None]


def test_a_person_may_have_several_pictures_and_the_closest_counts():
    gallery = a_gallery()
    gallery.enrol("Ada", FACES["Ada"] + 3)
    assert len(gallery) == 4 and gallery.names == list(FACES)
    assert gallery.verify("Ada", FACES["Ada"] + np.float32(2.9), 0.2).name == "Ada"
    assert gallery.identify(FACES["Ada"] + np.float32(2.9), 0.2).name == "Ada"


def test_remove_forgets_all_pictures_of_one_person():
    gallery = a_gallery()
    gallery.enrol("Ada", FACES["Ada"] + 3)
    gallery.identify(FACES["Ada"], 1)
    gallery.remove("Ada")
    assert "Ada" not in gallery and gallery.names == ["Grace", "Ünal 李"]
    assert gallery.identify(FACES["Ada"], 1e-3).name is None
    assert gallery.identify(FACES["Grace"], 1e-3).name == "Grace"
    with pytest.raises(ValueError, match="nobody called 'Ada'"):
        gallery.remove("Ada")
    with pytest.raises(ValueError, match="nobody called 'Ada'"):
        gallery.verify("Ada", FACES["Ada"], 1)


def test_a_gallery_that_has_grown_and_shrunk_is_one_of_those_who_are_in_it():
    rng = np.random.default_rng(1)
    names = [f"person {i}" for i in range(60)]
    faces = (rng.standard_normal((60, 8)) * rng.uniform(0.1, 5, (60, 1))).astype(np.float32)
    queries = (3 * rng.standard_normal((40, 8))).astype(np.float32)
    gallery = Gallery("n")
    gallery.enrol_all(names[:40], faces[:40])
    here = set(names[:40])
    for step in range(30):
        name = names[(7 * step) % 40 if step % 2 else 40 + step // 2]
        if name in here:
            gallery.remove(name)
        else:
            gallery.enrol(name, faces[names.index(name)])
        here ^= {name}
        fresh = Gallery("n")
        fresh.enrol_all(gallery.names, gallery.encodings)
        assert set(gallery.names) == here
        assert gallery.identify_all(queries, 1.0) == fresh.identify_all(queries, 1.0)


def test_one_by_one_is_all_at_once():
    many = RNG.standard_normal((100, 8)).astype(np.float32)
    names = [f"person {i}" for i in range(100)]
    one, other = Gallery("n"), Gallery("n")
    one.enrol_all(names, many)
    for name, face in zip(names, many, strict=True):
        other.enrol(name, face)
    assert one.names == other.names == names
    assert_array_equal(one.encodings, many)
    assert_array_equal(other.encodings, many)


def test_searching_between_enrolments_sees_everybody():
    gallery = a_gallery()
    gallery.identify(FACES["Ada"], 1)
    newcomer = RNG.standard_normal(8).astype(np.float32)
    gallery.enrol("newcomer", newcomer)
    assert gallery.identify(newcomer, 1e-3).name == "newcomer"


def test_what_is_no_encoding_is_refused_and_nothing_changes():
    gallery = a_gallery()
    for bad, words in (
        (np.zeros(7, np.float32), "8 numbers"),
        (np.full(8, np.nan), "finite"),
        (np.arange(8), "floats"),
        (np.zeros((1, 8)), "8 numbers"),
    ):
        with pytest.raises(ValueError, match=words):
            gallery.enrol("Eve", bad)
        with pytest.raises(ValueError, match=words):
            gallery.identify(bad, 1)
    with pytest.raises(ValueError, match="2 names for 1"):
        gallery.enrol_all(["Eve", "Bob"], np.zeros((1, 8)))
    assert gallery.names == list(FACES) and len(gallery.encodings) == 3


def test_an_empty_gallery_knows_nobody(tmp_path):
    gallery = Gallery("n")
    with pytest.raises(ValueError, match="nobody is enrolled"):
        gallery.identify(np.zeros(3), 1)
    gallery.save(tmp_path / "empty.npz")
    assert len(Gallery.load(tmp_path / "empty.npz", "n")) == 0
    gallery.enrol("Ada", np.ones(3))
    gallery.remove("Ada")
    gallery.enrol("Ada", np.ones(5))  # the last one is gone, and with it the width
    assert gallery.encodings.shape == (1, 5)


def test_encodings_cannot_be_written_to_from_outside():
    with pytest.raises(ValueError, match="read-only"):
        a_gallery().encodings[0] = 0


def test_a_file_brings_everything_back(tmp_path):
    gallery = a_gallery()
    gallery.save(tmp_path / "a folder" / "gallery.npz")
    back = Gallery.load(tmp_path / "a folder" / "gallery.npz", "network 1")
    assert back.names == gallery.names
    assert_array_equal(back.encodings, gallery.encodings)
    back.enrol("newcomer", FACES["Ada"] + 1)
    assert len(back) == 4


def test_encodings_of_another_network_are_refused(tmp_path):
    a_gallery().save(tmp_path / "g.npz")
    with pytest.raises(ValueError, match=r"network 1.*yours is network 2"):
        Gallery.load(tmp_path / "g.npz", "network 2")
    with pytest.raises(TypeError, match="fingerprint"):
        Gallery("")


@pytest.mark.parametrize("name", ["", "M\udcfcller", "\ud83d", "A\0da", 3, None, b"Ada"], ids=repr)
def test_a_name_that_cannot_be_saved_is_refused_when_it_is_given(tmp_path, name):
    gallery = a_gallery()
    with pytest.raises(TypeError, match="a name must be text"):
        gallery.enrol_all(["Eve", name], np.zeros((2, 8)))
    with pytest.raises(TypeError, match="fingerprint"):
        Gallery(name)
    gallery.save(tmp_path / "g.npz")
    assert Gallery.load(tmp_path / "g.npz", "network 1").names == list(FACES)


@pytest.mark.parametrize("name", ["Ünal 李", "👩", "a/b\\c:d", " ", "\n", "\u2028", np.str_("Eve")])
def test_any_text_is_a_name(tmp_path, name):
    gallery = Gallery("n")
    gallery.enrol(name, np.ones(3))
    gallery.save(tmp_path / "g.npz")
    assert Gallery.load(tmp_path / "g.npz", "n").names == [name]


@pytest.mark.parametrize(
    "about",
    [
        {"names": ["A"]},
        {"names": ["A", "B", "C"]},
        {"names": ["A", ""]},
        {"names": []},
        {"names": 5},
        {"format": 2},
        {"format": None},
    ],
    ids=repr,
)
def test_a_file_that_contradicts_itself_is_no_gallery(tmp_path, about):
    text = json_array({"format": 1, "network": "n", "names": ["A", "B"]} | about)
    write_arrays(tmp_path / "g.npz", {"about": text, "encodings": np.ones((2, 3), np.float32)})
    with pytest.raises(WeightFileError, match=r"g\.npz (is no gallery|has format)"):
        Gallery.load(tmp_path / "g.npz", "n")


def test_damaged_and_foreign_files_are_refused(tmp_path):
    path = tmp_path / "g.npz"
    a_gallery().save(path)
    whole = path.read_bytes()
    for bad in (
        whole[:-1],
        whole[: len(whole) // 2],
        b"",
        b"\x80\x04pickle",
        whole[:200] + b"x" + whole[201:],
    ):
        path.write_bytes(bad)
        with pytest.raises(WeightFileError, match="or enrol everybody again"):
            Gallery.load(path, "network 1")
    write_arrays(path, {"encodings": np.zeros((1, 8), np.float32)})
    with pytest.raises(WeightFileError, match="no gallery"):
        Gallery.load(path, "network 1")
    with pytest.raises(FileNotFoundError):
        Gallery.load(tmp_path / "none.npz", "network 1")


WRITER = """
import sys
import numpy as np
from minidl.faces import Gallery
path, start = sys.argv[1], int(sys.argv[2])
gallery = Gallery.load(path, "n") if start else Gallery("n")
while True:
    i = len(gallery)
    gallery.enrol(f"person {i}", np.full(2000, i, np.float32))
    gallery.save(path)
    print(len(gallery), flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a POSIX signal")
def test_killing_the_process_in_the_middle_of_writing_loses_nothing(tmp_path):
    path, stored = tmp_path / "gallery.npz", 0
    rng = np.random.default_rng(0)
    for _ in range(4):
        command = [sys.executable, "-c", WRITER, str(path), str(stored)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, encoding="utf-8", cwd=Path(__file__).parents[2]
        )
        said = [process.stdout.readline()]  # at least once all went well
        time.sleep(rng.uniform(0.02, 0.3))
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read().splitlines()
        process.wait()
        acknowledged = int([line for line in said if line.strip()][-1])
        gallery = Gallery.load(path, "n")
        stored = len(gallery)
        assert stored in (acknowledged, acknowledged + 1)
        assert gallery.names == [f"person {i}" for i in range(stored)]
        assert_array_equal(gallery.encodings[:, 0], np.arange(stored))
    assert stored >= 4
