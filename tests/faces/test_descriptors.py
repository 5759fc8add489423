"""From the photograph to the descriptor, with the real networks and no given coordinates."""

import numpy as np
import pytest
from PIL import Image

from minidl import zoo
from minidl.faces import descriptors
from minidl.faces.descriptors import Faces, describe

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


def crowd(found, side, columns=6, rows=3, size=(3000, 4000)):
    """A photograph of meadow with faces of ``side`` pixels; and where they are, whose they are."""
    rng = np.random.default_rng(0)
    meadow = Image.fromarray(zoo.photo("grass")).convert("RGB").resize(size[::-1])
    middles, names = [], [list(PORTRAITS)[k % len(PORTRAITS)] for k in range(columns * rows)]
    for k, name in enumerate(names):
        photo, (left, top, right, bottom) = zoo.photo(name), found[name].boxes[0]
        x, y, half = (left + right) / 2, (top + bottom) / 2, 0.9 * (right - left)
        box = (max(x - half, 0), max(y - half, 0), x + half, min(y + half, photo.shape[0]))
        scale = side / (right - left)
        shape = [round(scale * n) for n in (box[2] - box[0], box[3] - box[1])]
        portrait = Image.fromarray(photo).resize(shape, Image.Resampling.LANCZOS, box=box)
        row, column = divmod(k, columns)
        corner = 120 + np.array([column * (size[1] - 300) / columns, row * (size[0] - 300) / rows])
        corner = np.rint(corner + rng.uniform(0, 100, 2)).astype(int)
        meadow.paste(portrait, tuple(corner.tolist()))
        middles.append(corner + scale * (np.array([x, y]) - box[:2]))
    return np.array(meadow), np.array(middles), names


@pytest.mark.slow
def test_everybody_in_a_group_of_twelve_megapixels(faces):
    picture, middles, names = crowd(faces, side=150)
    found = describe(picture)
    assert len(found.boxes) == len(names) == 18
    assert found.smallest == pytest.approx(120.6, abs=0.1)
    for middle, name in zip(middles, names, strict=True):
        one = found.pick(middle)
        assert one.boxes.shape == (1, 4)
        assert np.linalg.norm((one.boxes[0, :2] + one.boxes[0, 2:]) / 2 - middle) < 40
        assert np.linalg.norm(one.encodings[0] - faces[name].encodings[0]) < 0.4
    np.testing.assert_array_equal(found.pick(17).boxes, found.boxes[17:])


@pytest.mark.slow
def test_a_thumbnail_has_the_same_outcome_as_a_file_and_as_an_array(tmp_path):
    """The face is about 30 pixels wide: whoever looks must look as closely."""
    small = Image.fromarray(zoo.photo("grace_hopper")).resize((90, 105), Image.Resampling.LANCZOS)
    small.save(tmp_path / "thumbnail.png")
    one, other = describe(tmp_path / "thumbnail.png"), describe(np.array(small))
    assert len(one.boxes) == len(other.boxes) == 1
    np.testing.assert_array_equal(one.encodings, other.encodings)
    assert 24 < one.boxes[0, 2] - one.boxes[0, 0] < 42


def made_up(count):
    """Faces in a row from left to right, 100 pixels apart."""
    left = 100.0 * np.arange(count)[:, None]
    boxes = np.hstack([left, left * 0, left + 50, left * 0 + 50])
    parts = [np.arange(count * n).reshape(count, *shape) for n, shape in ((10, (5, 2)), (3, (3,)))]
    return Faces(boxes, np.arange(count), parts[0], parts[1], parts[1], 30.0)


def test_one_of_several_faces_is_picked():
    found = made_up(3)
    for which in (1, np.int64(1), (130, 0), [120.5, 400], np.array([125, 25])):
        one = found.pick(which)
        assert all(len(part) == 1 for part in one[:-1])
        for part, every in zip(one[:-1], found[:-1], strict=True):
            np.testing.assert_array_equal(part[0], every[1])
        assert one.smallest == 30


@pytest.mark.parametrize(
    ("which", "words"),
    [
        (3, "which must be at most 2, got 3"),
        (-1, "which must be at least 0, got -1"),
        ((1, 2, 3), "the number of a face or a point"),
        ((np.nan, 0), "the number of a face or a point"),
        ("left", "which must be numbers"),
        (None, "which must be numbers"),
        (1.5, "the number of a face or a point"),
    ],
)
def test_no_such_face(which, words):
    with pytest.raises((TypeError, ValueError), match=words):
        made_up(3).pick(which)
    with pytest.raises(ValueError, match="no face of 30 pixels or more was found"):
        made_up(0).pick(which)


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
    with pytest.raises(ValueError, match=r"there is no picture at .*absent\.jpg"):
        describe(str(tmp_path / "absent.jpg"))
