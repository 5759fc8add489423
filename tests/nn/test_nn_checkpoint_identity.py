"""A checkpoint belongs to its run: another run is refused in words, the same one goes on."""

import errno
from functools import partial

import numpy as np
import pytest

from minidl import nn
from minidl.nn import checkpoint as checkpoints
from minidl.nn.identity import canonical
from tests.nn.network_checks import bits

RNG = np.random.default_rng(0)
X = RNG.standard_normal((12, 4, 4, 1)).astype(np.float32)
LABELS = np.arange(12) % 3


def scaled(y, labels, by=1.0, weights=None):
    loss, gradient = nn.softmax_cross_entropy(y, labels)
    return loss * by, gradient * y.dtype.type(by)


def scaled_by(by, weights=None):
    return lambda y, labels: scaled(y, labels, by, weights)


class Scaled:
    def __init__(self, by):
        self.by = by

    def __call__(self, y, labels):
        return scaled(y, labels, self.by)


def noise(by):
    return lambda x, rng: x + rng.normal(0, by, x.shape).astype(np.float32)


def network(*, activation="relu", stride=1, slope=0.01, rate=0.2, seed=0, units=3, frozen=()):
    layers = [
        nn.Conv2D(2, 3, stride=stride, padding="same", activation=activation, name="conv"),
        nn.LeakyReLU(slope, name="leaky"),
        nn.Dropout(rate, name="drop"),
        nn.GlobalAvgPool(name="mean"),
        nn.Dense(units, name="out"),
    ]
    net = nn.Sequential(layers, input_shape=(None, None, 1), seed=seed)
    return net.freeze(*frozen) if frozen else net


def data(*, x=X, labels=LABELS, size=4, seed=0, augment=None):
    return nn.shuffled_batches(x, labels, size, seed=seed, augment=augment)


def run(path, net=None, batches=None, loss=nn.softmax_cross_entropy, optimizer=nn.Adam, **more):
    """Train for two epochs; ``optimizer`` is made of the parameters."""
    net = network() if net is None else net
    settings = {"epochs": 2, "progress": False, "checkpoint": path} | more
    return nn.fit(net, batches or data(), loss, optimizer(net.parameters), **settings)


def changed(array, at, value):
    array = array.copy()
    array[at] = value
    return array


