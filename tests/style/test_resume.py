"""Interrupts and checkpoints: nothing is lost, and a resumed run ends with the same bits."""

import errno

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
    ("change", "words"),
    [
        ({"alpha": 2.0}, r"alpha \(there 1, here 2\)"),
        ({"beta": 1.0}, r"beta \(there 1000, here 1\)"),
        ({"beta": None}, r"beta \(there 1000, here 1.0, the recipe's\)"),
        ({"tv": 0.1}, r"tv \(there 0.0, the recipe's, here 0.1\)"),
        ({"seed": 1}, "start or seed"),
        ({"style_layers": ["one"]}, "style_layers"),
        ({"content_layer": "one"}, r"content_layer \(there 'two', here 'one'\)"),
        ({"optimizer": "adam"}, r"optimizer \(there lbfgs, here adam\)"),
        ({"lr": 1.0}, r"lr \(there None, here 1\)"),
        ({"levels": 2}, "start or seed, size and levels"),
        ({"size": (16, 16)}, "size and levels"),
        ({"convention": "coursera"}, r"convention \(there lecture, here coursera\)"),
        ({"start": "content"}, "start or seed"),
        ({"keep_colours": True}, r"data: style\)"),
        ({"network": make_network(seed=1)}, "the network's weights"),
        ({"network": make_network(pool=nn.MaxPool2D)}, "the layer 'pool'"),
        ({"content": picture(24, 32, seed=5)}, r"data: content\)"),
        ({"style": picture(20, 28, seed=5)}, r"data: style\)"),
    ],
    ids=str,
)
def test_another_runs_checkpoint_is_refused_and_the_error_says_what_differs(
    settings, content, style, tmp_path, change, words
):
    path = tmp_path / "run.npz"
    settings |= {"content": content, "style": style, "checkpoint": path}
    transfer(**settings, steps=1)
    with pytest.raises(nn.WeightFileError, match=f"it is another run's.*{words}.*delete the file"):
        transfer(**settings | change, steps=2)


@pytest.mark.parametrize(
    "given",
    [
        {"alpha": np.int64(1), "levels": np.int64(1)},
        {"beta": np.float32(1000)},
        {"tv": np.float64(0), "seed": np.uint8(0)},
        {"style_layers": {"one": np.float32(1), np.str_("two"): np.float64(0.1)}},
        {"size": np.int64(32), "steps": np.int32(2), "frames": np.array([1, 2])},
        {"size": np.array([24, 32]).tolist(), "style_weights": np.array([3.0])},
        {"alpha": True + 0, "tv": 0, "beta": 1000},
    ],
    ids=str,
)
def test_numbers_of_any_kind_are_the_same_run(settings, content, style, tmp_path, given):
    path = tmp_path / "run.npz"
    settings |= {"tv": 0.0}
    whole = transfer(content, style, **settings, steps=2, checkpoint=path)
    again = transfer(content, style, **settings | {"steps": 2} | given, checkpoint=path)
    np.testing.assert_array_equal(again.pixels, whole.pixels)
    assert again.history == whole.history
    path.unlink()
    fresh = transfer(content, style, **settings | {"steps": 2} | given, checkpoint=path)
    np.testing.assert_array_equal(fresh.pixels, whole.pixels)


def test_lr_may_be_numpys(settings, content, style, tmp_path):
    settings |= {"lr": 2, "steps": 2, "checkpoint": tmp_path / "run.npz"}
    whole = transfer(content, style, **settings)
    assert_same(transfer(content, style, **settings | {"lr": np.float32(2)}), whole)


def test_a_damaged_or_foreign_checkpoint_is_refused(settings, content, style, tmp_path):
    path = tmp_path / "run.npz"
    transfer(content, style, **settings, steps=1, checkpoint=path)
    arrays = nn.read_arrays(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(nn.WeightFileError, match=r"damaged.* or delete it to begin again"):
        transfer(content, style, **settings, steps=2, checkpoint=path)
    for lost in ("run", "record", "pixels"):
        nn.write_arrays(path, {name: a for name, a in arrays.items() if name != lost})
        with pytest.raises(nn.WeightFileError, match=f"cannot be resumed from .*lacks '{lost}'"):
            transfer(content, style, **settings, steps=2, checkpoint=path)


def test_a_path_that_cannot_be_written_is_refused_before_painting(
    settings, content, style, tmp_path, monkeypatch
):
    (tmp_path / "file").touch()
    monkeypatch.setattr(Objective, "__call__", lambda *args: pytest.fail("it painted"))
    for path in (tmp_path / "file" / "run.npz", tmp_path):
        with pytest.raises(OSError, match=r"is a (file, not a )?folder"):
            transfer(content, style, **settings, steps=3, checkpoint=path)


def test_a_checkpoint_that_cannot_be_written_costs_no_picture(
    settings, content, style, tmp_path, monkeypatch
):
    def full(path, arrays):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)
    monkeypatch.setattr("minidl.nn.checkpoint.write_arrays", full)
    with pytest.warns(UserWarning, match=r"run\.npz could not be written .*No space left"):
        result = transfer(content, style, **settings, steps=3, checkpoint=tmp_path / "run.npz")
    assert_same(result, transfer(content, style, **settings, steps=3))
