"""From the photograph to the descriptor, with the real networks and no given coordinates."""

import numpy as np
import pytest
from PIL import Image

from minidl import zoo
from minidl.faces import descriptors
from minidl.faces.descriptors import describe

# Inside every face, between the eyes, (x, y).
PORTRAITS = {
    "obama": (496, 216),
    "obama2": (313, 379),
    "obama3": (796, 397),
    "biden": (592, 339),
    "grace_hopper": (264, 192),
    "astronaut": (225, 103),
}


@pytest.fixture(scope="module")
def faces():
    return {name: describe(zoo.photo(name)) for name in PORTRAITS}


@pytest.mark.slow
@pytest.mark.parametrize("name", PORTRAITS)
def test_the_one_face_of_a_portrait_is_found(faces, name):
    found, (x, y) = faces[name], PORTRAITS[name]
    assert len(found.boxes) == 1
    left, top, right, bottom = found.boxes[0]
    assert left < x < right
    assert top < y < bottom
    assert found.chips.shape == (1, 150, 150, 3)
    right_eye, left_eye, nose = np.split(found.landmarks[0], (2, 4))
    assert left_eye[:, 0].max() < x < right_eye[:, 0].min()
    assert nose[0, 1] > y


@pytest.mark.slow
def test_same_person_below_the_threshold_different_persons_above(faces):
    encodings = np.concatenate([found.encodings for found in faces.values()])
    distances = np.linalg.norm(encodings[:, None] - encodings, axis=-1)
    person = np.array([name.rstrip("0123456789") for name in PORTRAITS])
    same = (person[:, None] == person) & ~np.eye(len(person), dtype=bool)
    different = person[:, None] != person
    assert 0.3 < distances[same].min() < distances[same].max() < 0.5
    assert 0.65 < distances[different].min() < distances[different].max() < 0.95


@pytest.mark.slow
def test_several_faces_in_one_picture(faces):
    pictures = [zoo.photo(name)[:400, :500] for name in ("astronaut", "grace_hopper")]
    both = np.concatenate([np.pad(p, ((0, 400 - len(p)), (0, 0), (0, 0))) for p in pictures], 1)
    found = describe(both)
    assert len(found.boxes) == 2
    order = np.argsort(found.boxes[:, 0])
    for encoding, name in zip(found.encodings[order], ("astronaut", "grace_hopper"), strict=True):
        assert np.linalg.norm(encoding - faces[name].encodings[0]) < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["coffee", "china"])
def test_picture_without_a_face(name):
    found = describe(zoo.photo(name), smallest=60)
    assert found.boxes.shape == (0, 4)
    assert found.landmarks.shape == (0, 5, 2)
    assert found.chips.shape == (0, 150, 150, 3)
    assert found.encodings.shape == (0, 128)


@pytest.mark.slow
def test_photograph_turned_by_its_camera(faces, tmp_path):
    """A file whose EXIF says "turn me": reading it turns it back."""
    picture = Image.fromarray(np.rot90(zoo.photo("astronaut")).copy())
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by 90°
    picture.save(tmp_path / "my photo.png", exif=exif)
    found = describe(tmp_path / "my photo.png")
    np.testing.assert_allclose(found.encodings, faces["astronaut"].encodings, atol=1e-5)


def test_file_that_is_no_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(descriptors, "_models", None)  # it is refused before any network is loaded
    path = tmp_path / "notes.txt"
    path.write_text("no picture", encoding="utf-8")
    with pytest.raises(ValueError, match=r"notes\.txt.* is not a picture"):
        describe(path)
    with pytest.raises(ValueError, match="does not exist"):
        describe(str(tmp_path / "absent.jpg"))
