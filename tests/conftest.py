"""The whole suite: processes side by side, each on its share of the cores, the longest tests first.

What a test starts (notebooks' kernels, other Pythons) inherits the share by its environment.
"""

import os

import pytest

WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
THREADS = max(1, (os.cpu_count() or 1) // WORKERS)
if WORKERS > 1:  # before NumPy or minidl is imported: their threads are counted once
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = str(THREADS)

# hypothesis's profile for every test, and the fixture ``browser``
pytest_plugins = ["tests.generated", "tests.chromium"]


def _seconds(item) -> float:
    """How long a slow test takes, about; 0 for a quick one."""
    marker = item.get_closest_marker("slow")
    return 0 if marker is None else (*marker.args, 5)[0]


def pytest_collection_modifyitems(items):
    """Long tests first, so that no process is left alone with one at the end."""
    if WORKERS > 1:
        items.sort(key=_seconds, reverse=True)


@pytest.fixture(autouse=True)
def course_variables_as_found():
    """What a test sets for minidl in the environment is not there for the next one."""
    before = _course_variables()
    yield
    after = _course_variables()
    for name in after:
        del os.environ[name]
    os.environ.update(before)
    assert after == before, "a test left variables of minidl in the environment"


def _course_variables():
    return {name: value for name, value in os.environ.items() if name.startswith("MINIDL_")}


@pytest.fixture
def terminal(capsys, monkeypatch):
    """capsys, with a standard error on which progress bars are drawn."""
    monkeypatch.setattr("minidl.nn.progress.can_redraw", lambda stream: True)
    return capsys
