"""Checkpoints: a run that was killed, interrupted or stopped ends with the same bits."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from minidl import nn
from tests.nn.network_checks import bits
from tests.nn.training_run import EPOCHS, make_network, result, train

SCRIPT = Path(__file__).with_name("training_run.py")


@pytest.fixture(scope="module")
def unkilled() -> dict[str, bytes]:
    """What the run comes to without being disturbed, and without a checkpoint."""
    net = make_network()
    history, _ = train(net)
    assert history.epochs == EPOCHS
    return bits(result(net, history))


def start(checkpoint: Path, out: Path, pause: float) -> subprocess.Popen:
    command = [sys.executable, SCRIPT, checkpoint, out, str(EPOCHS), str(pause)]
    return subprocess.Popen(command, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})


def kill_after(process: subprocess.Popen, checkpoint: Path, seconds: float) -> None:
    """Let the process write its next checkpoint and work on a little, then kill it (SIGKILL)."""
    stamp = checkpoint.stat().st_mtime_ns if checkpoint.exists() else None
    limit = time.monotonic() + 120
    while not checkpoint.exists() or checkpoint.stat().st_mtime_ns == stamp:
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < limit
        time.sleep(0.002)
    time.sleep(seconds)
    process.kill()
    assert process.wait() != 0


def test_a_killed_run_resumes_and_ends_with_the_same_bits(tmp_path, unkilled):
    checkpoint, out = tmp_path / "a folder" / "run.npz", tmp_path / "out.npz"
    kill_after(start(checkpoint, out, pause=0.1), checkpoint, seconds=0.15)
    assert not out.exists()
    record = json.loads(nn.read_arrays(checkpoint)["history"].tobytes())
    assert 0 < len(record["curves"]["loss"]) < EPOCHS
    assert start(checkpoint, out, pause=0).wait() == 0
    assert bits(nn.read_arrays(out)) == unkilled
    assert not list(checkpoint.parent.glob("*.part"))


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_with_the_same_bits(tmp_path, unkilled):
    checkpoint, out = tmp_path / "run.npz", tmp_path / "out.npz"
    for seconds in (0, 0.01, 0.03, 0.07):
        kill_after(start(checkpoint, out, pause=0.05), checkpoint, seconds)
    assert start(checkpoint, out, pause=0).wait() == 0
    assert bits(nn.read_arrays(out)) == unkilled


@pytest.mark.parametrize("first", (1, 3, EPOCHS - 1))
def test_a_run_in_two_parts_is_the_same_run(tmp_path, unkilled, first):
    checkpoint = tmp_path / "run.npz"
    train(make_network(), checkpoint, epochs=first)
    net = make_network(seed=99)  # whatever it was, the checkpoint takes over
    history, optimizer = train(net, checkpoint)
    assert bits(result(net, history)) == unkilled
    assert optimizer.steps == 3 * EPOCHS


def test_an_interrupted_run_resumes_with_the_same_bits(tmp_path):
    checkpoint, calls = tmp_path / "run.npz", []

    def interrupted_in_the_third_epoch(net):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return {"error": 0.5}

    net = make_network()
    first, _ = train(net, checkpoint, validate=interrupted_in_the_third_epoch)
    assert first.stopped == "interrupted"
    kept = nn.read_arrays(checkpoint)
    assert b'"stopped": ""' in kept["history"].tobytes()
    history, _ = train(net, checkpoint)
    assert history["loss"][:2] == first["loss"]
    plain = make_network()
    want, _ = train(plain)
    assert bits(net.state()) == bits(plain.state())
    assert history["loss"] == want["loss"]


def test_a_finished_run_is_not_trained_again_and_may_be_prolonged(tmp_path, unkilled):
    checkpoint = tmp_path / "run.npz"
    train(make_network(), checkpoint)
    before = checkpoint.read_bytes()
    net = make_network()
    history, _ = train(net, checkpoint)
    assert checkpoint.read_bytes() == before
    assert bits(result(net, history)) == unkilled
    longer, _ = train(net, checkpoint, epochs=EPOCHS + 2)
    assert longer.epochs == EPOCHS + 2
    assert longer["loss"][:EPOCHS] == history["loss"]


def test_numbers_that_are_not_finite_survive_in_the_history(tmp_path):
    checkpoint = tmp_path / "run.npz"
    strange = [float("nan"), float("inf"), -0.0]
    train(make_network(), checkpoint, epochs=3, validate=lambda net: {"odd": strange.pop()})
    history, _ = train(make_network(), checkpoint, epochs=3, validate=lambda net: {})
    assert np.array_equal(history["odd"], [-0.0, np.inf, np.nan], equal_nan=True)


# -- checkpoints that cannot be resumed from -----------------------------------------------------


def forged(tmp_path: Path, **changes) -> Path:
    """A checkpoint with some arrays replaced (None: left out), and with a right checksum."""
    path = tmp_path / "run.npz"
    train(make_network(), path, epochs=2)
    arrays = {k: v for k, v in (nn.read_arrays(path) | changes).items() if v is not None}
    nn.write_arrays(path, arrays)
    return path


def json_bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-8"), np.uint8)


FORGERIES = {
    "not whose it is": {"run": None},
    "a list of whose it is": {"run": json_bytes('[["the loss", "x"]]')},
    "whose it is without data": {"run": json_bytes("{}")},
    "no history": {"history": None},
    "a history that is no JSON": {"history": json_bytes("{")},
    "a history that is no text": {"history": np.array([255], np.uint8)},
    "a history that is a list": {"history": json_bytes("[1, 2]")},
    "a history of words": {"history": json_bytes('{"curves": {"loss": ["low"]}, "stopped": ""}')},
    "a history without end": {"history": json_bytes('{"curves": {"loss": [1.0]}}')},
    "a weight missing": {"network/conv/w": None},
    "a weight too many": {"network/conv/v": np.ones(3)},
    "a weight of another shape": {"network/conv/w": np.ones((3, 3, 2, 5), np.float32)},
    "a weight of another dtype": {"network/conv/w": np.ones((3, 3, 2, 4))},
    "no steps": {"optimizer/steps": None},
    "a slot missing": {"optimizer/conv/w/mean": None},
    "a slot too many": {"optimizer/conv/w/velocity": np.ones((3, 3, 2, 4), np.float32)},
    "a slot of another shape": {"optimizer/conv/w/mean": np.ones(3, np.float32)},
    "something else": {"stranger": np.ones(3)},
}


@pytest.mark.parametrize("name", FORGERIES)
def test_another_runs_checkpoint_is_refused_and_nothing_is_changed(tmp_path, name):
    path = forged(tmp_path, **FORGERIES[name])
    net = make_network(seed=9)
    before, kept = bits(net.state()), path.read_bytes()
    with pytest.raises(nn.WeightFileError) as caught:
        train(net, path)
    text = str(caught.value)
    assert text.startswith("the checkpoint run.npz cannot be resumed from (")
    assert "or delete the file to begin again" in text
    assert bits(net.state()) == before
    assert path.read_bytes() == kept


def test_a_damaged_checkpoint_is_refused_at_every_hundredth_byte(tmp_path):
    path = forged(tmp_path)
    whole = path.read_bytes()
    net = make_network(seed=9)
    before = bits(net.state())
    for at in range(0, len(whole), 100):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(nn.WeightFileError, match=r"is damaged.* or delete it to begin again"):
            train(net, path)
    assert bits(net.state()) == before


def test_a_weight_file_is_no_checkpoint_and_neither_is_a_folder(tmp_path):
    net = make_network()
    net.save(tmp_path / "net.npz")
    with pytest.raises(nn.WeightFileError, match="cannot be resumed from"):
        train(net, tmp_path / "net.npz")
    with pytest.raises(IsADirectoryError, match="is a folder"):
        train(net, tmp_path)
