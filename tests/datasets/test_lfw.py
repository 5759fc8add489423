"""A reader's own folder of LFW's shape, made small."""

import numpy as np
import pytest

from minidl.datasets.images import save_image
from minidl.datasets.lfw import LFW, Pair, Photo, read_pairs

PEOPLE = {"Ada_Lovelace": 3, "Emmy_Noether": 2, "Sofia_K": 2, "Zoe": 1}
PAIRS = """2\t2
Ada_Lovelace\t1\t2
Emmy_Noether\t1\t2
Ada_Lovelace\t1\tZoe\t1
Emmy_Noether\t2\tSofia_K\t1
Ada_Lovelace\t2\t3
Sofia_K\t1\t2
Sofia_K\t2\tZoe\t1
Emmy_Noether\t2\tAda_Lovelace\t3
"""


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "my data" / "lfw"
    for k, (name, count) in enumerate(PEOPLE.items()):
        (root / name).mkdir(parents=True)
        for number in range(1, count + 1):
            grey = np.full((10, 8, 3), 40 * k + number, np.uint8)
            save_image(grey, root / name / f"{name}_{number:04d}.jpg")
    (root / "readme.txt").write_text("hello", encoding="utf-8")
    (root / "Zoe" / "notes_0002.txt").write_text("hello", encoding="utf-8")
    (root.parent / "pairs.txt").write_text(PAIRS, encoding="utf-8")
    return root.parent


def test_people_and_pictures(folder):
    for given in (folder, str(folder / "lfw")):
        lfw = LFW(given)
        assert {name: len(numbers) for name, numbers in lfw.people.items()} == PEOPLE
        assert list(lfw.people) == sorted(PEOPLE)
        assert lfw.people["Ada_Lovelace"] == (1, 2, 3)
        image = lfw.image(Photo("Sofia_K", 2))
        assert image.shape == (10, 8, 3)
        assert abs(int(image[0, 0, 0]) - 82) <= 2


def test_folds(folder):
    folds = LFW(folder).folds()
    assert [[pair.same for pair in fold] for fold in folds] == [[True, True, False, False]] * 2
    assert folds[0][0] == Pair(Photo("Ada_Lovelace", 1), Photo("Ada_Lovelace", 2), True)
    assert folds[1][3] == Pair(Photo("Emmy_Noether", 2), Photo("Ada_Lovelace", 3), False)


def test_pairs_inside_the_folder_or_anywhere(folder, tmp_path):
    inside = folder / "lfw" / "pairs.txt"
    (folder / "pairs.txt").rename(inside)
    expected = LFW(folder).folds()
    inside.rename(tmp_path / "others.txt")
    assert LFW(folder).folds(tmp_path / "others.txt") == expected
    with pytest.raises(ValueError, match=r"no pairs\.txt"):
        LFW(folder).folds()


def test_one_number_in_the_first_line_is_one_fold(tmp_path):
    path = tmp_path / "pairsDevTest.txt"
    path.write_text("1\nA 1 2\n\nA 1 B 3\n", encoding="utf-8")
    assert read_pairs(path) == [
        [Pair(Photo("A", 1), Photo("A", 2), True), Pair(Photo("A", 1), Photo("B", 3), False)]
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "first line"),
        ("ten 300\n", "first line.*'ten 300'"),
        ("0 3\n", "first line"),
        ("1 1\nA 1 2\n", "promises 1 folds.*1 follow"),
        ("1 1\nA 1 2\nA 1 B\n", "line 3.*'name number name number'.*'A 1 B'"),
        ("1 1\nA 1 B 2\nA 1 B 2\n", "line 2.*'name number number'"),
        ("1 1\nA 1 x\nA 1 B 2\n", "line 2.*'A 1 x'"),
        ("1 1\nA 1 -2\nA 1 B 2\n", "line 2"),
    ],
)
def test_pairs_that_are_wrong(tmp_path, text, message):
    path = tmp_path / "pairs.txt"
    path.write_text(text, encoding="utf-8")
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
    expected = LFW(folder).folds()
    (folder / "pairs.txt").write_bytes(form(PAIRS))
    assert LFW(folder).folds() == expected


@pytest.mark.parametrize(("encoding", "name"), [("utf-16", "UTF-16"), ("latin-1", "Latin-1")])
def test_pairs_in_another_encoding(tmp_path, encoding, name):
    (tmp_path / "p.txt").write_bytes("1\nMüller 1 2\nMüller 1 Zoë 2\n".encode(encoding))
    with pytest.raises(ValueError, match=rf"cannot read the pairs.*{name}.*save it as UTF-8"):
        read_pairs(tmp_path / "p.txt")


def test_a_wrong_line_is_counted_whatever_ends_it(tmp_path):
    (tmp_path / "p.txt").write_bytes(b"1 1\r\nA 1 2\r\nA 1 B\r\n")
    with pytest.raises(ValueError, match="line 3"):
        read_pairs(tmp_path / "p.txt")


def test_pairs_that_cannot_be_read(tmp_path):
    with pytest.raises(ValueError, match="cannot read"):
        read_pairs(tmp_path / "gone.txt")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="cannot read"):
        read_pairs(tmp_path / "binary.txt")


def test_missing_pictures_are_named(folder):
    lfw = LFW(folder)
    with pytest.raises(ValueError, match=r"picture 9 of 'Zoe'.*numbers \(1,\)"):
        lfw.image(Photo("Zoe", 9))
    with pytest.raises(ValueError, match="nobody is named 'Bob'"):
        lfw.path(Photo("Bob", 1))
    (folder / "lfw" / "Sofia_K" / "Sofia_K_0001.jpg").unlink()
    with pytest.raises(ValueError, match="picture 1 of 'Sofia_K'"):
        LFW(folder).folds()


def test_folders_that_are_not_lfw(tmp_path):
    with pytest.raises(ValueError, match="not a folder"):
        LFW(tmp_path / "gone")
    with pytest.raises(ValueError, match=r"Name/Name_0001\.jpg"):
        LFW(tmp_path)
