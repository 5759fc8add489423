"""Progress bars: redrawn on a terminal, silent in a file, and never there unless wanted."""

import io
import subprocess
import sys

import numpy as np
import pytest

from minidl import nn
from minidl.nn.progress import progress_bar
from minidl.visualization import top_patches

NET = nn.Sequential([nn.Conv2D(2, 3), nn.GlobalAvgPool()], input_shape=(None, None, 1))
X = np.zeros((30, 5, 5, 1), np.float32)


def loss(y, _):
    return 0.0, np.zeros_like(y)


WAYS = {
    "fit": lambda progress: nn.fit(
        NET,
        nn.shuffled_batches(X, X, 10),
        loss,
        nn.GradientDescent(NET.parameters),
        epochs=3,
        progress=progress,
    ),
    "predict": lambda progress: NET.predict(X, batch_size=5, progress=progress),
    "top_patches": lambda progress: top_patches(NET, X, ("conv1",), progress=progress),
}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("progress", [True, False])
@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_bars_are_drawn_where_they_can_be_redrawn(monkeypatch, way, progress, stream):
    WAYS[way](False)  # kernels that are compiled say so
    output = stream()
    monkeypatch.setattr(sys, "stderr", output)
    WAYS[way](progress)
    assert bool(output.getvalue()) == (progress and stream is Terminal)


def test_a_bar_without_any_stream_is_silent(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert list(progress_bar(True, range(3))) == [0, 1, 2]


def test_a_bar_in_a_notebook_is_a_widget():
    """There the streams are no terminals either."""
    program = """
import sys
from types import ModuleType, SimpleNamespace
sys.modules["ipykernel.zmqshell"] = ModuleType("ipykernel.zmqshell")
import IPython
IPython.get_ipython = lambda: SimpleNamespace(kernel=None)
from minidl.nn.progress import progress_bar
bar = progress_bar(True, total=3)
print("\\ndisabled:", bar.disable, "in a notebook:", "notebook" in str(type(bar).__mro__))
"""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode == 0, result.stderr
    assert "disabled: False in a notebook: True" in result.stdout


def test_a_quiet_run_has_no_bars(monkeypatch):
    monkeypatch.setenv("MINIDL_QUIET", "1")
    monkeypatch.setattr(sys, "stderr", output := Terminal())
    WAYS["predict"](True)
    assert not output.getvalue()
