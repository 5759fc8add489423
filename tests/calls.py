"""Counting how many Python functions a call passes through, and in how many files."""

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import minidl

HOUSE = Path(minidl.__file__).parent
KERNELS = HOUSE / "kernels"


def calls_above_kernels(function: Callable[[], object]) -> Counter[Path]:
    """Call it; return how many functions ran in each file, without kernels and what they call.

    Compiled code and built-in functions count nothing, nor does ``function`` itself.
    """
    calls, inside = Counter(), 0

    def count(frame, event, _):
        nonlocal inside
        path = Path(frame.f_code.co_filename)
        if event == "call":
            inside += path.is_relative_to(KERNELS)
            calls[path] += not inside
        elif event == "return":
            inside -= path.is_relative_to(KERNELS)

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    calls[Path(function.__code__.co_filename)] -= 1
    return +calls


def of_the_house(calls: Counter[Path]) -> list[str]:
    """Return the files of minidl among them."""
    return sorted(p.relative_to(HOUSE).as_posix() for p in calls if p.is_relative_to(HOUSE))
