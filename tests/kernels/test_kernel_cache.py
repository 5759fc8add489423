"""Compiled code on disk: found again, and compiled anew whatever has happened to it."""

import errno
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from minidl.kernels.compile import jit

if not jit.AVAILABLE:
    pytest.skip("needs Numba", allow_module_level=True)

from numba.core import event

from minidl.kernels.compile import code_cache


def add_one(numbers):
    numbers[0] += 1


def fail(numbers):
    numbers[0] += 1
    raise ValueError("on purpose")


class Compiled(event.Listener):
    """Counts compilations of a function."""

    def __init__(self, function):
        self.function, self.times = function, 0

    def on_start(self, happening):
        self.times += happening.data["dispatcher"].py_func is self.function

    def on_end(self, happening):
        pass


def compilations(function=add_one, dtype=np.float32) -> int:
    """Use a function in a kernel as a new process would; return how often it was compiled."""
    numbers = np.zeros(3, dtype)
    with event.install_listener("numba:compile", Compiled(function)) as compiled:
        jit.kernel(function)(numbers)
    assert numbers[0] == 1
    return compiled.times


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(code_cache, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def kept(folder):
    """The files of one kernel."""
    assert compilations() == 1
    assert compilations() == 0
    return {path.suffix: path for path in folder.iterdir()}


def flip(data: bytes, where: float) -> bytes:
    place = int(where * (len(data) - 1))
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


DAMAGES = {
    "emptied": lambda data: b"",
    "cut short": lambda data: data[: len(data) // 2],
    "without its end": lambda data: data[:-1],
    "zeros": lambda data: bytes(len(data)),
    "half zeros": lambda data: data[: len(data) // 2] + bytes(len(data) - len(data) // 2),
    "another file": lambda data: b"damaged",
    "a flipped bit in front": lambda data: flip(data, 0),
    "a flipped bit in the middle": lambda data: flip(data, 0.5),
    "a flipped bit near the end": lambda data: flip(data, 0.9),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_code_is_compiled_and_kept_anew(kept, damage):
    path = kept[".nbc"]
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert compilations() == 1
    assert compilations() == 0


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_written_anew(kept, damage):
    path = kept[".nbi"]
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    compilations()  # or none: an index may be good enough
    assert compilations() == 0


def test_code_that_has_vanished_is_compiled_and_kept_anew(kept):
    kept[".nbc"].unlink()
    assert compilations() == 1
    assert compilations() == 0


def test_without_its_folder_a_kernel_still_runs(kept, folder):
    shutil.rmtree(folder)
    assert compilations() == 1


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EACCES])
def test_what_cannot_be_written_is_not_kept(folder, monkeypatch, error):
    def refuse(*_):
        raise OSError(error, "no")

    monkeypatch.setattr(code_cache.IndexDataCacheFile, "_open_for_write", refuse)
    assert compilations() == 1
    assert not list(folder.iterdir())


def test_two_processes_that_write_at_once_do_not_mix_their_code(folder):
    """Numba's own cache has one index for all signatures: one's code may end up as another's."""
    assert compilations(dtype=np.float32) == 1
    assert compilations(dtype=np.float64) == 1
    names = [path.name for path in folder.iterdir()]
    assert len(names) == len(set(names)) == 4
    assert compilations(dtype=np.float32) == compilations(dtype=np.float64) == 0


def test_a_changed_source_is_compiled_anew(folder, tmp_path_factory):
    source = tmp_path_factory.mktemp("source") / "kernels_of_a_test.py"
    for number in (1, 2):
        source.write_text(f"def change(numbers):\n    numbers[0] += {number}\n", encoding="utf-8")
        names = {}
        exec(compile(source.read_text(encoding="utf-8"), str(source), "exec"), names)
        numbers = np.zeros(1)
        jit.kernel(names["change"])(numbers)
        assert numbers[0] == number


def test_a_kernel_that_fails_is_not_run_twice(folder):
    for _ in range(2):  # compiled, then from the disk
        numbers, failing = np.zeros(1), jit.kernel(fail)
        with pytest.raises(ValueError, match="on purpose"):
            failing(numbers)
        assert numbers[0] == 1


def test_a_kernel_that_cannot_be_compiled_says_why(folder):
    def wrong(numbers):
        return numbers.no_such_thing

    with pytest.raises(Exception, match="no_such_thing"):
        jit.kernel(wrong)(np.zeros(1))


def test_names_leave_room_below_windows_limit_of_260_characters():
    package = Path(jit.__file__).parents[3]
    names = [f._cache.name for f in kernels_of_the_package()]
    assert len(names) > 10
    longest = Path(jit.__file__).parents[1] / "__pycache__" / jit.FOLDER.name / max(names, key=len)
    below = len(str(longest.relative_to(package))) + len("-0123456789.1.nbc.tmp.0123456789abcdef")
    assert below < 120


def functions_of_the_package():
    modules = [m for name, m in sys.modules.items() if name.startswith("minidl.kernels.")]
    return list(
        {id(f): f for m in modules for f in vars(m).values() if hasattr(f, "py_func")}.values()
    )


def kernels_of_the_package():
    found = functions_of_the_package()
    return [f for f in found if isinstance(f._cache, code_cache.CodeCache)]


def test_no_two_functions_of_kernels_have_one_name():
    """Kept code of two processes meets in a third, where Numba tells functions apart by name."""
    names = [(f.py_func.__module__, f.py_func.__qualname__) for f in functions_of_the_package()]
    assert len(set(names)) > 30 and len(set(names)) == len(names)
    assert [name for name in names if "<locals>" in name[1]] == []
