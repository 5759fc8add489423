"""The look at the machine asks for what is missing, and for nothing else."""

import hashlib
import tempfile
from collections import namedtuple

import pytest

from minidl.course import check_setup
from minidl.zoo.asset import Asset, Package
from minidl.zoo.fetching import missing

CONTENT = b"weights"


@pytest.fixture(params=["complete", "incomplete", "damaged"])
def cache(request, tmp_path, monkeypatch):
    """A cache folder that holds the only asset there is, or not, or another file by its name."""
    toy = Asset("toy", Package("toy"), "toy.bin", hashlib.sha256(CONTENT).hexdigest(), 7, "", "")
    monkeypatch.setattr("minidl.zoo.fetching.ASSETS", {"toy": toy})
    monkeypatch.setenv("MINIDL_CACHE", str(tmp_path))
    if request.param != "incomplete":
        (tmp_path / "toy.bin").write_bytes(CONTENT if request.param == "complete" else b"weighty")
    return request.param


def finding(report, name):
    return next(f for f in report.findings if f.name == name)


def refuse(error):
    def opening(*args, **kwargs):
        raise error

    return opening


def test_a_cache_that_can_be_written_is_good(cache):
    report = check_setup()
    assert report and finding(report, "cache folder").found == "can be written"
    assert bool(missing()) == (cache != "complete")


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system")]
)
def test_only_what_is_missing_needs_a_cache_that_can_be_written(cache, error, monkeypatch):
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse(error))
    report = check_setup()
    assert bool(report) == (cache == "complete")
    told = finding(report, "cache folder")
    assert error.strerror in told.found
    assert ("MINIDL_CACHE" in str(report)) == (cache != "complete")


def test_only_what_is_missing_needs_room_on_the_disk(cache, monkeypatch):
    usage = namedtuple("usage", "free")(1e6)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    assert bool(check_setup()) == (cache == "complete")


def test_what_another_package_brings_is_not_missing(tmp_path, monkeypatch):
    brought = Asset("toy", Package("toy", kind="installed"), "toy.bin", "", 7, "", "")
    monkeypatch.setattr("minidl.zoo.fetching.ASSETS", {"toy": brought})
    monkeypatch.setenv("MINIDL_CACHE", str(tmp_path / "none"))
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse(OSError(30, "Read-only file system")))
    assert check_setup()