adam = partial(partial, nn.Adam)
OTHERS = {
    "one number": ({"batches": data(x=changed(X, (7, 1, 1, 0), 9))}, "the batches of the first"),
    "one label": ({"batches": data(labels=changed(LABELS, 7, 0))}, "the batches of the first"),
    "its seed": ({"batches": data(seed=1)}, "the data, the batch size, the seed or the augment"),
    "its batch size": ({"batches": data(size=6)}, "the batches of the first epoch differ"),
    "fewer data": ({"batches": data(x=X[:8], labels=LABELS[:8])}, "the batches of the first"),
    "augmentation": ({"batches": data(augment=noise(0.1))}, "the batches of the first epoch"),
    "rate": ({"optimizer": adam(lr=0.1)}, "the learning rate (there 0.001, here 0.1)"),
    "schedule": ({"optimizer": adam(lr=nn.cosine(0.001, 100))}, "the learning rate"),
    "steps": (
        {"optimizer": adam(lr=lambda step: 0.001 * 0.1 ** (step // 4))},
        "the learning rate (there 0.001, here (0.001, 0.001, 0.001, 0.0001))",
    ),
    "beta": ({"optimizer": adam(beta1=0.8)}, "the optimizer"),
    "decay": ({"optimizer": adam(weight_decay=0.1)}, "the optimizer"),
    "optimizer": ({"optimizer": partial(nn.RMSProp, lr=0.001)}, "the optimizer"),
    "loss": ({"loss": scaled}, "the loss (there softmax_cross_entropy(), here scaled())"),
    "activation": ({"net": network(activation=None)}, "the layer 'conv'"),
    "stride": ({"net": network(stride=2)}, "the layer 'conv'"),
    "slope": ({"net": network(slope=0.2)}, "the layer 'leaky' (there LeakyReLU(slope=0.01) of"),
    "dropout": ({"net": network(rate=0.5)}, "(there Dropout(rate=0.2) of ['leaky'], here Dropout("),
    "shape": ({"net": network(units=4)}, "the layer 'out'"),
    "freezing": ({"net": network(frozen=["conv"])}, "what is trained and what is frozen"),
}


def refused(path, *words, **changes):
    before, net = path.read_bytes(), changes.get("net", network())
    state = bits(net.state())
    with pytest.raises(nn.WeightFileError) as caught:
        run(path, **changes | {"net": net})
    text = str(caught.value)
    assert text.startswith("the checkpoint run.npz cannot be resumed from (it is another run's")
    assert text.endswith("or delete the file to begin again.")
    for word in words:
        assert word in text, text
    assert path.read_bytes() == before and bits(net.state()) == state


@pytest.mark.parametrize("name", OTHERS)
def test_another_run_is_refused_and_the_error_says_what_differs(tmp_path, name):
    run(tmp_path / "run.npz")
    changes, *words = OTHERS[name]
    refused(tmp_path / "run.npz", *words, **changes)


def test_every_example_of_every_batch_counts(tmp_path):
    run(tmp_path / "run.npz")
    for row in range(len(X)):
        other = data(x=changed(X, (row, 3, 3, 0), 9))
        refused(tmp_path / "run.npz", "the batches of the first epoch", batches=other)


LOSSES = {
    "closure": (scaled_by(1.0), scaled_by(2.0)),
    "closure over an array": (scaled_by(1.0, np.ones(3)), scaled_by(1.0, np.arange(3))),
    "partial": (partial(scaled, by=1.0), partial(scaled, by=2.0)),
    "object": (Scaled(1.0), Scaled(2.0)),
    "method": (Scaled(1.0).__call__, Scaled(2.0).__call__),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_known_by_its_settings(tmp_path, name):
    first, second = LOSSES[name]
    run(tmp_path / "run.npz", loss=first)
    run(tmp_path / "run.npz", loss=first, epochs=3)
    refused(tmp_path / "run.npz", "the loss", loss=second)


def test_many_differences_are_counted(tmp_path):
    run(tmp_path / "run.npz")
    net = network(activation=None, slope=0.2, rate=0.5)
    refused(
        tmp_path / "run.npz",
        "here 0.1), the layer 'conv'",
        "1 more)",
        net=net,
        optimizer=adam(lr=0.1),
    )


SAME = {
    "epochs": {"epochs": 5},
    "first weights": {"net": network(seed=9)},
    "validation": {"validate": lambda net: {"score": 1.0}},
    "NumPy's numbers": {"optimizer": adam(lr=np.float64(0.001)), "epochs": np.int64(3)},
    "a constant schedule": {"optimizer": adam(lr=lambda step: 1e-3)},
    "the same data elsewhere": {"batches": data(x=np.asfortranarray(X), labels=LABELS.copy())},
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_run_goes_on(tmp_path, name):
    first = run(tmp_path / "run.npz")
    again = run(tmp_path / "run.npz", **{"epochs": 4} | SAME[name])
    assert again["loss"][:2] == first["loss"] and again.epochs > 2


def test_what_counts_is_how_the_run_began(tmp_path):
    """Settings that the run itself changes do not make it another one."""

    def make():
        calls, optimizers = 0, []

        def loss(y, labels):
            nonlocal calls
            calls += 1
            return nn.softmax_cross_entropy(y, labels)

        def optimizer(parameters):
            optimizers.append(nn.Adam(parameters, 0.01))
            return optimizers[0]

        def validate(net):
            optimizers[0].lr /= 2
            return {"calls": calls}

        return {"loss": loss, "optimizer": optimizer, "validate": validate}

    run(tmp_path / "run.npz", **make())
    assert run(tmp_path / "run.npz", **make(), epochs=3).epochs == 3


def test_batches_of_anything_count(tmp_path):
    """Targets that are tuples, generators' states among them, as in training with triplets."""

    def batches(first, seed=0):
        def drawn(epoch):
            rng = np.random.default_rng([seed, epoch])
            yield X, (LABELS, rng, [first, None], {"a": LABELS[:2]}, "text")

        return drawn

    def loss(y, target):
        target[1].random()  # a draw, after the batch was looked at
        return nn.softmax_cross_entropy(y, target[0])

    run(tmp_path / "run.npz", batches=batches(1), loss=loss)
    run(tmp_path / "run.npz", batches=batches(1), loss=loss, epochs=3)
    refused(tmp_path / "run.npz", "the batches", batches=batches(2), loss=loss)
    refused(tmp_path / "run.npz", "the batches", batches=batches(1, seed=5), loss=loss)


def test_batches_that_differ_from_call_to_call_are_told_of(tmp_path):
    rng = np.random.default_rng(0)

    def batches(epoch):
        yield X + rng.normal(0, 1, X.shape).astype(np.float32), LABELS

    run(tmp_path / "run.npz", batches=batches)
    refused(tmp_path / "run.npz", "not the same from call to call", batches=batches)


def test_a_checkpoint_of_another_version_is_refused(tmp_path, monkeypatch):
    run(tmp_path / "run.npz")
    monkeypatch.setattr(checkpoints, "VERSION", "of tomorrow")
    refused(tmp_path / "run.npz", "the version of nn.fit (there 1, here of tomorrow)")


def test_settings_are_described_alike_everywhere():
    for a, b in ((1, 1.0), (np.float32(0.5), 0.5), (np.str_("a"), "a"), ([1, 2], (1, 2))):
        assert canonical(a) == canonical(b)
    texts = [
        canonical(v) for v in (None, True, 1, 0.1, "1", (1,), {"a": 1}, np.ones(1), len, Scaled)
    ]
    assert len(set(texts)) == len(texts) and not any("0x" in text for text in texts)


# -- paths ---------------------------------------------------------------------------------------


def test_a_path_that_cannot_be_written_is_refused_before_training(tmp_path):
    (tmp_path / "file").touch()
    asked = []

    def batches(epoch):
        asked.append(epoch)
        yield X, LABELS

    with pytest.raises(NotADirectoryError, match="file is a file, not a folder"):
        run(tmp_path / "file" / "run.npz", batches=batches)
    with pytest.raises(IsADirectoryError, match="is a folder"):
        run(tmp_path, batches=batches)
    assert not asked


def test_a_finished_run_is_read_where_nothing_can_be_written(tmp_path, monkeypatch):
    first = run(tmp_path / "run.npz")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert run(tmp_path / "run.npz") == first
    with pytest.raises(PermissionError, match="write-protected"):
        run(tmp_path / "run.npz", epochs=3)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), MemoryError()])
def test_a_checkpoint_that_cannot_be_written_costs_no_result(tmp_path, monkeypatch, error):
    real, left = checkpoints.write_arrays, [1, 0, 1]

    def write(path, arrays):
        if not left.pop(0):
            raise error
        real(path, arrays)

    monkeypatch.setattr(checkpoints, "write_arrays", write)
    words = r"run\.npz could not be written \(.*(No space|no memory).*The run goes on"
    with pytest.warns(UserWarning, match=words):
        history = run(tmp_path / "run.npz", epochs=3)
    assert history.epochs == 3 and not left
    assert run(tmp_path / "run.npz", epochs=3) == history
