"""``python -m minidl.style``: a painting, its options, and what goes wrong in words."""

import subprocess
import sys

import numpy as np
import pytest

from minidl import datasets, style
from minidl.style.__main__ import main
from minidl.zoo.asset import AssetError


@pytest.fixture
def photo(tmp_path, content):
    """A photograph with a name that no ASCII console can show; the folder is the current one."""
    path = tmp_path / "phöto one.png"
    datasets.save_image(content, path)
    return str(path)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.png"


def run(*arguments):
    return main([*map(str, arguments), "--network", "small", "--steps", "2"])


def test_it_paints_what_transfer_paints(photo, out, content, capsys):
    assert run(photo, "mosaic", "-o", out, "--seed", "3") == 0
    mosaic = datasets.painting("mosaic", content.shape[:2], seed=3)
    expected = style.transfer(
        content, [mosaic], seed=3, network="small", steps=2, progress=False
    ).image
    np.testing.assert_array_equal(datasets.read_image(out), expected)
    said = capsys.readouterr().out
    assert "32 × 24, after mosaic" in said
    assert "finished after 2 steps" in said and "notebooks/08_style_transfer.ipynb" in said


def test_options_reach_the_transfer(photo, out, tmp_path, monkeypatch):
    seen = {}

    def transfer(content, pictures, **settings):
        seen.update(settings, content=content, pictures=pictures)
        return style.Result(content, content, {"level": [0]}, "finished", 1)

    monkeypatch.setattr("minidl.style.transfer", transfer)
    assert main([photo, "mosaic", photo, "-o", str(out)]) == 0
    assert not {"network", "start", "steps"} & seen.keys(), "the defaults are transfer's own"
    options = ("--size", "24", "--start", "content", "--keep-colours")
    assert run(photo, "mosaic", photo, "-o", out, *options) == 0
    assert seen["content"].shape == (18, 24, 3)
    assert [picture.shape for picture in seen["pictures"]] == [(18, 24, 3)] * 2
    assert seen["keep_colours"] and seen["start"] == "content" and seen["steps"] == 2


def test_the_bar_shows_how_far_it_is(photo, out, terminal):
    assert run(photo, "mosaic", "-o", out) == 0
    assert "2/2" in terminal.readouterr().err


@pytest.mark.parametrize(
    ("style", "output", "words"),
    [
        ("mosiac", "out.png", "no picture at 'mosiac', and the paintings .* mosaic"),
        ("mosaic", "nowhere/out.png", "folder .*nowhere' does not exist"),
        ("mosaic", "out", "must end in .png"),
        ("mosaic", "phöto one.png", "one of the pictures to read"),
    ],
)
def test_errors_come_before_the_work(photo, tmp_path, style, output, words, monkeypatch):
    monkeypatch.delattr("minidl.style.transfer")
    before = set(tmp_path.iterdir())
    with pytest.raises(AssertionError) as found:
        raise AssertionError(run(photo, style, "-o", tmp_path / output))
    assert found.match(f"error: .*{words}")
    assert set(tmp_path.iterdir()) == before


def test_no_photograph(tmp_path, out):
    assert "error: there is no picture at" in run(tmp_path / "absent.jpg", "mosaic", "-o", out)


@pytest.mark.parametrize(
    ("raised", "words"),
    [(AssetError("no network"), "error: no network"), (KeyboardInterrupt(), "nothing is saved")],
)
def test_what_goes_wrong_later_is_said(photo, out, raised, words, monkeypatch):
    def transfer(*_, **__):
        raise raised

    monkeypatch.setattr("minidl.style.transfer", transfer)
    assert words in run(photo, "mosaic", "-o", out)
    assert not out.exists()


@pytest.mark.parametrize("package", ["minidl.style", "minidl.faces"])
def test_help_is_shown_on_every_console(package):
    command = [sys.executable, "-X", "utf8=0", "-m", package, "--help"]
    shown = subprocess.run(command, capture_output=True, encoding="ascii", timeout=120)
    assert shown.returncode == 0, shown.stderr
    assert f"python -m {package}" in shown.stdout and "notebooks/" in shown.stdout
