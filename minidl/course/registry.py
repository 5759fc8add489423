"""Finding exercises: each is a file of its own, loaded when it is asked for."""

import difflib
import importlib
import pkgutil
import re
from collections.abc import Iterable
from functools import cache

from minidl.course import exercises
from minidl.course.exercise import Exercise


@cache
def _modules() -> dict[str, str]:
    files = sorted(module.name for module in pkgutil.iter_modules(exercises.__path__))
    return {m[2]: m[0] for m in (re.fullmatch(r"n(\d\d)_(\w+)", file) for file in files) if m}


def names() -> list[str]:
    """The names of all exercises, in the order of the notebooks."""
    return list(_modules())


def find(name: str) -> Exercise:
    """Return the exercise called ``name``; ValueError names the closest ones if there is none."""
    modules = _modules()
    if name not in modules:
        known = did_you_mean(name, modules) or f"There are {', '.join(modules)}."
        raise ValueError(f"There is no exercise called {name!r}. {known}")
    return importlib.import_module(f"{exercises.__name__}.{modules[name]}").EXERCISE


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return a question that names the known ones closest to ``name``; "" if none is close."""
    close = difflib.get_close_matches(str(name), known, n=3, cutoff=0.4)
    return f"Did you mean {' or '.join(close)}?" if close else ""
