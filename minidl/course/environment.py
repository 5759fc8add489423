"""The environment of this process, which nbgrader's settings may change: they are a program."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def environment_kept(**values: str) -> Iterator[None]:
    """Set variables; whatever is set, changed or removed before the end is undone there."""
    before = dict(os.environ)
    try:
        os.environ.update(values)
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
