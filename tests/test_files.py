"""Files: written whole or not at all, with their permissions; read only if they are files."""

import errno
import io
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_notebook
from PIL import Image

from minidl import files, nn
from minidl.course import files as notebooks
from minidl.datasets import read_image, save_image
from minidl.faces import Gallery
from minidl.faces.lfw import read_pairs
from minidl.visualization.top_patches import TopPatches, load_patches, save_patches
from minidl.zoo import cache
from minidl.zoo.asset import Asset, Package

posix = pytest.mark.skipif(os.name == "nt", reason="permissions, pipes and signals of Unix")
ROOT = Path(__file__).parents[1]


def plain(path: Path) -> None:
    with files.saving(path) as file:
        file.write(b"new")


def network(path: Path) -> None:
    nn.Sequential([nn.Dense(2)], input_shape=(3,)).save(path)


def gallery(path: Path) -> None:
    people = Gallery("net")
    people.enrol("Ann", np.ones(4, np.float32))
    people.save(path)


def patches(path: Path) -> None:
    none = np.zeros((0, 0))
    save_patches(path, {"conv": TopPatches("conv", none, none, none, none)})


def asset(path: Path) -> None:
    digest = "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437"
    known = Asset("toy", Package("toy"), f"toy/{path.name}", digest, 3, "", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINIDL_CACHE", str(path.parent))
        cache.store(known, io.BytesIO(b"new"))


SAVERS: dict[str, Callable[[Path], object]] = {
    "plain": plain,
    "arrays": lambda path: nn.write_arrays(path, {"a": np.ones(3)}),
    "network": network,
    "gallery": gallery,
    "patches": patches,
    "picture": lambda path: save_image(np.zeros((4, 5, 3), np.uint8), path),
    "notebook": lambda path: notebooks.write(new_notebook(), path),
    "asset": asset,
}
every_saver = pytest.mark.parametrize("save", SAVERS.values(), ids=SAVERS)


@pytest.fixture
def old(tmp_path) -> Path:
    """A file that is there already; the suffix suits pictures."""
    path = tmp_path / "old.png"
    path.write_bytes(b"what was there")
    return path


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def within(seconds: int):
    """Whatever waits for longer has hung."""

    def hung(*args):
        pytest.fail("it hangs")

    before = signal.signal(signal.SIGALRM, hung)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# -- permissions and links -----------------------------------------------------------------------


@posix
@every_saver
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o777], ids=oct)
def test_permissions_are_kept(old, save, mode):
    old.chmod(mode)
    save(old)
    assert stat.S_IMODE(old.stat().st_mode) == mode
    assert old.read_bytes() != b"what was there"
    assert listing(old.parent) == [old.name]


@posix
def test_the_new_contents_are_never_readable_for_others(old, monkeypatch):
    old.chmod(0o600)
    seen = []

    def look(*args):
        seen.extend(stat.S_IMODE(path.stat().st_mode) for path in old.parent.iterdir())

    monkeypatch.setattr(files, "_copy_permissions", look)
    with files.saving(old):
        look()
    assert seen == [0o600] * 4


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_file_has_the_ordinary_permissions(tmp_path, mask):
    before = os.umask(mask)
    try:
        plain(tmp_path / "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o666 & ~mask


@posix
def test_a_group_that_cannot_be_kept_is_not_replaced_by_another(old, monkeypatch):
    old.chmod(0o664)
    real, parts = Path.stat, []

    def other_group(self, **more):
        facts = real(self, **more)
        if self.name.startswith(files.HEAD):
            parts.append(self)
            return os.stat_result((*facts[:5], facts.st_gid + 1, *facts[6:]))
        return facts

    monkeypatch.setattr(Path, "stat", other_group)
    plain(old)
    monkeypatch.undo()
    assert parts and stat.S_IMODE(old.stat().st_mode) == 0o604


@posix
@every_saver
def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path, save):
    target, near, far = tmp_path / "a" / "target", tmp_path / "near.png", tmp_path / "far.png"
    target.parent.mkdir()
    target.write_bytes(b"what was there")
    near.symlink_to(target)
    far.symlink_to("near.png")
    save(far)
    assert far.is_symlink() and near.is_symlink() and not target.is_symlink()
    assert far.read_bytes() == target.read_bytes() != b"what was there"
    assert listing(tmp_path) == ["a", "far.png", "near.png"] and listing(target.parent) == [
        "target"
    ]


@posix
def test_a_link_to_nothing_gets_its_file_and_a_link_to_itself_is_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "folder" / "file")
    plain(tmp_path / "link")
    assert (tmp_path / "folder" / "file").read_bytes() == b"new"
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="loop is no ordinary file"):
        plain(tmp_path / "loop")
    assert (tmp_path / "loop").is_symlink()


# -- what cannot be written ----------------------------------------------------------------------


@every_saver
def test_a_folder_is_not_written_over(tmp_path, save):
    (tmp_path / "x.png").mkdir()
    with pytest.raises(IsADirectoryError, match=r"x\.png is a folder: give the path of a file"):
        save(tmp_path / "x.png")
    assert listing(tmp_path) == ["x.png"]


