"""Reading and writing files: what every room of the package does in the same way.

A file is written whole or not at all: first to a *part* beside it, which then takes its place.
After an interrupt, a kill or on a full disk the old file is still there. A
process that was killed leaves its part behind; the next one that writes to the folder removes it.
"""

import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from minidl.arguments import check_path

try:
    import fcntl
except ImportError:  # Windows, which locks every open file anyway
    fcntl = None

__all__ = [
    "check_readable",
    "check_writable",
    "only_writer",
    "read_bytes",
    "read_text",
    "saving",
    "temporary_folder",
]

HEAD, TAIL, LOCK = ".minidl-", ".part", "lock"
HOUR = 60 * 60
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds between attempts to replace a file

_next_sweep: dict[Path, float] = {}


# -- writing -------------------------------------------------------------------------------------


@contextmanager
def saving(path: str | Path) -> Iterator[BinaryIO]:
    """Open a binary file to write to; it takes the place of ``path`` at the end of the block.

    If the block raises, ``path`` is as it was. A missing folder is made, an older file's
    permissions are kept, and a symbolic link stays: what it leads to is replaced.

    Raises:
        TypeError, ValueError: for a path that is none.
        OSError: saying why nothing can be written there; what was there is as it was.
    """
    target = _target(path)
    part, file = _new_part(target)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # else a crash could leave the new name without its bytes
            if fcntl is None:
                file.close()  # Windows does not rename open files
            _replace(part, target)  # elsewhere the part stays locked until it has its name
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def check_writable(path: str | Path) -> Path:
    """Return ``path`` if ``saving`` can write there; for long work to ask before it begins.

    Raises:
        TypeError, ValueError, OSError: as ``saving``.
    """
    part, file = _new_part(_target(path))
    file.close()
    part.unlink(missing_ok=True)
    return Path(path)


def _target(path: str | Path) -> Path:
    """Return the file that writing to ``path`` replaces, or say why there can be none."""
    path = check_path(path)
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    if target.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the path of a file to write.")
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise OSError(f"{path} is no ordinary file (a device, a pipe, a link to itself).")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(f"{path} is write-protected: give another path, or allow writing.")
    standing = next(folder for folder in target.absolute().parents if folder.exists())
    if not standing.is_dir():
        raise NotADirectoryError(f"{path} cannot be: {standing} is a file, not a folder.")
    return target


def _new_part(target: Path) -> tuple[Path, BinaryIO]:
    """Open a new part of ``target``, with its permissions, and lock it while it is open."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        while True:
            part = target.with_name(f"{HEAD}{secrets.token_hex(8)}{TAIL}")
            file = os.fdopen(os.open(part, NEW, 0o600 if target.exists() else 0o666), mode="wb")
            _lock(file)
            if part.exists():
                break
            file.close()  # another process swept it before it was locked
    except OSError as error:
        reason = f"{error.strerror or error}: give a path that you may write to"
        raise OSError(error.errno, f"{target} cannot be written ({reason})") from error
    if target.exists():
        _copy_permissions(target, part)
    return part, file


def _copy_permissions(target: Path, part: Path) -> None:
    old = target.stat()
    if fcntl is not None:
        for owner, group in ((-1, old.st_gid), (old.st_uid, -1)):
            with suppress(OSError):
                os.chown(part, owner, group)
    with suppress(OSError):  # access lists too, where the file system has them
        shutil.copystat(target, part)
    kept = part.stat().st_gid == old.st_gid  # what one group may do is not for another
    with suppress(OSError):
        part.chmod(stat.S_IMODE(old.st_mode) & ~(0 if kept else stat.S_IRWXG))


def _replace(part: Path, target: Path) -> None:
    """Rename; Windows refuses while another program (a viewer, a virus scanner) has it open."""
    for wait in (*WAITS, None):
        try:
            part.replace(target)
            return
        except PermissionError as error:
            if wait is None:
                raise PermissionError(
                    f"{target} cannot be replaced ({error.strerror}): close it in other programs "
                    "and save again. It is as it was."
                ) from error
            time.sleep(wait)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder for large things on their way; if this process is killed, the next removes it.

    Raises:
        OSError: if there is no room for one.
    """
    _sweep(Path(tempfile.gettempdir()))
    while True:
        made = tempfile.TemporaryDirectory(TAIL, HEAD, ignore_cleanup_errors=True)
        with made as name, Path(name, LOCK).open("wb") as lock:
            _lock(lock)
            if Path(name, LOCK).exists():
                yield Path(name)
                return
        # another process swept it before it was locked


@contextmanager
def only_writer(folder: str | Path) -> Iterator[None]:
    """Hold a folder against other processes that would write to it too; a dead one holds nothing.

    Where the system has no such locks (Windows) nobody is kept out.

    Raises:
        OSError: if another process holds it.
    """
    with (check_path(folder) / LOCK).open("ab") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise OSError(
                    error.errno, f"another process is writing to {folder}: wait until it is done."
                ) from error
        yield


def _lock(file: BinaryIO) -> None:
    if fcntl is not None:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(file, fcntl.LOCK_EX)


def _sweep(folder: Path) -> None:
    """Remove the parts that dead processes left in a folder; a living one holds its part's lock.

    Looking through a folder of many thousand files takes long: a twentieth of the time, at most.
    """
    began = time.monotonic()
    if began < _next_sweep.get(folder, 0):
        return
    for part in folder.glob(f"{HEAD}*{TAIL}"):
        with suppress(OSError):  # locked, or gone meanwhile
            _remove_if_dead(part)
    ended = time.monotonic()
    _next_sweep[folder] = ended + 20 * (ended - began)


def _remove_if_dead(part: Path) -> None:
    if part.is_symlink():  # none of ours
        return
    held = part / LOCK if part.is_dir() else part
    if fcntl is None:  # what is open cannot be removed; a closed part may be about to be renamed
        if time.time() - held.stat().st_mtime < HOUR:
            return
        held.unlink()
    else:
        with held.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held.unlink()
    if part.is_dir():
        shutil.rmtree(part)


# -- reading -------------------------------------------------------------------------------------


def check_readable(path: str | Path, what: str = "file") -> Path:
    """Return ``path`` if an ordinary file is there; a pipe would let its reader wait for ever.

    Args:
        path: of the file.
        what: the word for it in errors.

    Raises:
        TypeError, ValueError, OSError: saying what is there instead.
    """
    path = check_path(path)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the path of the {what} itself.")
    if not path.exists():
        here = "" if path.is_absolute() else f" (the current folder is {Path.cwd()})"
        raise FileNotFoundError(f"there is no {what} at {path}{here}.")
    if not path.is_file():
        raise OSError(f"{path} is no {what} but a pipe or a device.")
    return path


def read_bytes(path: str | Path, what: str = "file") -> bytes:
    """Return the bytes of an ordinary file; arguments and errors as ``check_readable``."""
    return check_readable(path, what).read_bytes()


def read_text(path: str | Path, what: str = "file") -> str:
    """Return the text of a UTF-8 file, with or without a byte-order mark; lines end in ``\\n``.

    Raises:
        TypeError, OSError: as ``check_readable``.
        ValueError: for another encoding, naming the one that it seems to be.
    """
    data = read_bytes(path, what)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise ValueError(f"{path} seems to be UTF-16, or no text at all: save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path} seems to be in an older encoding such as Windows-1252 or Latin-1 (in line "
            f"{line} stands the byte 0x{data[error.start]:02x}): save it as UTF-8."
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
