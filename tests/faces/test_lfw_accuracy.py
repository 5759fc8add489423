"""LFW's protocol, on a reader's own folder of LFW's shape, made small."""

import numpy as np
import pytest
from PIL import Image
from tqdm import tqdm

from minidl.faces import cross_validate, lfw_accuracy
from minidl.faces.lfw import find_photos, read_pairs


def accuracy(folder, **settings):
    return lfw_accuracy(folder, lambda p: p.mean(axis=(0, 1)) / 30, progress=False, **settings)


@pytest.fixture
def folder(tmp_path):
    """A small folder of LFW's shape: eight people, two pictures each, two folds of two pairs."""
    rng = np.random.default_rng(0)
    for person in range(8):
        home = tmp_path / "lfw" / f"Person_{person}"
        home.mkdir(parents=True)
        for number in (1, 2):
            picture = np.full((20, 16, 3), 30 * person, np.uint8) + rng.integers(0, 9, (20, 16, 3))
            file = home / f"Person_{person}_{number:04d}.png"
            Image.fromarray(picture.astype(np.uint8)).save(file)
    lines = ["2\t2"]
    for first in (0, 4):
        lines += [f"Person_{p}\t1\t2" for p in (first, first + 1)]
        lines += [f"Person_{p}\t1\tPerson_{p + 1}\t2" for p in (first, first + 2)]
    (tmp_path / "pairs.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_folds_thresholds_and_pictures_encoded_once(folder):
    seen = []

    def encode(picture):
        seen.append(picture.tobytes())
        assert picture.shape == (20, 16, 3) and picture.dtype == np.uint8
        return picture.mean(axis=(0, 1)) / 30

    result = lfw_accuracy(folder, encode, progress=False)
    assert result.mean == 1 and len(result.accuracies) == 2
    assert len(seen) == len(set(seen)) == 12  # of 8 pairs with 16 places


@pytest.mark.parametrize("kind", [KeyboardInterrupt, MemoryError])
def test_its_bar_is_closed_if_it_is_interrupted(folder, kind):
    def encode(_):
        raise kind

    with pytest.raises(kind) as kept:  # with its frames, as a notebook keeps it
        lfw_accuracy(folder, encode)
    assert not list(tqdm._instances)
    del kept


def test_an_encoding_that_knows_nothing_does_no_better_than_chance(folder):
    result = lfw_accuracy(folder, lambda picture: np.ones(3), progress=False)
    assert result.mean == 0.5


def test_it_is_cross_validation_on_the_pairs_of_the_list(folder):
    codes = {}

    def encode(picture):
        return np.random.default_rng(picture[0, 0, 0]).standard_normal(4)

    result = lfw_accuracy(folder, encode, progress=False)
    d, same, fold = [], [], []
    for k, first in enumerate((0, 4)):
        pairs = [(p, 1, p, 2) for p in (first, first + 1)]
        pairs += [(p, 1, p + 1, 2) for p in (first, first + 2)]
        for a, i, b, j in pairs:
            for who in ((a, i), (b, j)):
                file = folder / "lfw" / f"Person_{who[0]}" / f"Person_{who[0]}_{who[1]:04d}.png"
                codes[who] = encode(np.array(Image.open(file)))
            d.append(((codes[a, i] - codes[b, j]).astype(np.float32) ** 2).sum())
            same.append(a == b)
            fold.append(k)
    expected = cross_validate(np.array(d), np.array(same), np.array(fold))
    np.testing.assert_array_equal(result.accuracies, expected.accuracies)


def test_pictures_by_name_and_number(folder):
    (folder / "lfw" / "readme.txt").write_text("hello", encoding="utf-8")
    (folder / "lfw" / "Person_1" / "notes_0002.txt").write_text("hello", encoding="utf-8")
    photos = find_photos(folder / "lfw")
    assert sorted(photos) == [(f"Person_{p}", n) for p in range(8) for n in (1, 2)]
    assert photos["Person_3", 2].name == "Person_3_0002.png"
    assert accuracy(folder / "lfw").mean == accuracy(str(folder)).mean == 1


def test_pairs_inside_the_folder_or_anywhere(folder, tmp_path):
    inside = folder / "lfw" / "pairs.txt"
    (folder / "pairs.txt").rename(inside)
    assert accuracy(folder).mean == 1
    inside.rename(tmp_path / "others.txt")
    assert accuracy(folder, pairs=tmp_path / "others.txt").mean == 1
    with pytest.raises(ValueError, match=r"no pairs\.txt"):
        accuracy(folder)


def test_one_number_in_the_first_line_is_one_fold(tmp_path):
    path = tmp_path / "pairsDevTest.txt"
    path.write_text("1\nA 1 2\n\nA 1 B 3\n", encoding="utf-8")
    pairs, same, fold = read_pairs(path)
    assert pairs == [(("A", 1), ("A", 2)), (("A", 1), ("B", 3))]
    assert same.tolist() == [True, False] and fold.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "first line"),
        ("ten 300\n", "first line.*'ten 300'"),
        ("0 3\n", "first line"),
        ("1 1\nA 1 2\n", "promises 1 folds.*1 follow"),
        ("1 1\nA 1 2\nA 1 B\n", "line 3.*'name number name number'.*'A 1 B'"),
        ("1 1\r\nA 1 2\r\nA 1 B\r\n", "line 3"),
        ("1 1\nA 1 B 2\nA 1 B 2\n", "line 2.*'name number number'"),
        ("1 1\nA 1 x\nA 1 B 2\n", "line 2.*'A 1 x'"),
        ("1 1\nA 1 -2\nA 1 B 2\n", "line 2"),
    ],
)
def test_pairs_that_are_wrong(tmp_path, text, message):
    path = tmp_path / "pairs.txt"
    path.write_bytes(text.encode())
    with pytest.raises(ValueError, match=message):
        read_pairs(path)


