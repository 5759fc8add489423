"""``python -m minidl.faces``: people, distances, a page with pictures, and errors in words."""

import re
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from minidl import datasets, zoo
from minidl.faces import Faces
from minidl.faces.__main__ import main
from minidl.zoo.asset import AssetError
from tests.site.pages_check import barriers, faults_in_browser


def made_up(picture):
    """As many faces as the picture's first pixel says; its second one says whose they are."""
    count, person = int(picture[0, 0, 0]), int(picture[0, 1, 0])
    encodings = np.full((count, 1), person + picture[0, 2, 0] / 1000, np.float32)
    empty = np.zeros((count, 4))
    chips = np.full((count, 150, 150, 3), 40 * person, np.uint8)
    return Faces(empty, empty[:, 0], np.zeros((count, 5, 2)), chips, encodings, 30.0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three pictures: one face of person 1, one of person 2, and one with both in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("minidl.faces.describe", made_up)
    made = tmp_path / "phötos"
    (made / "more").mkdir(parents=True)
    for name, facts in {
        "a.png": (1, 1, 0),
        "b<i>.png": (1, 2, 0),
        "more/c.png": (2, 1, 100),
    }.items():
        picture = np.zeros((8, 8, 3), np.uint8)
        picture[0, :3, 0] = facts
        datasets.save_image(picture, made / name.replace("<i>", "&i"))
    (made / "notes.txt").write_text("no picture", encoding="utf-8")
    return made


class Reader(HTMLParser):
    """What a page holds: its words, the tags that are open, and attributes of its pictures."""

    VOID = ("meta", "img", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.words, self.images, self.tags = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "img":
            self.images.append(dict(attributes))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_people_and_distances_are_told(folder, capsys):
    assert main([str(folder)]) == 0
    told = capsys.readouterr()
    assert "4 faces, 2 people" in told.out
    people = re.split(r"person \d\n", told.out)
    assert "a.png  (0.10 to more/c.png, face 1)" in people[1] and "b&i" not in people[1]
    assert "b&i.png  (0.90 to the nearest, more/c.png, face 1)" in people[2]
    assert "notebooks/06_real_faces.ipynb" in people[2]
    assert "passed over" in told.err and "notes.txt" in told.err


def test_the_page_holds_everything_itself(folder, tmp_path):
    assert main([str(folder), "-o", str(tmp_path / "page.html"), "--threshold", "0.6"]) == 0
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Reader(text)
    assert page.open == [] and ("html", {"lang": "en"}) in page.tags
    assert "://" not in text, "the page asks for something from elsewhere"
    assert [image["alt"] for image in page.images] == [
        "Face from a.png",
        "Face from more/c.png, face 1",
        "Face from more/c.png, face 2",
        "Face from b&i.png",
    ]
    for image, grey in zip(page.images, (40, 40, 40, 80), strict=True):
        data = b64decode(image["src"].partition("base64,")[2])
        assert Image.open(BytesIO(data)).convert("L").getextrema() == (grey, grey)
    assert (
        " ".join(page.words).count("0.90") == 5
    )  # b below its face; b and both of c, there and back


def test_many_other_files_are_counted(folder, capsys):
    for k in range(8):
        (folder / f"letter {k}.txt").write_text("no picture", encoding="utf-8")
    assert main([str(folder)]) == 0
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 6 and told[-1] == "passed over: 4 other files"


def test_a_threshold_of_ones_own(folder, capsys):
    assert main([str(folder), "--threshold", "3"]) == 0
    assert "4 faces, 1 person" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["absent"], "'absent' is not a folder"),
        (["phötos/more", "-o", "page.png"], "must end in .html"),
        (["phötos", "--threshold", "-1"], "--threshold must be above 0"),
        (["empty"], "no picture could be read in empty"),
        (["nobody"], "no face was found in the 1 pictures"),
    ],
)
def test_errors_in_words(folder, tmp_path, arguments, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "nobody").mkdir()
    datasets.save_image(np.zeros((8, 8, 3), np.uint8), tmp_path / "nobody" / "dark.png")
    assert words in main(arguments)
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.parametrize(
    ("raised", "words"),
    [(AssetError("no network"), "error: no network"), (KeyboardInterrupt(), "nothing is saved")],
)
def test_what_goes_wrong_later_is_said(folder, raised, words, monkeypatch):
    def describe(_):
        raise raised

    monkeypatch.setattr("minidl.faces.describe", describe)
    assert words in main([str(folder)])


@pytest.mark.slow(10)
@pytest.mark.browser
def test_everybody_can_read_the_page(folder, browser, tmp_path):
    page = tmp_path / "page.html"
    assert main([str(folder), "-o", str(page)]) == 0
    assert faults_in_browser(browser, [page]) == []
    assert barriers(browser, page) == barriers(browser, page, "dark") == []


@pytest.mark.slow(15)
def test_the_real_network_tells_two_people_apart(tmp_path, capsys):
    for name in ("obama", "obama2", "grace_hopper"):
        datasets.save_image(zoo.photo(name), tmp_path / f"{name}.png")
    page = tmp_path / "page.html"
    assert main([str(tmp_path), "-o", str(page), "--size", "600"]) == 0
    people = re.split(r"person \d\n", capsys.readouterr().out)
    named = [re.findall(r"^  (\w+)\.png", one, re.MULTILINE) for one in people[1:]]
    assert named == [["grace_hopper"], ["obama", "obama2"]]
    assert page.read_text(encoding="utf-8").count("<img ") == 3
