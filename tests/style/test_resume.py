"""Interrupts and checkpoints: nothing is lost, and a resumed run ends with the same bits."""

import numpy as np
import pytest

from minidl import nn
from minidl.style import checkpoint as checkpoints
from minidl.style import transfer
from minidl.style.objective import Objective
from tests.style.examples import make_network, picture

STEPS = {"steps": (5, 7), "levels": 2, "frames": (2, 6, 9)}


class Stop:
    """Raises KeyboardInterrupt in the n-th evaluation from now on."""

    def __init__(self, monkeypatch, evaluation):
        self.left = evaluation
        evaluate = Objective.__call__

        def call(objective, pixels):
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt
            return evaluate(objective, pixels)

        monkeypatch.setattr(Objective, "__call__", call)


def assert_same(a, b):
    np.testing.assert_array_equal(a.pixels, b.pixels)
    assert a.history == b.history
    assert (a.stopped, a.evaluations) == (b.stopped, b.evaluations)
    assert a.frames.keys() == b.frames.keys()
    for step, frame in a.frames.items():
        np.testing.assert_array_equal(frame, b.frames[step])


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "gradient_descent"])
@pytest.mark.parametrize("evaluation", [2, 3, 6, 7, 8, 13])
def test_interrupted_saved_and_resumed_is_the_same_bits(
    settings, content, style, tmp_path, monkeypatch, optimizer, evaluation
):
    settings |= STEPS | {"optimizer": optimizer}
    whole = transfer(content, style, **settings)
    path = tmp_path / "a run.npz"
    with monkeypatch.context() as patch:
        Stop(patch, evaluation)
        part = transfer(content, style, checkpoint=path, **settings)
    assert part.stopped == "interrupted" and part.steps < whole.steps
    assert_same(transfer(content, style, checkpoint=path, **settings), whole)


def test_an_interrupt_returns_the_best_picture_so_far(settings, content, style, monkeypatch):
    whole = transfer(content, style, **settings, steps=6, optimizer="adam")
    Stop(monkeypatch, 5)
    part = transfer(content, style, **settings, steps=6, optimizer="adam")
    assert part.stopped == "interrupted" and part.steps == 3
    assert part.history["total"] == whole.history["total"][:4]
    assert part.image.shape == content.shape


def test_an_interrupt_before_the_first_picture_is_passed_on(settings, content, style, monkeypatch):
    Stop(monkeypatch, 1)
    with pytest.raises(KeyboardInterrupt):
        transfer(content, style, **settings, steps=6)


def test_a_killed_run_goes_on_from_what_was_written_on_the_way(
    settings, content, style, tmp_path, monkeypatch
):
    """A failure that is no interrupt, after a checkpoint in every step."""
    settings |= STEPS
    whole = transfer(content, style, **settings)
    path = tmp_path / "run.npz"
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)
    monkeypatch.setattr(checkpoints.Checkpoint, "write", _failing_at_the_end())
    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        _fail(patch, 9)
        transfer(content, style, checkpoint=path, **settings)
    assert_same(transfer(content, style, checkpoint=path, **settings), whole)


def _failing_at_the_end():
    write, state = checkpoints.Checkpoint.write, {"failed": False}

    def checked(checkpoint):
        if not state["failed"]:
            write(checkpoint)

    return checked


def _fail(patch, evaluation):
    evaluate, left = Objective.__call__, [evaluation]

    def call(objective, pixels):
        left[0] -= 1
        if left[0] == 0:
            raise MemoryError
        return evaluate(objective, pixels)

    patch.setattr(Objective, "__call__", call)


def test_a_finished_run_can_be_prolonged(settings, content, style, tmp_path):
    path = tmp_path / "run.npz"
    transfer(content, style, **settings, steps=4, checkpoint=path)
    longer = transfer(content, style, **settings, steps=9, checkpoint=path)
    assert_same(longer, transfer(content, style, **settings, steps=9))
    assert_same(transfer(content, style, **settings, steps=9, checkpoint=path), longer)


@pytest.mark.parametrize(
    "change",
    [
        {"alpha": 2.0},
        {"beta": 1.0},
        {"tv": 0.1},
        {"seed": 1},
        {"style_layers": ["one"]},
        {"content_layer": "one"},
        {"optimizer": "adam"},
        {"lr": 1.0},
        {"levels": 2},
        {"size": (16, 16)},
        {"convention": "coursera"},
        {"start": "content"},
        {"keep_colours": True},
        {"network": make_network(seed=1)},
    ],
    ids=str,
)
def test_another_runs_checkpoint_is_refused(settings, content, style, tmp_path, change):
    path = tmp_path / "run.npz"
    transfer(content, style, **settings, steps=1, checkpoint=path)
    with pytest.raises(nn.WeightFileError, match="another run"):
        transfer(content, style, **settings | change, steps=2, checkpoint=path)


def test_other_pictures_are_another_run(settings, content, style, tmp_path):
    path = tmp_path / "run.npz"
    transfer(content, style, **settings, steps=1, checkpoint=path)
    for pictures in ((content[:, ::-1], style), (content, picture(20, 28, seed=5))):
        with pytest.raises(nn.WeightFileError, match="another run"):
            transfer(*pictures, **settings, steps=2, checkpoint=path)


def test_a_damaged_checkpoint_is_refused(settings, content, style, tmp_path):
    path = tmp_path / "run.npz"
    transfer(content, style, **settings, steps=1, checkpoint=path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(nn.WeightFileError, match="damaged"):
        transfer(content, style, **settings, steps=2, checkpoint=path)