@pytest.mark.parametrize(
    "form",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("\t", "  \t ").replace("\n", " \t\n\n").encode(),
        lambda text: text.rstrip("\n").encode(),
    ],
    ids=["mark", "Windows", "old Mac", "blanks", "no last line end"],
)
def test_pairs_as_people_have_them(folder, form):
    path = folder / "pairs.txt"
    expected = read_pairs(path)
    path.write_bytes(form(path.read_text(encoding="utf-8")))
    for got, wanted in zip(read_pairs(path), expected, strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize(("encoding", "name"), [("utf-16", "UTF-16"), ("latin-1", "Latin-1")])
def test_pairs_in_another_encoding(tmp_path, encoding, name):
    (tmp_path / "p.txt").write_bytes("1\nMüller 1 2\nMüller 1 Zoë 2\n".encode(encoding))
    with pytest.raises(ValueError, match=rf"cannot read the pairs.*{name}.*save it as UTF-8"):
        read_pairs(tmp_path / "p.txt")


def test_pairs_that_cannot_be_read(tmp_path):
    with pytest.raises(ValueError, match="cannot read"):
        read_pairs(tmp_path / "gone.txt")


def test_missing_pictures_are_named(folder):
    (folder / "lfw" / "Person_1" / "Person_1_0001.png").unlink()
    with pytest.raises(ValueError, match=r"picture 1 of 'Person_1' .* has the numbers \[2\]"):
        accuracy(folder)
    (folder / "lfw" / "Person_1").rename(folder / "elsewhere")
    with pytest.raises(ValueError, match="nobody is named 'Person_1'"):
        accuracy(folder)


def test_folders_that_are_not_lfw(tmp_path):
    for place in (tmp_path / "gone", tmp_path):
        with pytest.raises(ValueError, match=r"Name/Name_0001\.jpg"):
            accuracy(place)