@posix
@every_saver
def test_a_pipe_is_not_written_over(tmp_path, save):
    os.mkfifo(tmp_path / "x.png")
    with within(20), pytest.raises(OSError, match=r"x\.png is no ordinary file"):
        save(tmp_path / "x.png")
    assert stat.S_ISFIFO((tmp_path / "x.png").stat().st_mode)


@pytest.mark.parametrize("ask", [files.check_writable, plain], ids=["asked", "written"])
def test_a_path_that_leads_nowhere_is_refused_in_words(old, monkeypatch, ask):
    with pytest.raises(NotADirectoryError, match=r"old\.png is a file, not a folder"):
        ask(old / "below" / "it.npz")
    for path in (None, 3, b"bytes"):
        with pytest.raises(TypeError, match="path must be the path of a file or folder, got"):
            ask(path)
    with pytest.raises(ValueError, match="path cannot hold NUL"):
        ask("a\0.npz")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError, match=r"old\.png is write-protected"):
        ask(old)
    assert listing(old.parent) == [old.name] and old.read_bytes() == b"what was there"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_folder_that_takes_no_files_is_named(tmp_path, monkeypatch, number):
    def refuse(*args):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    for ask in (files.check_writable, plain):
        with pytest.raises(OSError, match=r"run\.npz cannot be written") as caught:
            ask(tmp_path / "run.npz")
        assert caught.value.errno == number and os.strerror(number) in str(caught.value)


def test_asking_leaves_nothing_but_the_folder(tmp_path, old):
    path = tmp_path / "a" / "b" / "run.npz"
    assert files.check_writable(str(path)) == path
    assert listing(path.parent) == []
    before = old.stat().st_mtime_ns
    files.check_writable(old)
    assert (old.read_bytes(), old.stat().st_mtime_ns) == (b"what was there", before)


# -- interrupted, killed, full, in use -----------------------------------------------------------


@every_saver
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(errno.ENOSPC, "full"), MemoryError])
def test_whatever_happens_the_old_file_stays_and_no_part(old, monkeypatch, save, error):
    def fail(*args):
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(error if isinstance(error, type) else OSError):
        save(old)
    assert old.read_bytes() == b"what was there" and listing(old.parent) == [old.name]


@posix
@every_saver
def test_a_disk_without_room_leaves_the_old_file(old, save):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2, before[1]))
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            save(old)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert old.read_bytes() == b"what was there" and listing(old.parent) == [old.name]


@every_saver
def test_a_file_in_use_is_tried_again(old, monkeypatch, save):
    real, refusals = Path.replace, [1, 1]

    def in_use(self, target):
        if refusals:
            refusals.pop()
            raise PermissionError(errno.EACCES, "in use", str(target))
        return real(self, target)

    monkeypatch.setattr(files, "WAITS", (0, 0, 0))
    monkeypatch.setattr(Path, "replace", in_use)
    save(old)
    assert not refusals and old.read_bytes() != b"what was there"
    old.write_bytes(b"what was there")
    refusals += [1] * 4
    with pytest.raises(PermissionError, match=r"old\.png cannot be replaced \(in use\): close it"):
        save(old)
    assert listing(old.parent) == [old.name]


CHILD = """
import os, sys
from minidl import files
with {what} as file:
    print("begun", flush=True)
    if sys.stdin.readline() == "die\\n":
        os._exit(9)
    {then}
"""
HALF = {
    "file": ("files.saving(sys.argv[1])", "file.write(b'all of it')"),
    "folder": ("files.temporary_folder()", "open(file / 'x', 'wb').close()"),
}


def child(folder: Path, kind: str) -> subprocess.Popen:
    """A process in the middle of writing; a line on its standard input lets it go on, or die."""
    what, then = HALF[kind]
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(what=what, then=then), str(folder / "theirs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(folder), "TEMP": str(folder)},
        cwd=ROOT,
        encoding="utf-8",
    )
    assert process.stdout.readline() == "begun\n"
    return process


@posix  # elsewhere after an hour
@pytest.mark.parametrize("kind", HALF)
def test_what_a_dead_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path, kind):
    dead, living = child(tmp_path, kind), child(tmp_path, kind)
    dead.communicate("die\n")
    assert len(listing(tmp_path)) == 2
    plain(tmp_path / "ours")
    assert len(listing(tmp_path)) == 2, "the living one's part and our file"
    living.communicate("go on\n")
    assert living.returncode == 0
    assert listing(tmp_path) == (["ours", "theirs"] if kind == "file" else ["ours"])


def test_two_files_of_one_folder_may_be_written_at_once(tmp_path):
    with files.saving(tmp_path / "a") as a:
        a.write(b"a")
        for _ in range(3):
            plain(tmp_path / "b")
    assert listing(tmp_path) == ["a", "b"] and (tmp_path / "a").read_bytes() == b"a"


@posix
def test_a_folder_swept_before_it_was_locked_is_made_again(tmp_path, monkeypatch):
    real, locked = files._lock, []

    def late(file):
        locked.append(Path(file.name))
        if len(locked) == 1:
            files._remove_if_dead(locked[0].parent)
        real(file)

    monkeypatch.setattr(files, "_lock", late)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with files.temporary_folder() as folder:
        (folder / "x").touch()
        assert [path.parent for path in locked] == [locked[0].parent, folder]
    assert listing(tmp_path) == []


@posix
def test_a_part_swept_before_it_was_locked_is_made_again(tmp_path, monkeypatch):
    real, parts = files._lock, []

    def late(file):
        parts.append(*tmp_path.glob("*.part"))
        if len(parts) < 3:
            parts[-1].unlink()
        real(file)

    monkeypatch.setattr(files, "_lock", late)
    plain(tmp_path / "a")
    assert len({part.name for part in parts}) == 3 and listing(tmp_path) == ["a"]


@posix
def test_sweeping_follows_no_link(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / files.LOCK).touch()
    for target, number in ((kept, 1), (kept / files.LOCK, 2)):
        (tmp_path / f"{files.HEAD}{number}{files.TAIL}").symlink_to(target)
    plain(tmp_path / "a")
    assert (kept / files.LOCK).exists()


def test_a_large_folder_is_not_looked_through_every_time(tmp_path, monkeypatch):
    plain(tmp_path / "a")
    monkeypatch.setitem(files._next_sweep, tmp_path, float("inf"))
    monkeypatch.setattr(Path, "glob", lambda *args: pytest.fail("it was"))
    plain(tmp_path / "a")


def test_without_locks_a_part_is_closed_before_its_rename_and_swept_by_age(tmp_path, monkeypatch):
    """As on Windows, which renames and removes no open file."""
    monkeypatch.setattr(files, "fcntl", None)
    young, aged = (tmp_path / f"{files.HEAD}{age}{files.TAIL}" for age in ("young", "aged"))
    for part in (young, aged):
        part.write_bytes(b"half")
    os.utime(aged, (1, 1))
    real = Path.replace
    with files.saving(tmp_path / "a") as file:
        monkeypatch.setattr(Path, "replace", lambda *a: (real(*a), closed.append(file.closed)))
        closed = []
        file.write(b"new")
    assert closed == [True]
    assert listing(tmp_path) == [young.name, "a"]


# -- reading -------------------------------------------------------------------------------------


def fit_from(path: Path) -> None:
    net = nn.Sequential([nn.Dense(2)], input_shape=(3,))
    batches = nn.shuffled_batches(np.ones((2, 3), np.float32), np.zeros(2, int), 2)
    optimizer = nn.Adam(net.parameters)
    nn.fit(net, batches, nn.softmax_cross_entropy, optimizer, epochs=1, checkpoint=path)


READERS: dict[str, Callable[[Path], object]] = {
    "bytes": files.read_bytes,
    "text": files.read_text,
    "arrays": nn.read_arrays,
    "network": lambda path: nn.Sequential([nn.Dense(2)], input_shape=(3,)).load(path),
    "checkpoint": fit_from,
    "gallery": lambda path: Gallery.load(path, "net"),
    "patches": load_patches,
    "picture": read_image,
    "pairs": read_pairs,
    "notebook": notebooks.read,
}


@posix
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_only_files_are_read_and_nothing_hangs(tmp_path, read):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with within(20), pytest.raises((OSError, ValueError), match="pipe or a device"):
            read(path)
    with pytest.raises((OSError, ValueError), match="is a folder"):
        read(tmp_path)


TEXT = "10\t300\nMüller 1  2 \n\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode("utf-8-sig"),
    ],
    ids=["plain", "mark", "Windows", "old Mac"],
)
def test_text_is_taken_as_people_have_it(tmp_path, data):
    (tmp_path / "t.txt").write_bytes(data)
    assert files.read_text(tmp_path / "t.txt") == TEXT


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        *((wide, r"seems to be UTF-16, or no text") for wide in ("utf-16", "utf-16-le", "utf-32")),
        ("cp1252", r"Windows-1252 or Latin-1 \(in line 2 stands the byte 0xfc\): save it as UTF-8"),
        ("cp437", r"an older encoding .*in line 2 stands the byte 0x81"),
    ],
)
def test_another_encoding_is_named(tmp_path, encoding, words):
    ascii_or_not = TEXT.replace("ü", "u") if encoding == "utf-16-le" else TEXT
    (tmp_path / "t.txt").write_bytes(ascii_or_not.encode(encoding))
    with pytest.raises(ValueError, match=words) as caught:
        files.read_text(tmp_path / "t.txt")
    assert "t.txt" in str(caught.value)


def test_pictures_are_read_back_after_all_this(tmp_path):
    path = tmp_path / "a.png"
    SAVERS["picture"](path)
    with Image.open(path) as picture:
        assert picture.size == (5, 4)
